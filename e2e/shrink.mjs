// What trunk leaves to be done for a release: the page is made as small as it can be made without
// anything missing from it. Trunk.toml runs this when everything stands in the staging folder.
//
// * wasm-bindgen exports what any crate asks it to, and what is exported is kept, also where nobody
//   here calls it. So the glue loses what is not imported from it, the module what the glue does not
//   call, the glue what the module does not import, and again until nothing goes.
// * The names between the two are long, and end in digits that do not compress: they become short.
// * wasm-opt runs here and not from trunk, with the passes that make small what brotli makes of the
//   module, which are not quite those that make the module small.
// * JavaScript and CSS lose what is there for those who read the source, and the style sheets of
//   index.html become one.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync, transformSync } from "esbuild";

const WASM_OPT = fileURLToPath(new URL("node_modules/.bin/wasm-opt", import.meta.url));

/**
 * Inlining, and sharing of expressions, locals and ends of blocks, win bytes that brotli wins without
 * them. Each round finds what the one before laid bare. Functions with like names are alike: they
 * stand together.
 */
const ROUND = ["--flatten", "--rereloop", "-Oz"];
const SMALL = [
  ...[...ROUND, ...ROUND, "-Oz"],
  ...["--skip-pass=inlining-optimizing", "--skip-pass=local-cse"],
  ...["--skip-pass=simplify-locals", "--skip-pass=code-folding"],
  "--reorder-functions-by-name",
];
/** What explorer.js and charts-worker.js call. */
const SEARCH_USES = [
  ...["default", "model", "begin", "advance", "stop", "report"],
  ...["growth", "advanceGrowth", "beginLoad", "advanceLoad", "loadReport"],
];
/** Every module by its glue: what is called from outside, and how the module is optimised. */
const MODULES = [
  { glue: /^page-[0-9a-f]+\.js$/, uses: ["default", "model", "subject", "take", "leaveOut"], passes: SMALL },
  { glue: /^explore\.js$/, uses: ["default", "open", "show", "fill", "rest"], passes: SMALL },
  { glue: /^lab\.js$/, uses: ["default", "open", "show", "rest"], passes: SMALL },
  { glue: /^charts\.js$/, uses: ["default", "open", "show"], passes: SMALL },
  { glue: /^search\.js$/, uses: SEARCH_USES, passes: ["-O3"] },
];
const SCRIPTS = ["boot.js", "explorer.js", "explorer-dialog.js", "laboratory.js", "program.js", "charts-dialog.js", "charts-worker.js"];
/** Fetched by a script under its own name. */
const SHEETS = ["explore.css", "lab.css", "charts.css"];

/** What Rust's wasm32 target has on: without these wasm-opt takes the module for a wrong one. */
const FEATURES = [
  ...["--enable-bulk-memory", "--enable-sign-ext", "--enable-nontrapping-float-to-int"],
  ...["--enable-mutable-globals", "--enable-reference-types", "--enable-multivalue"],
];
/** Rust's stack ends at address 0: nothing that is addressed lies in its last kilobyte. */
const LAYOUT = ["--low-memory-unused"];
const STRIP = ["--strip-debug", "--strip-producers", "--strip-target-features"];

/** An entry of the imports in the glue, as esbuild prints it. */
const IMPORT = /^    (\w+): function\([^]*?\n    \},?\n/gm;
/** A class in the glue of wasm-bindgen, with what follows it. */
const CLASS = /^export class (\w+) \{\n[^]*?\n\}\n(?:if \(Symbol\.dispose\) .*\n)?/gm;

if (process.env.TRUNK_PROFILE === "release") shrink(process.env.TRUNK_STAGING_DIR);

function shrink(folder) {
  const names = readdirSync(folder);
  for (const { glue, uses, passes } of MODULES) {
    const name = names.find((name) => glue.test(name));
    if (!name) throw new Error(`shrink: expected ${glue} among ${names.join(", ")}`);
    shrinkModule(join(folder, name), uses, passes);
  }
  for (const name of SCRIPTS) rewrite(join(folder, name), (source) => minify(source, "js"));
  for (const name of SHEETS) rewrite(join(folder, name), (source) => minify(source, "css"));
  rewrite(join(folder, "index.html"), (html) => oneSheet(folder, html).replace(/<!--[^]*?-->\n*/g, ""));
}

