// The page has budgets, so that its growth is a decision: one for opening it, and one for each part
// that is fetched on demand.

import { sizes, table, total } from "./sizes.mjs";

/** Every operation and promise of the machine is part of the page. */
const OPENING_BROTLI_BYTES = 350_000;
const ON_DEMAND = [
  {
    what: "the explorer's dialog, when asked for",
    names: ["explorer-dialog.js", "program.js", "explore.css", "explore.js", "explore_bg.wasm"],
    budget: 250_000,
  },
  {
    what: "the search, which the explorer and the charts run in a worker",
    names: ["explorer.js", "search.js", "search_bg.wasm"],
    budget: 250_000,
  },
  {
    what: "the tree laboratory, when asked for",
    names: ["laboratory.js", "program.js", "lab.css", "lab.js", "lab_bg.wasm"],
    budget: 250_000,
  },
  {
    // The charts' worker runs the search module.
    what: "the charts, when asked for",
    names: [
      ...["charts-dialog.js", "program.js", "charts.css", "charts.js", "charts_bg.wasm"],
      "charts-worker.js",
    ],
    budget: 250_000,
  },
  {
    // Their worker runs a second instance of the same module.
    what: "the traces, when asked for",
    names: [
      ...["traces-dialog.js", "program.js", "traces.css", "traces.js", "traces_bg.wasm"],
      ...["traces-worker.js", "conformance.md"],
    ],
    budget: 250_000,
  },
  {
    what: "the lines of the change and what the knobs do, when first shown",
    names: ["texts.js", "texts_bg.wasm"],
    budget: 60_000,
  },
  {
    what: "pictures and data, when asked for",
    names: ["save-dialog.js", "pictures.js"],
    budget: 10_000,
  },
  { what: "what speaks with the page around an embedded one", names: ["embed.js"], budget: 2_000 },
];

const files = sizes();
console.log(table(files));

const overs = [check("opening the page", opening(), OPENING_BROTLI_BYTES)];
for (const { what, names, budget } of ON_DEMAND) overs.push(check(what, named(names), budget));
if (overs.some((over) => over > 0)) process.exit(1);

function opening() {
  const onDemand = ON_DEMAND.flatMap(({ names }) => names);
  return files.filter(({ name }) => !onDemand.includes(name));
}

function named(names) {
  const found = files.filter(({ name }) => names.includes(name));
  if (found.length !== names.length) {
    console.error(`Expected ${names.join(", ")} in dist/, and found ${found.length} of them.`);
    process.exit(1);
  }
  return found;
}

function check(what, some, budget) {
  const { brotli } = total(some);
  console.log(`${what}: ${brotli} of ${budget} bytes of brotli, ${((100 * brotli) / budget).toFixed(1)}%`);
  if (brotli > budget) console.error(`That is ${brotli - budget} bytes over its budget.`);
  return brotli - budget;
}
