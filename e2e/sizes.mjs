// Lists the files that a visitor downloads, with their sizes.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

export const DIST = fileURLToPath(new URL("../dist", import.meta.url));

/** Files beside the page for readers who want them; the page fetches none of them. */
const NOTICES = ["third-party-notices.txt", "LICENSE-MIT.txt", "LICENSE-APACHE.txt"];

export function sizes(folder = DIST) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !NOTICES.includes(entry.name))
    .map((entry) => measure(entry.name, readFileSync(join(entry.parentPath ?? entry.path, entry.name))))
    .sort((a, b) => b.brotli - a.brotli);
}

export function total(files) {
  const sum = (key) => files.reduce((n, file) => n + file[key], 0);
  return { name: "total", raw: sum("raw"), gzip: sum("gzip"), brotli: sum("brotli") };
}

export function table(files) {
  const cell = (value) => String(value).padStart(10);
  const row = ({ name, raw, gzip, brotli }) => cell(raw) + cell(gzip) + cell(brotli) + "  " + name;
  const head = cell("raw") + cell("gzip") + cell("brotli") + "  bytes";
  return [head, ...files.map(row), row(total(files))].join("\n");
}

function measure(name, bytes) {
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  return {
    name,
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, quality).length,
  };
}
