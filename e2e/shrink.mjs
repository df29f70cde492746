// Makes a release as small as possible without losing anything, after trunk has built it.
// Trunk.toml runs this when the staging folder is complete.
//
// * wasm-bindgen keeps everything that any crate exports, even if nothing calls it. So this removes from
//   the glue what no script imports, from the module what the glue does not call, and from the glue what
//   the module does not import, and repeats that until nothing more is removed.
// * The names between the two are long and end in digits that do not compress; they are shortened.
// * wasm-opt runs here and not in trunk, with the passes that give the smallest module after brotli.
//   These differ from the passes that give the smallest module.
// * The module forgets where in a library it panicked (places.mjs).
// * JavaScript and CSS lose comments and blanks, and the style sheets of index.html become one.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync, transformSync } from "esbuild";
import { forgetPlaces } from "./places.mjs";

const WASM_OPT = fileURLToPath(new URL("node_modules/.bin/wasm-opt", import.meta.url));

/**
 * Inlining, and sharing of expressions, locals and ends of blocks, save bytes that brotli saves
 * without them. Each round makes new reductions possible for the next. Functions with similar names
 * are similar, so they are placed together.
 */
const ROUND = ["--flatten", "--rereloop", "-Oz", "-Oz"];
const SMALL = [
  ...[...ROUND, ...ROUND, "-Oz"],
  ...["--skip-pass=inlining-optimizing", "--skip-pass=local-cse"],
  ...["--skip-pass=simplify-locals", "--skip-pass=code-folding"],
  "--reorder-functions-by-name",
];
/** The exports that explorer.js and charts-worker.js use. */
const SEARCH_USES = [
  ...["default", "model", "begin", "advance", "stop", "graph", "report"],
  ...["growth", "advanceGrowth", "beginLoad", "advanceLoad", "loadReport"],
];
/** What explorer-dialog.js, charts-dialog.js, save-dialog.js and boot.js call of the page. */
const PAGE_USES = [
  ...["default", "model", "subject", "take", "leaveOut", "runJson", "secondRunJson", "mailText", "printText"],
  ...["captionOf", "pageLink", "embedLink", "setTheme", "say"],
];
/** What traces-dialog.js and traces-worker.js use. */
const TRACES_USES = ["default", "open", "begin", "feed", "summary", "finish", "look", "choose"];
/** What boot.js uses of the texts. */
const TEXTS_USES = ["default", "fill"];
/** Calls of modules in scripts: the module's name there, its exports that are kept, the scripts. */
const CALLS = [
  { name: "page", uses: PAGE_USES, scripts: ["boot.js", "charts-dialog.js", "explorer-dialog.js", "save-dialog.js"] },
  { name: "texts", uses: TEXTS_USES, scripts: ["boot.js"] },
  { name: "search", uses: SEARCH_USES, scripts: ["explorer.js"] },
  { name: "module", uses: SEARCH_USES, scripts: ["charts-worker.js"] },
  { name: "module", uses: TRACES_USES, scripts: ["traces-worker.js"] },
];
/** Every module by its glue: the exports that are used, and the optimisation of the module. */
const MODULES = [
  { glue: /^page-[0-9a-f]+\.js$/, uses: PAGE_USES, passes: SMALL },
  { glue: /^explore\.js$/, uses: ["default", "open", "show", "fill", "rest"], passes: SMALL },
  { glue: /^lab\.js$/, uses: ["default", "open", "show", "rest"], passes: SMALL },
  { glue: /^charts\.js$/, uses: ["default", "open", "show"], passes: SMALL },
  { glue: /^texts\.js$/, uses: TEXTS_USES, passes: SMALL },
  { glue: /^traces\.js$/, uses: TRACES_USES, passes: ["-O3"] },
  { glue: /^search\.js$/, uses: SEARCH_USES, passes: ["-O3"] },
];
const SCRIPTS = ["boot.js", "words.js", "offline.js", "sw.js", "explorer.js", "explorer-dialog.js", "laboratory.js", "program.js", "charts-dialog.js", "charts-worker.js", "traces-dialog.js", "traces-worker.js", "save-dialog.js", "pictures.js", "embed.js"];
/** Style sheets that scripts fetch by name. */
const SHEETS = ["explore.css", "lab.css", "charts.css", "traces.css"];

/** The features of Rust's wasm32 target; without them wasm-opt rejects the module. */
const FEATURES = [
  ...["--enable-bulk-memory", "--enable-sign-ext", "--enable-nontrapping-float-to-int"],
  ...["--enable-mutable-globals", "--enable-reference-types", "--enable-multivalue"],
];
/** Rust's stack ends at address 0, and nothing in its last kilobyte is addressed. */
const LAYOUT = ["--low-memory-unused"];
const STRIP = ["--strip-debug", "--strip-producers", "--strip-target-features"];

/** An entry of the imports in the glue, as esbuild prints it. */
const IMPORT = /^    (\w+): function\([^]*?\n    \},?\n/gm;
/** A class in the glue of wasm-bindgen, with what follows it. */
const CLASS = /^export class (\w+) \{\n[^]*?\n\}\n(?:if \(Symbol\.dispose\) .*\n)?/gm;

if (process.env.TRUNK_PROFILE === "release") shrink(process.env.TRUNK_STAGING_DIR);

function shrink(folder) {
  checkCalls(folder);
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

/** An export that a script calls and no list names would be missing on the page only. */
function checkCalls(folder) {
  for (const { name, uses, scripts } of CALLS) {
    for (const script of scripts) {
      const calls = readFileSync(join(folder, script), "utf8").matchAll(new RegExp(`\\b${name}\\??\\.(\\w+)\\(`, "g"));
      const lost = [...calls].map(([, called]) => called).find((called) => !uses.includes(called));
      if (lost) throw new Error(`shrink: ${script} calls ${name}.${lost}, which is not among the exports that are kept`);
    }
  }
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
  const bytes = readFileSync(wasmPath);
  forgetPlaces(bytes);
  writeFileSync(wasmPath, bytes);
  rewrite(gluePath, (glue) => minify(withNames(glue, JSON.parse(renamed)), "js"));
}

function wasmOpt(path, args) {
  return execFileSync(WASM_OPT, [...FEATURES, ...args, path, "-o", path], { encoding: "utf8" });
}

/** Removes everything from the glue that `uses` does not reach; returns its length. */
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

/** Renames the module's imports and exports in the glue, as wasm-opt did in the module. */
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

/** Replaces all style sheets that trunk linked by one, in their order. */
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
