// Prints the speed of the explorer in Chromium, and the load on the page's own thread: for the whole
// matrix (every design by every preset), with one worker and with two, and for the script of `cargo
// bench --bench check`. The page's thread and the browser need a core too, so two workers need an
// otherwise idle machine. `ROUNDS=5` repeats the matrix; the median counts.

import { readFile } from "node:fs/promises";
import { chromium } from "playwright-core";
import * as browsers from "./browsers.mjs";
import { serve } from "./server.mjs";
import { DIST } from "./sizes.mjs";
import { MATRIX } from "./states.mjs";

const PATIENCE_MS = 300_000;
const ROUNDS = Number(process.env.ROUNDS ?? 3);

/** Runs in the page: records every task that blocks its thread for 50 ms or more, and tells how many
 * threads the machine has. */
function prepare(threads) {
  window.longTasks = [];
  const note = (list) => list.getEntries().forEach(({ duration }) => window.longTasks.push(duration));
  new PerformanceObserver(note).observe({ entryTypes: ["longtask"] });
  Object.defineProperty(Navigator.prototype, "hardwareConcurrency", { get: () => threads });
}

const server = await serve(DIST, 0, "/some/sub/");
const browser = await chromium.launch(browsers.chromium());
const times = { 1: [], 2: [] };
// The workers take turns, so that a disturbance meets both.
for (let round = 0; round < ROUNDS; round++) {
  for (const workers of [1, 2]) times[workers].push(await matrix(workers));
}
for (const [workers, rounds] of Object.entries(times)) {
  const { all, first, cells, states, ms, tasks } = median(rounds);
  console.log(`matrix, workers: ${workers}; first round ${seconds(first)}, all ${seconds(all)} (median of ${ROUNDS})`);
  console.log(`matrix: ${cells} cells with ${states} states, after ${ms} ms of searching`);
  console.log(`page's thread: ${tasks.length} tasks of 50 ms and more${tasks.length ? `, longest ${Math.max(...tasks)} ms` : ""}`);
}
const [one, two] = [1, 2].map((workers) => median(times[workers]).all);
console.log(`matrix: two workers are ${(one / two).toFixed(2)} times as fast as one`);
await big();
await browser.close();
await server.close();

async function open(workers) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(prepare, workers);
  // A link shows no greeting.
  await page.goto(`${server.url}#v0;design=rfc-osync;preset=S7`);
  await page.waitForFunction(() => document.documentElement.dataset.ready);
  return page;
}

/** Fills the whole matrix. */
async function matrix(workers) {
  const page = await open(workers);
  await page.getByRole("button", { name: "Explore" }).click();
  const fill = page.getByRole("button", { name: "Fill the matrix" });
  await fill.hover();
  // Reads the text directly instead of through the driver's selectors: naming hundreds of buttons by
  // role takes longer, on the page's own thread, than the measured work.
  const reaches = (pattern) => {
    const status = (source) => new RegExp(source).test(document.querySelector(".explorer-status").textContent);
    return page.waitForFunction(status, pattern, { timeout: PATIENCE_MS });
  };
  await page.evaluate(() => (window.longTasks.length = 0));
  const began = performance.now();
  await fill.click();
  await reaches(`${MATRIX.cells} of ${MATRIX.cells} cells|^The matrix: `);
  const first = performance.now() - began;
  await reaches("^The matrix: ");
  const all = performance.now() - began;
  const text = await page.evaluate(() => document.querySelector(".explorer-status").textContent);
  const tasks = await page.evaluate(() => window.longTasks);
  await page.context().close();
  const [, cells, states, ms] = text.match(/(\d+) cells with (\d+) states, after (\d+) ms/).map(Number);
  return { first, all, cells, states, ms, tasks };
}

async function big() {
  const page = await open(1);
  const script = await readFile(new URL("../benches/scripts/bench-big.ext", import.meta.url), "utf8");
  await page.getByRole("textbox", { name: "Script text" }).fill(script);
  await page.getByRole("button", { name: "Load script" }).click();
  await page.getByRole("button", { name: "Explore" }).click();
  await page.getByRole("button", { name: "Search this script" }).click();
  await page.getByRole("button", { name: "Stop" }).waitFor({ state: "hidden", timeout: PATIENCE_MS });
  const extent = await page.getByText(/^Verdicts by a reduced search: /).textContent({ timeout: PATIENCE_MS });
  for (const [, kind, states, ms] of extent.matchAll(/by a (reduced|full) search: (\d+) states, .*? (\d+) ms;/g)) {
    console.log(`bench-big, ${kind}: ${states} states in ${ms} ms, ${Math.round(states / ms)} thousand states a second`);
  }
  await page.context().close();
}

function median(rounds) {
  return rounds.toSorted((one, other) => one.all - other.all)[Math.floor(rounds.length / 2)];
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(2)} s`;
}
