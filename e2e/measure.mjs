// Prints the size of the page and its speed, in headless Chromium:
//
// * the time from navigation to the mounted page, with an empty cache and with a full one;
// * the time from navigation to the first question of the lessons, on a slow line;
// * the time from a step to its painted frame, over a run of the largest length;
// * the growth of the document, the JavaScript heap and the module's memory over 1,000 steps;
// * the amount of painting while nothing happens;
// * the time to read a trace of a million events, here and in the command, and to jump in it.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import * as browsers from "./browsers.mjs";
import { serve } from "./server.mjs";
import { DIST, sizes, table } from "./sizes.mjs";

const ROUNDS = 5;
const VIEWPORT = { width: 1440, height: 900 };
/** `STEPS_MAX` of src/bounds.rs. */
const STEPS = 5000;
const IDLE_MS = 5000;
/** A line of the third generation: bytes and milliseconds, as browsers' tools throttle it. */
const SLOW_LINE = { offline: false, latency: 300, downloadThroughput: 1_600_000 / 8, uploadThroughput: 768_000 / 8 };
const TRACE_EVENTS = 1_000_000;

console.log(table(sizes()));
const server = await serve(DIST, 0, "/some/sub/");
const browser = await chromium.launch(browsers.chromium());
await opening();
await firstQuestion();
await stepping();
await growth();
await idling();
await reading();
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

/** What a student waits for: the greeting, the page, and the first question that a lesson asks. */
async function firstQuestion() {
  const packed = await serve(DIST, 0, "/some/sub/", "", true);
  const visits = [];
  for (let round = 0; round < ROUNDS + 1; round++) {
    const page = await blank();
    const cdp = await page.context().newCDPSession(page);
    await cdp.send("Network.enable");
    await cdp.send("Network.emulateNetworkConditions", SLOW_LINE);
    const began = performance.now();
    const since = () => performance.now() - began;
    await page.goto(packed.url, { waitUntil: "commit" });
    const greeting = page.getByRole("dialog", { name: "When is a write done?" });
    await greeting.waitFor();
    const greeted = since();
    await page.waitForFunction(() => window.readyAt);
    const ready = since();
    await greeting.getByRole("link", { name: /lessons/i }).click();
    const lesson = page.getByRole("region", { name: "Lesson" });
    await lesson.waitFor();
    for (let step = 0; step < 3; step++) await page.keyboard.press("ArrowRight");
    await lesson.getByRole("button", { name: "Continue" }).click();
    await lesson.locator(".lesson-asks").waitFor();
    visits.push({ greeted, ready, asked: since() });
    await page.context().close();
  }
  // The first round packs the files.
  const ms = (key) => at(50, visits.slice(1).map((visit) => visit[key])).toFixed(0);
  console.log(`1.6 Mbit/s, 300 ms: greeting ${ms("greeted")} ms, interactive ${ms("ready")} ms, first question ${ms("asked")} ms (median of ${ROUNDS}, packed)`);
  await packed.close();
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

/** Does one thing in each of `count` frames, and measures the frames. */
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
  // Twice, because a finaliser may have held objects that the first collection freed.
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

/** Reads a long trace: in the page's worker, and with the command. */
async function reading() {
  const page = await blank();
  await visit(page);
  await page.getByRole("button", { name: /Free stage/ }).click(); // the greeting
  await page.getByRole("button", { name: "traces", exact: true }).click();
  const traces = page.getByRole("dialog", { name: "Traces" });
  await traces.getByLabel("trace file").waitFor();
  const text = longTrace();
  const folder = mkdtempSync(join(tmpdir(), "extentscope-"));
  const file = join(folder, "trace");
  writeFileSync(file, text);
  await page.evaluate(() =>
    addEventListener("change", ({ target }) => (window.lastTrace ??= target.files?.[0]), { capture: true }),
  );
  await traces.getByLabel("trace file").setInputFiles(file);
  // The time starts when the page has the file.
  const ms = await page.evaluate(async () => {
    const input = document.querySelector("#traces-file");
    const status = document.querySelector(".traces-status");
    const told = () => / events in /.test(status.textContent);
    while (!told()) await new Promise(requestAnimationFrame);
    const bytes = await window.lastTrace.arrayBuffer();
    const data = new DataTransfer();
    data.items.add(new File([bytes], "trace"));
    const began = performance.now();
    input.files = data.files;
    input.dispatchEvent(new Event("change"));
    while (told()) await new Promise(requestAnimationFrame);
    while (!told()) await new Promise(requestAnimationFrame);
    return performance.now() - began;
  });
  const jumps = await page.evaluate(async () => {
    const slider = document.querySelector(".traces-slider");
    // The elements are reused; only their text changes.
    const current = () => document.querySelector(".traces tr.is-current")?.textContent;
    const times = [];
    for (let i = 1; i <= 50; i++) {
      const before = current();
      slider.value = (i * 7919 * 131) % Number(slider.max);
      const began = performance.now();
      slider.dispatchEvent(new Event("input", { bubbles: true }));
      while (current() === before) await new Promise(requestAnimationFrame);
      times.push(performance.now() - began);
    }
    return times;
  });
  console.log(`a trace of ${TRACE_EVENTS.toLocaleString("en")} events, ${(text.length / 1e6).toFixed(0)} MB: read in ${ms.toFixed(0)} ms, a jump ${at(50, jumps).toFixed(0)} ms, ${at(95, jumps).toFixed(0)} ms at the 95th percentile (50)`);
  const command = ["target/release/extentscope", "../target/release/extentscope"].find(existsSync);
  if (command) {
    const began = performance.now();
    execFileSync(command, ["replay", file]);
    console.log(`the same with extentscope replay: ${(performance.now() - began).toFixed(0)} ms`);
  }
  rmSync(folder, { recursive: true });
  await page.context().close();
}

/** A new page that measures itself, before anything is loaded. */
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

/** Runs in the page before any other script. */
function watch() {
  // The moment at which Rust reports that the page is mounted.
  new MutationObserver(() => {
    if (document.documentElement?.dataset.ready) window.readyAt ??= performance.now();
  }).observe(document, { attributes: true, subtree: true });

  const { instantiateStreaming } = WebAssembly;
  WebAssembly.instantiateStreaming = async (...args) => {
    const made = await instantiateStreaming(...args);
    window.wasmMemory ??= Object.values(made.instance.exports).find((it) => it instanceof WebAssembly.Memory);
    return made;
  };

  // Elements are looked up once: a reader's hand does not search the document.
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
      // Visits positions all over the run, in an irregular order.
      slider.value = (i * 7919) % (Number(slider.max) + 1);
      slider.dispatchEvent(new Event("input", { bubbles: true }));
    },
  };

  // From the start of the frame in which the step is taken to the end of style, layout and paint: a
  // message that is sent in a frame arrives after it.
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