function shrinkModule(gluePath, uses, passes) {
  const wasmPath = gluePath.replace(/\.js$/, "_bg.wasm");
  const names = (list) => list(new WebAssembly.Module(readFileSync(wasmPath))).map(({ name }) => name);
  for (let before = Infinity, after; (after = reach(gluePath, uses)) < before; before = after) {
    const called = (name) => new RegExp(`\\bwasm\\.${name}\\b`).test(readFileSync(gluePath, "utf8"));
    const idle = names(WebAssembly.Module.exports).filter((name) => !called(name));
    const removals = idle.map((name) => `--remove-exports=${name}`);
    wasmOpt(wasmPath, [...removals, "--remove-unused-module-elements", "-g"]);
    const imported = new Set(names(WebAssembly.Module.imports));
    rewrite(gluePath, (glue) => glue.replace(IMPORT, (entry, name) => (imported.has(name) ? entry : "")));
  }
  const renamed = wasmOpt(wasmPath, [...LAYOUT, ...passes, ...STRIP, "--minify-imports-and-exports-and-modules"]);
  rewrite(gluePath, (glue) => minify(withNames(glue, JSON.parse(renamed)), "js"));
}

function wasmOpt(path, args) {
  return execFileSync(WASM_OPT, [...FEATURES, ...args, path, "-o", path], { encoding: "utf8" });
}

/** Leaves of the glue what `uses` reaches; its length. */
function reach(path, uses) {
  rewrite(path, (glue) => glue.replace(CLASS, (text, name) => (uses.includes(name) ? text : "")));
  buildSync({
    stdin: { contents: `export { ${uses} } from ${JSON.stringify(path)}`, resolveDir: "." },
    bundle: true,
    format: "esm",
    target: "esnext",
    pure: ["FinalizationRegistry"],
    outfile: path,
    allowOverwrite: true,
  });
  return readFileSync(path).length;
}

/** The glue with the names that wasm-opt gave to the module's imports and exports. */
function withNames(glue, { imports, exports }) {
  const swap = (text, from, to) => {
    if (!from.test(text)) throw new Error(`shrink: expected ${from} in the glue`);
    return text.replace(from, () => to);
  };
  let text = swap(glue, new RegExp(`"${imports[0][0]}": `), "a: ");
  for (const [, from, to] of imports) text = swap(text, new RegExp(`^    ${from}: `, "m"), `    ${to}: `);
  for (const [from, to] of exports) text = swap(text, new RegExp(`\\bwasm\\.${from}\\b`, "g"), `wasm.${to}`);
  return text;
}

/** The page with one style sheet in the place of all that trunk linked, in their order. */
function oneSheet(folder, html) {
  const LINK = /<link rel="stylesheet" href="\.\/([^"]+)"[^>]*>\n?/g;
  const sheets = [...html.matchAll(LINK)].map(([, name]) => name);
  if (!sheets.length) throw new Error("shrink: expected a style sheet in index.html");
  const css = minify(sheets.map((name) => readFileSync(join(folder, name), "utf8")).join(""), "css");
  for (const name of sheets) rmSync(join(folder, name));
  const name = `style-${createHash("sha256").update(css).digest("hex").slice(0, 16)}.css`;
  writeFileSync(join(folder, name), css);
  let first = true;
  return html.replace(LINK, () => (first ? ((first = false), `<link rel="stylesheet" href="./${name}">\n`) : ""));
}

function minify(source, loader) {
  return transformSync(source, { loader, minify: true, format: loader === "js" ? "esm" : undefined, target: "esnext" }).code;
}

function rewrite(path, change) {
  writeFileSync(path, change(readFileSync(path, "utf8")));
}
