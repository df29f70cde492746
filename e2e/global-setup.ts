import { serve } from "./server.mjs";
import { DIST } from "./sizes.mjs";

/** Starts one server for all tests, on any free port and under a sub-path, like a project page. */
export default async function setUp() {
  const server = await serve(DIST, 0, "/some/sub/");
  process.env.PAGE_URL = server.url;
  return server.close;
}
