// The page has budgets, so that its growth is decided and not discovered: what opening it costs, and
// what each part costs that is fetched only when somebody asks for it.

import { sizes, table, total } from "./sizes.mjs";

const OPENING_BROTLI_BYTES = 350_000;
const ON_DEMAND = [
  {
    what: "the explorer, when asked for",
    names: [
      ...["explorer-dialog.js", "program.js", "explore.css", "explore.js", "explore_bg.wasm"],
      ...["explorer.js", "search.js", "search_bg.wasm"],
    ],
    budget: 250_000,
  },
  {
    what: "the tree laboratory, when asked for",
    names: ["laboratory.js", "program.js", "lab.css", "lab.js", "lab_bg.wasm"],
    budget: 250_000,
  },
  {
    // Their worker runs the search module, which the explorer counts.
    what: "the charts, when asked for",
    names: [
      ...["charts-dialog.js", "program.js", "charts.css", "charts.js", "charts_bg.wasm"],
      "charts-worker.js",
    ],
    budget: 250_000,
  },
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