/** A trace whose file is preallocated, and written and looked up block by block. */
function longTrace() {
  const lines = [];
  const event = (rest) => lines.push(`            fio-1234    [002] .....  ${(5321 + lines.length / 1e6).toFixed(6)}: ext4_es_${rest}`);
  for (let lap = 0; lines.length < TRACE_EVENTS; lap++) {
    event("insert_extent: dev 8,1 ino 13 es [0/4096) mapped 100000 status U");
    for (let n = 0; n < 999 && lines.length < TRACE_EVENTS; n += 3) {
      const block = (n * 37 + lap) % 4096;
      event(`lookup_extent_enter: dev 8,1 ino 13 lblk ${block}`);
      event(`insert_extent: dev 8,1 ino 13 es [${block}/1) mapped ${100000 + block} status W`);
      event(`find_extent_range_enter: dev 8,1 ino 13 lblk ${block}`);
    }
  }
  return `${lines.slice(0, TRACE_EVENTS).join("\n")}\n`;
}

/** A script whose threads write and sync up to the bounds of a script, and then read, so that it
 * has more than `STEPS` steps. */
function longScript() {
  const lines = ["title As long as the page keeps", "mount dioread_nolock", "slots 8", "file a 16 blocks, U 0+16", "file b 16 blocks, U 0+16"];
  for (let t = 1; t <= 4; t++) {
    const file = t % 2 ? "" : " file=b";
    for (let op = 0; op < 250; op++) lines.push(`t${t}: ${op < 62 ? "dio_write 0 4 sync=1" : "fsync"}${file}`);
  }
  return `${lines.join("\n")}\n`;
}

/** The value that `percent` percent of the values do not exceed. */
function at(percent, values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))];
}
