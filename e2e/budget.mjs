// The page has budgets, so that its growth is decided and not discovered: what opening it costs, and
// what is fetched only when the explorer is asked for.

import { sizes, table, total } from "./sizes.mjs";

const OPENING_BROTLI_BYTES = 264_000;
const ON_DEMAND_BROTLI_BYTES = 110_000;
/** What boot.js and the explorer fetch when somebody searches. */
const ON_DEMAND = ["explorer.js", "search.js", "search_bg.wasm"];

const files = sizes();
const isOnDemand = ({ name }) => ON_DEMAND.includes(name);
const onDemand = files.filter(isOnDemand);
if (onDemand.length !== ON_DEMAND.length) {
  console.error(`Expected ${ON_DEMAND.join(", ")} in dist/, and found ${onDemand.length} of them.`);
  process.exit(1);
}
console.log(table(files));
const overs = [
  check("opening the page", files.filter((file) => !isOnDemand(file)), OPENING_BROTLI_BYTES),
  check("the explorer, when asked for", onDemand, ON_DEMAND_BROTLI_BYTES),
];
if (overs.some((over) => over > 0)) process.exit(1);

function check(what, some, budget) {
  const { brotli } = total(some);
  console.log(`${what}: ${brotli} of ${budget} bytes of brotli, ${((100 * brotli) / budget).toFixed(1)}%`);
  if (brotli > budget) console.error(`That is ${brotli - budget} bytes over its budget.`);
  return brotli - budget;
}
