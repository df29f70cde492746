// Prints what the page weighs and how it runs, in headless Chromium:
//
// * from navigation to the mounted page, with an empty cache and with a full one;
// * from a step to its painted frame, over a run as long as the page keeps;
// * what 1,000 steps leave behind in the document, the JavaScript heap and the module's memory;
// * how much is painted while nothing happens.

import { chromium } from "playwright-core";
import * as browsers from "./browsers.mjs";
import { serve } from "./server.mjs";
import { DIST, sizes, table } from "./sizes.mjs";

const ROUNDS = 5;
const VIEWPORT = { width: 1440, height: 900 };
/** `STEPS_MAX` of src/bounds.rs. */
const STEPS = 5000;
const IDLE_MS = 5000;

console.log(table(sizes()));
const server = await serve(DIST, 0, "/some/sub/");
const browser = await chromium.launch(browsers.chromium());
await opening();
await stepping();
await growth();
await idling();
await browser.close();
await server.close();

async function opening() {
  const cold = [];
  const warm = [];
  for (let round = 0; round < ROUNDS; round++) {
    const page = await blank();
    cold.push(await visit(page));
    warm.push(await visit(page));
    await page.context().close();
  }
  for (const [name, visits] of Object.entries({ cold, warm })) {
    const ms = (key) => at(50, visits.map((visit) => visit[key])).toFixed(0);
    console.log(`${name}: first paint ${ms("paint")} ms, interactive ${ms("ready")} ms (median of ${ROUNDS}, local server)`);
  }
}

async function stepping() {
  const page = await blank();
  await visit(page);
  await page.evaluate((script) => extentscope.load(script), longScript());
  await frames(page, "steps forward, all of a run", "forward", STEPS);
  const { step } = await page.evaluate(() => extentscope.view());
  if (step !== STEPS) throw new Error(`expected a run of ${STEPS} steps, and it ended after ${step}`);
  await frames(page, `steps back from step ${step}`, "back", 500);
  await frames(page, `steps forward to step ${step}`, "forward", 500);
  await frames(page, `jumps of the slider over ${step} steps`, "scrub", 500);
  await page.context().close();
}

/** One thing in each of `count` frames, and how long those frames took. */
async function frames(page, what, kind, count) {
  const times = await page.evaluate(([kind, count]) => measureFrames(kind, count), [kind, count]);
  const ms = (percent) => at(percent, times).toFixed(1);
  console.log(`${what}: ${ms(50)} ms to the painted frame, ${ms(95)} ms at the 95th percentile, ${ms(100)} ms at most (${count})`);
}

async function growth() {
  const page = await blank();
  await visit(page);
  await page.evaluate((script) => extentscope.load(script), longScript());
  await page.evaluate(() => measureFrames("forward", 250));
  const cdp = await page.context().newCDPSession(page);
  await grown(page, cdp, "500 steps back and 500 forward", () =>
    page.evaluate(async () => {
      for (let round = 0; round < 5; round++) {
        await measureFrames("back", 100);
        await measureFrames("forward", 100);
      }
    }),
  );
  await grown(page, cdp, "1,000 new steps, which the page keeps", () => page.evaluate(() => measureFrames("forward", 1000)));
  await page.context().close();
}

async function grown(page, cdp, what, act) {
  const before = await memory(page, cdp);
  await act();
  const after = await memory(page, cdp);
  const more = (key) => `${after[key] < before[key] ? "" : "+"}${(after[key] - before[key]).toLocaleString("en")}`;
  console.log(`${what}: ${more("nodes")} DOM nodes, ${more("heap")} bytes of JavaScript, ${more("wasm")} bytes of the module's memory (${after.wasm.toLocaleString("en")})`);
}

async function memory(page, cdp) {
  await cdp.send("Performance.enable");
  // Twice: what the first one frees, a finaliser may have held.
  for (let round = 0; round < 2; round++) await cdp.send("HeapProfiler.collectGarbage");
  const { metrics } = await cdp.send("Performance.getMetrics");
  const metric = (name) => metrics.find((metric) => metric.name === name).value;
  return { nodes: metric("Nodes"), heap: metric("JSHeapUsedSize"), wasm: await page.evaluate(() => wasmMemory.buffer.byteLength) };
}

