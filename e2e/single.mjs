// Packs dist/ into one HTML file that opens from the disk, without a server: `make single`.
//
// A page that was opened from the disk may not fetch anything. So every file is in the page as
// text; a script gives each a `blob:` address, which the browser treats as a file, and passes it
// where the page asks for a file. There are no workers: searches and loads run on the page, in
// slices.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [folder = "dist", target = "extentscope.html"] = process.argv.slice(2);
/** Where the page believes that it stands. */
const BASE = "https://extentscope.invalid/";
/** Of no use without a server. */
const LEFT_OUT = ["index.html", "sw.js", "offline.js"];
const TYPES = { js: "text/javascript", css: "text/css", wasm: "application/wasm", txt: "text/plain" };

const names = readdirSync(folder).filter((name) => !LEFT_OUT.includes(name) && TYPES[extension(name)]);
const read = (name) => readFileSync(join(folder, name));
let page = read("index.html").toString();

function extension(name) {
  return name.split(".").pop();
}

/** A script whose imports and addresses go through the packed page. */
function packed(name) {
  return read(name)
    .toString()
    .replaceAll("import.meta.url", JSON.stringify(BASE + name))
    .replace(/\bimport\(/g, "packedImport(")
    .replace(/\bfetch\(/g, "packedFetch(")
    .replace(/new URL\(([\w$]+), ?("[^"]*")\)\.href/g, "packedAddress(new URL($1, $2))")
    .replace(/new Worker\(/g, "packedWorker(")
    .replace(/\bimport ?"\.\/([\w-]+\.js)";?/g, "");
}

const files = Object.fromEntries(
  names.map((name) => {
    const type = extension(name);
    const content = type === "js" ? Buffer.from(packed(name)) : read(name);
    return [name, [TYPES[type], content.toString("base64")]];
  }),
);

/** Runs in the page, before all else. */
function begin(files, base, start) {
  const made = {};
  const nameOf = (address) => new URL(address, base).pathname.slice(1);
  const blobOf = (name) => {
    const [type, text] = files[name] ?? [];
    if (!type) throw new Error(`${name} is not in this file`);
    return new Blob([Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))], { type });
  };
  const addressOf = (name) => (made[name] ??= URL.createObjectURL(blobOf(name)));
  Object.assign(window, {
    packedAddress: (address) => addressOf(nameOf(address)),
    packedImport: (address) => import(addressOf(nameOf(address))),
    packedFetch: async (address) => new Response(blobOf(nameOf(address.url ?? address))),
    packedWorker() {
      throw new Error("there are no workers in a file");
    },
  });
  // The files that other scripts import come first.
  for (const name of start.first) import(addressOf(name));
  window.packedStart = () => import(addressOf(start.boot));
}

const boot = /<script type="module" src="\.\/boot\.js\?([^"]*)"><\/script>/.exec(page);
if (!boot) throw new Error("single: expected boot.js in index.html");
// boot.js reads the names of glue and module from its own address.
const query = boot[1].replaceAll("&amp;", "&");
files["boot.js"][1] = Buffer.from(packed("boot.js").replaceAll(JSON.stringify(`${BASE}boot.js`), JSON.stringify(`${BASE}boot.js?${query}`))).toString("base64");

const POLICY = "default-src 'none'; script-src 'unsafe-inline' blob: 'wasm-unsafe-eval'; style-src 'unsafe-inline' blob:; img-src data: blob:; connect-src blob: data:; base-uri 'none'; form-action 'none'";
const start = { boot: "boot.js", first: names.filter((name) => name === "words.js") };
const script = `(${begin})(${JSON.stringify(files)}, ${JSON.stringify(BASE)}, ${JSON.stringify(start)});`;
const styles = [];
page = page
  .replace(/(<meta http-equiv="Content-Security-Policy" content=")[^"]*/, (_, start) => start + POLICY)
  .replace(/<link rel="stylesheet" href="\.\/([^"]+)"[^>]*>\n?/g, (_, name) => {
    styles.push(read(name).toString());
    return "";
  })
  .replace(/<link rel="(?:license|preload|modulepreload)"[^>]*>\n?/g, "")
  .replace(boot[0], "")
  .replace("</head>", () => `<style>${styles.join("\n")}</style>\n<script>${script.replaceAll("</", "<\\/")}</script>\n</head>`)
  .replace("</body>", () => "<script>packedStart();</script>\n</body>");
writeFileSync(target, page);
console.log(`${target}: ${page.length} bytes, one file.`);
