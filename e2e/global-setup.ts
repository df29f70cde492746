import { serve } from "./server.mjs";
import { DIST } from "./sizes.mjs";

/** One server for all tests, on any free port, under a sub-path as on a project's pages. */
export default async function setUp() {
  const server = await serve(DIST, 0, "/some/sub/");
  process.env.PAGE_URL = server.url;
  return server.close;
}