async function idling() {
  const page = await blank();
  await visit(page);
  await page.getByRole("combobox", { name: "scenario" }).selectOption("S7");
  await page.evaluate(() => measureFrames("forward", 5));
  await page.waitForTimeout(1000); // what moves has arrived
  const idle = await painted(page, () => page.waitForTimeout(IDLE_MS));
  const step = await painted(page, () => page.evaluate(() => measureFrames("forward", 1)));
  if (step.paints === 0) throw new Error("a step was painted, and the trace does not show it");
  console.log(`idle for ${IDLE_MS / 1000} s: ${idle.frames} frames, ${idle.paints} paints (a step: ${step.frames} and ${step.paints})`);
  await page.context().close();
}

async function painted(page, act) {
  await browser.startTracing(page, { categories: ["devtools.timeline", "disabled-by-default-devtools.timeline.frame"] });
  await act();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const count = (name) => traceEvents.filter((event) => event.name === name).length;
  return { frames: count("DrawFrame"), paints: count("Paint") };
}

/** A page that measures itself, nothing opened yet. */
async function blank() {
  const context = await browser.newContext({ viewport: VIEWPORT });
  await context.addInitScript(watch);
  return context.newPage();
}

async function visit(page) {
  await page.goto(server.url);
  await page.waitForFunction(() => window.readyAt);
  return page.evaluate(() => ({
    paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN,
    ready: window.readyAt,
  }));
}

/** Runs in the page, before anything of it. */
function watch() {
  // The moment at which Rust says that the page is mounted.
  new MutationObserver(() => {
    if (document.documentElement?.dataset.ready) window.readyAt ??= performance.now();
  }).observe(document, { attributes: true, subtree: true });

  const { instantiateStreaming } = WebAssembly;
  WebAssembly.instantiateStreaming = async (...args) => {
    const made = await instantiateStreaming(...args);
    window.wasmMemory ??= Object.values(made.instance.exports).find((it) => it instanceof WebAssembly.Memory);
    return made;
  };

  // Looked for once: a person's hand does not search the document.
  const found = new Map();
  const control = (name) => {
    if (!found.has(name)) found.set(name, document.querySelector(`[aria-label="${name}"]`));
    return found.get(name);
  };
  const acts = {
    forward: () => control("Step forward").click(),
    back: () => control("Step back").click(),
    scrub(i) {
      const slider = control("Step of the run");
      // All over the run, never the same way twice.
      slider.value = (i * 7919) % (Number(slider.max) + 1);
      slider.dispatchEvent(new Event("input", { bubbles: true }));
    },
  };

  // From a frame's beginning, where the step is taken, until style, layout and paint are done: a
  // message that is sent in a frame arrives when the frame is over.
  const frame = (act) =>
    new Promise((done) => {
      requestAnimationFrame(() => {
        const began = performance.now();
        act();
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          port1.close();
          done(performance.now() - began);
        };
        port2.postMessage(0);
      });
    });
  window.measureFrames = async (kind, count) => {
    const times = [];
    for (let i = 0; i < count; i++) times.push(await frame(() => acts[kind](i)));
    return times;
  };
}

/** Threads that write and sync to the bounds of a script, and then read: more than `STEPS` steps. */
function longScript() {
  const lines = ["title As long as the page keeps", "mount dioread_nolock", "slots 8", "file a 16 blocks, U 0+16", "file b 16 blocks, U 0+16"];
  for (let t = 1; t <= 4; t++) {
    const file = t % 2 ? "" : " file=b";
    for (let op = 0; op < 250; op++) lines.push(`t${t}: ${op < 62 ? "dio_write 0 4 sync=1" : "fsync"}${file}`);
  }
  return `${lines.join("\n")}\n`;
}

/** The value below which so many percent lie. */
function at(percent, values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))];
}
