// Writes third-party-notices.txt beside the page: every crate that is linked into it, with its
// licence and the licence's text. Trunk.toml runs this when the staging folder is complete.
//
//   node notices.mjs [folder]

import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expression, linked } from "./crates.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const RULE = "-".repeat(78);

/** Files that may contain a licence text or a copyright line. */
const TEXTS = /^(LICEN[CS]E|COPYING|COPYRIGHT|NOTICE|UNLICENSE)/i;
/** Files that are left out if a crate also offers MIT, which we choose. */
const OTHERS = /APACHE|UNLICENSE|COPYING|LGPL/i;

const folder = process.env.TRUNK_STAGING_DIR ?? process.argv[2] ?? join(ROOT, "dist");
writeFileSync(join(folder, "third-party-notices.txt"), notices(linked()));
for (const name of ["LICENSE-MIT", "LICENSE-APACHE"]) copyFileSync(join(ROOT, name), join(folder, `${name}.txt`));

function notices(crates) {
  const byText = new Map();
  for (const crate of crates) {
    for (const text of textsOf(crate)) byText.set(text, [...(byText.get(text) ?? []), nameOf(crate)]);
  }
  const head = [
    "extentscope is licensed under MIT or Apache-2.0, as you choose: LICENSE-MIT.txt, LICENSE-APACHE.txt.",
    "",
    `Its page is linked with Rust's standard library (MIT OR Apache-2.0, https://www.rust-lang.org) and`,
    `with ${crates.length} crates. Each stands here with its licence; the texts follow.`,
    "",
    ...crates.map((crate) => `${nameOf(crate)}  ${expression(crate)}${crate.repository ? `  ${crate.repository}` : ""}`),
  ];
  const texts = [...byText].map(([text, names]) => [RULE, names.join(", "), RULE, "", text].join("\n"));
  return [head.join("\n"), ...texts].join("\n\n") + "\n";
}

/** The licence texts of a crate. A crate without any gets the standard text of its licence. */
function textsOf(crate) {
  const where = dirname(crate.manifest_path);
  const names = readdirSync(where).filter((name) => TEXTS.test(name)).sort();
  const choices = expression(crate)?.split(" OR ") ?? [];
  const mit = choices.includes("MIT") && names.filter((name) => !OTHERS.test(name));
  const chosen = mit?.length ? mit : names;
  if (chosen.length) return chosen.map((name) => tidy(readFileSync(join(where, name), "utf8")));
  if (choices.includes("MIT")) return [standardMit(crate)];
  throw new Error(`${nameOf(crate)} (${crate.license}) has no licence text, and notices.mjs knows none for it`);
}

function standardMit({ name, authors }) {
  const holders = authors.map((author) => author.replace(/ *<[^>]*>/, ""));
  const words = readFileSync(join(ROOT, "LICENSE-MIT"), "utf8").replace(/^.*\n/, "");
  return tidy(`Copyright (c) ${holders.join(", ") || `the authors of ${name}`}\n${words}`);
}

function tidy(text) {
  return text.replaceAll("\r\n", "\n").replaceAll("\f", "").replace(/[ \t]+$/gm, "").trim();
}

function nameOf({ name, version }) {
  return `${name} ${version}`;
}
