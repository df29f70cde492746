// The whole page has a budget, so that its growth is decided and not discovered.

import { sizes, table, total } from "./sizes.mjs";

const BUDGET_BROTLI_BYTES = 250_000;

const files = sizes();
const { brotli } = total(files);
console.log(table(files));
console.log(`budget ${BUDGET_BROTLI_BYTES} bytes of brotli, used ${((100 * brotli) / BUDGET_BROTLI_BYTES).toFixed(1)}%`);
if (brotli > BUDGET_BROTLI_BYTES) {
  console.error(`The page is ${brotli - BUDGET_BROTLI_BYTES} bytes over its budget.`);
  process.exit(1);
}
