// Prints how long a step of the tree laboratory takes from the click to the painted frame, with
// 1,000 extents, drawn whole and drawn close: one hundred steps each, in headless Chromium.

import { chromium } from "playwright-core";
import * as browsers from "./browsers.mjs";
import { serve } from "./server.mjs";
import { DIST } from "./sizes.mjs";

const STEPS = 100;

/** Runs in the page: one click a frame, each timed until a task after the next frame. */
async function clickAndTime(steps) {
  const button = document.querySelector("dialog [aria-label='Next line']");
  const times = [];
  for (let i = 0; i < steps; i++) {
    // A frame begins here, so that what is timed is work and not the wait for the next frame.
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const began = performance.now();
    button.click();
    await new Promise((done) => requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = done;
      channel.port2.postMessage(0);
    }));
    times.push(performance.now() - began);
    await new Promise((done) => setTimeout(done, 200));
  }
  return times;
}

const text = ["build 1000 random"];
for (let i = 0; i < STEPS; i++) {
  const at = 2 * ((i * 617) % 1000);
  text.push(i % 2 ? `remove [${at}/1)` : `insert [${at + 1}/1) U@${9000 + 2 * i}`);
}
const server = await serve(DIST, 0, "/");
const browser = await chromium.launch(browsers.chromium());
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
await page.goto(server.url);
await page.waitForFunction(() => document.documentElement.dataset.ready);
await page.getByRole("button", { name: "laboratory" }).click();
for (const zoom of [0, 4, 9]) {
  await page.getByRole("textbox", { name: "Lines of the laboratory" }).fill(text.join("\n"));
  await page.getByRole("slider", { name: "Lines done" }).fill("1");
  await page.getByRole("button", { name: "Fit" }).click();
  for (let i = 0; i < zoom; i++) await page.getByRole("button", { name: "Zoom in" }).click();
  const times = (await page.evaluate(clickAndTime, STEPS)).sort((a, b) => a - b);
  const at = (share) => times[Math.min(STEPS - 1, Math.floor(share * STEPS))].toFixed(1);
  const says = await page.getByText(/drawn one by one/).textContent();
  console.log(`${says}: step to painted frame p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, max ${at(1)} ms`);
}
await browser.close();
await server.close();
