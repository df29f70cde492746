// A minimal static server, like those that the page has to run on. Tests use it under a sub-path,
// so that nothing on the page may rely on the root.
//
//   node server.mjs [folder] [port] [prefix]    serves until it is stopped
//   node server.mjs --answers <url>             exits 0 if that address answers with a page

import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".md": "text/plain; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/**
 * Serves `folder` at `prefix` ("/" or "/a/b/"); port 0 takes any free one. `probe` is a script that runs
 * on the page before all others. With `packed`, answers are packed with brotli, as most hosts do.
 */
export async function serve(folder, port = 0, prefix = "/", probe = "", packed = false) {
  const root = resolve(folder);
  const kept = new Map();
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const file = pathname.startsWith(prefix) && locate(root, pathname.slice(prefix.length));
    if (probe && file === join(root, "probe.js")) return void answer(response, ".js", probe);
    if (probe && file === join(root, "index.html")) return void answer(response, ".html", await probed(file));
    const found = file && (await stat(file).catch(() => null));
    if (!found?.isFile()) {
      response.writeHead(404, { "content-type": "text/plain" }).end("not found\n");
      return;
    }
    if (packed) {
      if (!kept.has(file)) kept.set(file, brotliCompressSync(await readFile(file)));
      const type = TYPES[extname(file)] ?? "application/octet-stream";
      const body = kept.get(file);
      return void response
        .writeHead(200, { "content-type": type, "content-encoding": "br", "content-length": body.length, "cache-control": "no-cache" })
        .end(body);
    }
    response.writeHead(200, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "content-length": found.size,
      "cache-control": "no-cache",
    });
    createReadStream(file).pipe(response);
  });
  await new Promise((done, fail) => server.once("error", fail).listen(port, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${server.address().port}${prefix}`,
    close: () => new Promise((done) => server.close(done).closeAllConnections()),
  };
}

function answer(response, type, text) {
  response.writeHead(200, { "content-type": TYPES[type], "cache-control": "no-cache" }).end(text);
}

async function probed(file) {
  return (await readFile(file, "utf8")).replace("<head>", '<head><script src="./probe.js"></script>');
}

function locate(root, path) {
  const file = normalize(join(root, decodeURIComponent(path) || "index.html"));
  return file.startsWith(root + sep) && file;
}

async function answers(url) {
  const response = await fetch(url).catch(() => null);
  return Boolean(response?.ok && response.headers.get("content-type")?.startsWith("text/html"));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [first = "dist", second = "8000", third = "/"] = process.argv.slice(2);
  if (first === "--answers") process.exit((await answers(second)) ? 0 : 1);
  const { url } = await serve(first, Number(second), third);
  console.log(`${first} is served at ${url}`);
}
