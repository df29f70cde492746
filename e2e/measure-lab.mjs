// Prints the time of a step of the tree laboratory from the click to the painted frame, with 1,000
// extents, for the whole tree and for a close view: one hundred steps each, in headless Chromium,
// which paints without a GPU. Then the same for zooming and moving, and the number of long tasks.

import { chromium } from "playwright-core";
import * as browsers from "./browsers.mjs";
import { serve } from "./server.mjs";
import { DIST } from "./sizes.mjs";

const TIMES = 100;

/** Runs in the page: one press per frame, timed from the start of a frame to the task after its
 * paint. */
async function pressAndTime({ selector, key, times }) {
  const element = document.querySelector(`dialog ${selector}`);
  const press = () => (key ? element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })) : element.click());
  const took = [];
  for (let i = 0; i < times; i++) {
    await new Promise((done) => {
      requestAnimationFrame(() => {
        const began = performance.now();
        press();
        const channel = new MessageChannel();
        // A message posted during a frame arrives after the frame has been painted.
        channel.port1.onmessage = () => done(took.push(performance.now() - began));
        channel.port2.postMessage(0);
      });
    });
    await new Promise((done) => setTimeout(done, 200));
  }
  return took;
}

const server = await serve(DIST, 0, "/");
const browser = await chromium.launch(browsers.chromium());
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
await page.addInitScript(() => {
  window.longTasks = [];
  const hear = (list) => window.longTasks.push(...list.getEntries().map((entry) => entry.duration));
  new PerformanceObserver(hear).observe({ type: "longtask" });
});
await page.goto(server.url);
await page.waitForFunction(() => document.documentElement.dataset.ready);
await page.getByRole("button", { name: "laboratory" }).click();
const lab = page.getByRole("dialog", { name: "Tree laboratory" });
await lab.getByRole("button", { name: "Next line" }).waitFor();

const text = ["build 1000 random"];
for (let i = 0; i < TIMES; i++) {
  const at = 2 * ((i * 617) % 1000);
  text.push(i % 2 ? `remove [${at}/1)` : `insert [${at + 1}/1) U@${9000 + 2 * i}`);
}
for (const zoom of [0, 4, 9]) {
  await lab.getByRole("textbox", { name: "Lines of the laboratory" }).fill(text.join("\n"));
  // Those were the browser's editing command with a hundred lines, which no reader types at once.
  await page.evaluate(() => (window.longTasks.length = 0));
  await lab.getByRole("slider", { name: "Lines done" }).fill("1");
  await lab.getByRole("button", { name: "Fit" }).click();
  for (let i = 0; i < zoom; i++) await lab.getByRole("button", { name: "Zoom in" }).click();
  const says = await lab.getByText(/drawn one by one/).textContent();
  await measure(`${says}: a step`, { selector: "[aria-label='Next line']" });
}
for (const key of ["-", "+", "ArrowLeft"]) {
  await lab.getByRole("button", { name: "Fit" }).click();
  if (key !== "+") for (let i = 0; i < 9; i++) await lab.getByRole("button", { name: "Zoom in" }).click();
  await measure(`key ${key}`, { selector: ".lab-picture", key, times: 12 });
}
const long = await page.evaluate(() => window.longTasks);
console.log(`tasks over 50 ms: ${long.length}${long.length ? `, the longest ${Math.max(...long).toFixed(0)} ms` : ""}`);
await browser.close();
await server.close();

async function measure(what, { selector, key, times = TIMES }) {
  const took = (await page.evaluate(pressAndTime, { selector, key, times })).sort((a, b) => a - b);
  const at = (share) => took[Math.min(times - 1, Math.floor(share * times))].toFixed(1);
  console.log(`${what} to painted frame: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, max ${at(1)} ms`);
}
