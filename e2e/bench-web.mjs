// Prints how fast the explorer is in Chromium's worker, and what the page's own thread feels of it:
// the whole matrix, every design by every preset, and the script that `cargo bench --bench check` is
// timed on.

import { readFile } from "node:fs/promises";
import { chromium } from "playwright-core";
import * as browsers from "./browsers.mjs";
import { serve } from "./server.mjs";
import { DIST } from "./sizes.mjs";

const PATIENCE_MS = 300_000;

/** Runs in the page: every task that holds its thread for 50 ms and more. */
function watchTasks() {
  window.longTasks = [];
  const note = (list) => list.getEntries().forEach(({ duration }) => window.longTasks.push(duration));
  new PerformanceObserver(note).observe({ entryTypes: ["longtask"] });
}

const server = await serve(DIST, 0, "/some/sub/");
const browser = await chromium.launch(browsers.chromium());
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
await page.addInitScript(watchTasks);
await page.goto(server.url);
await page.waitForFunction(() => document.documentElement.dataset.ready);
await page.getByRole("button", { name: "Explore" }).click();
const fill = page.getByRole("button", { name: "Fill the matrix" });
await fill.hover();
// What is waited for is read without the driver's selectors: to name hundreds of buttons by role
// takes longer, on the page's own thread, than what is measured.
const reaches = (pattern) => {
  const status = (source) => new RegExp(source).test(document.querySelector(".explorer-status").textContent);
  return page.waitForFunction(status, pattern, { timeout: PATIENCE_MS });
};
await page.evaluate(() => (window.longTasks.length = 0));
const began = performance.now();
await fill.click();
await reaches("468 of 468 cells|^The matrix: ");
const first = performance.now() - began;
await reaches("^The matrix: ");
const all = performance.now() - began;
const text = await page.evaluate(() => document.querySelector(".explorer-status").textContent);
const tasks = await page.evaluate(() => window.longTasks);
await page.keyboard.press("Escape");
const script = await readFile(new URL("../benches/scripts/bench-big.ext", import.meta.url), "utf8");
await page.getByRole("textbox", { name: "Script text" }).fill(script);
await page.getByRole("button", { name: "Run script" }).click();
await page.getByRole("button", { name: "Explore" }).click();
await page.getByRole("button", { name: "Search this script" }).click();
const extent = page.getByText(/^\d+ states, .* ms; complete/);
await extent.waitFor({ timeout: PATIENCE_MS });
const [, bigStates, bigMs] = (await extent.textContent()).match(/(\d+) states, .* (\d+) ms/).map(Number);
await browser.close();
await server.close();

const [, cells, states, ms] = text.match(/(\d+) cells with (\d+) states, after (\d+) ms/).map(Number);
console.log(`matrix: ${cells} cells; first round ${(first / 1000).toFixed(1)} s, all ${(all / 1000).toFixed(1)} s`);
console.log(`matrix: ${states} states in its cells, after ${ms} ms of searching`);
console.log(`page's thread: ${tasks.length} tasks of 50 ms and more${tasks.length ? `, longest ${Math.max(...tasks)} ms` : ""}`);
console.log(`bench-big: ${bigStates} states in ${bigMs} ms, ${Math.round(bigStates / bigMs)} thousand states a second`);
