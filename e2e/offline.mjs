// Writes the list of all files in dist/ into its sw.js, with a version computed from their
// contents. It runs last, when all files have their final contents.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const WORKER = "sw.js";
/** Named by the page's address alone: the folder is its name in the cache. */
const PAGE = "index.html";

const folder = process.env.TRUNK_STAGING_DIR ?? process.argv[2] ?? "dist";
const names = readdirSync(folder).filter((name) => name !== WORKER && !name.startsWith(".")).sort();
const hash = createHash("sha256");
for (const name of names) {
  hash.update(name).update("\0").update(readFileSync(join(folder, name)));
}
const worker = readFileSync(join(folder, WORKER), "utf8");
hash.update(worker);
const files = names.map((name) => (name === PAGE ? "./" : `./${name}`));
const written = worker
  .replace('"{{version}}"', JSON.stringify(hash.digest("hex").slice(0, 16)))
  .replace('"{{files}}"', JSON.stringify(files));
if (written.includes("{{")) throw new Error(`offline: ${WORKER} has a place that was not filled in`);
writeFileSync(join(folder, WORKER), written);
