// Checks that every crate in Cargo.lock comes from crates.io and has a licence that deny.toml
// allows. `cargo deny check licenses sources` checks the same (`make deny`); this script works
// without it and without network. Advisories need a database from the network, so only `make deny`
// checks them.

import { readFileSync } from "node:fs";
import satisfies from "spdx-satisfies";
import { expression, foreign, isFromCratesIo, metadata } from "./crates.mjs";

const allowed = allowList(readFileSync(new URL("../deny.toml", import.meta.url), "utf8"));
const crates = foreign(metadata());
const faults = crates.flatMap(faultsOf);

for (const fault of faults) console.error(fault);
console.log(`${crates.length} crates, ${faults.length} faults; allowed: ${allowed.join(", ")}`);
if (faults.length || !crates.length) process.exit(1);

function allowList(toml) {
  const list = toml.match(/^allow = \[\n([^\]]*)\]/m);
  if (!list) throw new Error("deny.toml: expected a list `allow` of licences, one a line");
  return [...list[1].matchAll(/"([^"]+)"/g)].map(([, name]) => name);
}

function faultsOf(crate) {
  const faults = [];
  if (!isFromCratesIo(crate)) faults.push(`${crate.name} ${crate.version} comes from ${crate.source}`);
  const licence = expression(crate);
  if (!licence) faults.push(`${crate.name} ${crate.version} names no licence`);
  else if (!isAllowed(licence)) faults.push(`${crate.name} ${crate.version} has the licence ${licence}`);
  return faults;
}

function isAllowed(licence) {
  try {
    return satisfies(licence, allowed);
  } catch {
    return false; // not an SPDX expression
  }
}
