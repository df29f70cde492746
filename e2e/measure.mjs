// Prints what the page weighs, and how long it takes from navigation to the mounted page in
// headless Chromium: five times with an empty cache, each followed by a visit with a full one.

import { chromium } from "playwright-core";
import * as browsers from "./browsers.mjs";
import { serve } from "./server.mjs";
import { DIST, sizes, table } from "./sizes.mjs";

const ROUNDS = 5;

const median = (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)];

async function visit(page, url) {
  await page.goto(url);
  await page.waitForFunction(() => window.readyAt);
  return page.evaluate(() => ({
    paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN,
    ready: window.readyAt,
  }));
}

/** Runs in the page: the moment at which Rust says that the page is mounted. */
function watchReady() {
  new MutationObserver(() => {
    if (document.documentElement?.dataset.ready) window.readyAt ??= performance.now();
  }).observe(document, { attributes: true, subtree: true });
}

console.log(table(sizes()));
const server = await serve(DIST, 0, "/some/sub/");
const browser = await chromium.launch(browsers.chromium());
const cold = [];
const warm = [];
for (let round = 0; round < ROUNDS; round++) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addInitScript(watchReady);
  const page = await context.newPage();
  cold.push(await visit(page, server.url));
  warm.push(await visit(page, server.url));
  await context.close();
}
await browser.close();
await server.close();

for (const [name, visits] of Object.entries({ cold, warm })) {
  const ms = (key) => median(visits.map((v) => v[key])).toFixed(0);
  console.log(`${name}: first paint ${ms("paint")} ms, interactive ${ms("ready")} ms (median of ${ROUNDS}, local server)`);
}
