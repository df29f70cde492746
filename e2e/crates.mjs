// Reads what cargo knows about the crates in Cargo.lock, without network.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CRATES_IO = "registry+https://github.com/rust-lang/crates.io-index";

/** `cargo metadata` of this package, for all targets or for one. */
export function metadata(target) {
  const platform = target ? ["--filter-platform", target] : [];
  const args = ["metadata", "--locked", "--offline", "--format-version", "1", ...platform];
  return JSON.parse(execFileSync("cargo", args, { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 28 }));
}

/** Every package except our own. */
export const foreign = ({ packages }) => packages.filter(({ source }) => source !== null);

/** Whether a package comes from crates.io. */
export const isFromCratesIo = ({ source }) => source === CRATES_IO;

/** A licence expression in SPDX form; old crates separate alternatives with a slash. */
export const expression = ({ license }) => license?.replaceAll("/", " OR ") ?? null;

/**
 * The crates that are linked into the page: the normal dependencies of our package on wasm32, and
 * their dependencies. A macro and its dependencies run only in the compiler.
 */
export function linked() {
  const data = metadata("wasm32-unknown-unknown");
  const packages = new Map(data.packages.map((it) => [it.id, it]));
  const nodes = new Map(data.resolve.nodes.map((it) => [it.id, it]));
  const isMacro = (id) => packages.get(id).targets.some(({ kind }) => kind.includes("proc-macro"));
  const found = new Set([data.resolve.root]);
  for (const id of found) {
    for (const { pkg, dep_kinds } of nodes.get(id).deps) {
      if (dep_kinds.some(({ kind }) => kind === null) && !isMacro(pkg)) found.add(pkg);
    }
  }
  found.delete(data.resolve.root);
  const crates = [...found].map((id) => packages.get(id));
  return crates.sort((a, b) => a.name.localeCompare(b.name) || a.version.localeCompare(b.version));
}
