// Runs searches without blocking the page. This file is used on both sides: on the page it starts a
// pool of workers and receives their messages, and the workers run this same file. The search is a
// separate wasm module, src/bin/search.rs, built for speed. It reports its model, and a model other
// than the page's is refused. Workers share no memory: each searches one job at a time. Without
// workers, the page itself searches, in slices that fit between two frames.
//
// The page hears `say(events)`. An event is `[kind, position, text, ms]`: "progress", "graph",
// "report" and "failed" for the job at a position, in any order of the positions, and "end". Between
// a worker and the pool there are also "ready", "growth" with the growth of a search, for the charts
// only, and "died".

/** The most workers, however many threads the machine has. */
const WORKERS_MAX = 8;
/** The most jobs that wait in a worker, so that it need not wait for the page. */
const AHEAD_MAX = 8;
const PAGE_SLICE_MS = 8;
const WORKER_SLICE_MS = 40;
const TELL_MS = 100;
/** Reports of small jobs are collected for this time, so that the page redraws once for all. */
const COLLECT_MS = 100;
/** The most events that the page hears at once, so that its thread is never busy for long. */
const EVENTS_AT_ONCE = 16;
const STATES_AT_ONCE = 256;

const inWorker = typeof window === "undefined";

/** The last order of the reader: continue, pause or stop. */
class Orders {
  stopped = false;
  paused = false;
  #wake = () => {};

  give(word) {
    this.stopped ||= word === "stop";
    // A pause after a stop would hold back what was found.
    this.paused = word === "pause" && !this.stopped;
    if (!this.paused) this.#wake();
  }

  async obey() {
    while (this.paused) await new Promise((wake) => (this.#wake = wake));
  }
}

/** Yields to everything else; a timer would wait for milliseconds. */
function turn() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** The charts' name for a search of the explorer: the design, which is the second line of a job. */
function growthName(job) {
  return `explorer: ${job.split("\n")[1]}`;
}

/** The compiled code of the search module: the workers of all searches share it, so the browser
 * compiles and optimises it only once. */
let compiled = null;

/** Returns nothing if the code does not arrive: whoever loads the module then reports why. */
function compile() {
  compiled ??= WebAssembly.compileStreaming(fetch(new URL("./search_bg.wasm", import.meta.url))).catch(() => {
    compiled = null;
  });
  return compiled;
}

/** The search module, if its model is the page's. */
async function load(expected, code) {
  let search;
  try {
    search = await import("./search.js");
    await search.default(code && { module_or_path: code });
  } catch (error) {
    throw new Error(`the search module did not arrive (${error.message}). Check the connection and try again.`);
  }
  if (search.model() !== expected) {
    throw new Error("the page and its explorer are of two versions: reload the page");
  }
  return search;
}

/** Searches the jobs that `next` returns, until it returns none or the reader stops. The first job is
 * begun even after a stop, so that it is reported however long the search module took to arrive. */
async function work(search, next, inFull, orders, sliceMs, tell) {
  let sliceBegan = performance.now();
  let told = 0;
  let grew = -TELL_MS;
  for (let job = await next(); job; job = orders.stopped ? null : await next()) {
    const { position, text, grows } = job;
    let ms = 0;
    let stopped = false;
    const wrong = search.begin(text, inFull);
    if (wrong) {
      tell("failed", position, wrong, 0);
      continue;
    }
    await orders.obey();
    for (let done = false; !done; ) {
      // After a stop the results so far are reported, which takes a few more slices.
      if (orders.stopped && !stopped) {
        search.stop();
        stopped = true;
      }
      const began = performance.now();
      const progress = search.advance(STATES_AT_ONCE);
      const now = performance.now();
      ms += now - began;
      done = !progress;
      if (now - sliceBegan < sliceMs) continue;
      if (!done && now - told > TELL_MS) {
        told = now;
        tell("progress", position, progress, ms);
        if (grows) tell("growth", position, search.growth(growthName(text)));
      }
      await turn();
      // When the reader pauses, the current progress is shown; a search that is done is reported.
      if (orders.paused && !done) tell("progress", position, progress, ms);
      if (!done) await orders.obey();
      sliceBegan = performance.now();
    }
    // Of many small searches, one in a while is enough for the charts.
    if (grows && performance.now() - grew >= TELL_MS) {
      grew = performance.now();
      tell("growth", position, search.growth(growthName(text)));
    }
    const graph = search.graph();
    if (graph) tell("graph", position, graph, 0);
    tell("report", position, search.report(), ms);
  }
}

// The worker's side.

if (inWorker) {
  const orders = new Orders();
  const jobs = [];
  let wake = () => {};
  const tell = (...event) => postMessage(event);
  const next = async () => {
    while (!jobs.length && !orders.stopped) await new Promise((woken) => (wake = woken));
    return jobs.shift();
  };
  addEventListener("message", async ({ data }) => {
    if (data.order) orders.give(data.order);
    jobs.push(...(data.jobs ?? []));
    wake();
    if (!data.model) return;
    try {
      const search = await load(data.model, data.code);
      tell("ready");
      await work(search, next, data.inFull, orders, data.sliceMs, tell);
      tell("end");
    } catch (error) {
      tell("died", 0, String(error?.message ?? error));
    }
  });
}

// The page's side.

/** The growth of the last search, and the function that receives it. */
let grown = null;
let hearGrowth = () => {};

function grow(growth) {
  grown = growth;
  hearGrowth(growth);
}

/** Reports the growth of searches from now on, starting with the last one. */
export function follow(hear) {
  hearGrowth = hear;
  if (grown) hear(grown);
}

/** The jobs of one call of `explore`, and the workers that search them. */
class Pool {
  #model;
  #inFull;
  #say;
  /** The last order: it holds for whoever goes on. */
  #order;
  /** The jobs that no worker has: `{ position, text }`. */
  #waiting;
  /** The jobs of each worker, in their order, and whether it could load the search. */
  #workers = new Map();
  /** How many workers there are at first. */
  #most;
  /** The orders for a search on the page itself. */
  #here = null;
  /** What was not said yet. */
  #events = [];
  #timer = 0;
  #isOver = false;

  constructor(model, jobs, inFull, paused, say) {
    this.#model = model;
    this.#inFull = inFull;
    this.#say = say;
    this.#order = paused ? "pause" : "";
    this.#waiting = jobs.map((text, position) => ({ position, text }));
    this.#most = Math.min(jobs.length, navigator.hardwareConcurrency || 1, WORKERS_MAX);
    while (this.#workers.size < this.#most && this.#start());
    this.#goOn();
  }

  order(word) {
    this.#order = word;
    // A search on the page takes its first job from here.
    if (word === "stop" && !this.#here) this.#waiting.length = 0;
    this.#here?.give(word);
    for (const worker of this.#workers.keys()) worker.postMessage({ order: word });
  }

  /** Ends everything; nothing more is said. */
  end() {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#here?.give("stop");
    for (const worker of this.#workers.keys()) worker.terminate();
  }

  /** Starts a worker with a job. Returns false if there are no workers. */
  #start() {
    let worker;
    try {
      worker = new Worker(import.meta.url, { type: "module" });
    } catch {
      return false;
    }
    worker.onmessage = ({ data }) => this.#hear(worker, ...data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#hear(worker, "died", 0, event.message ?? "the worker could not be loaded");
    };
    this.#workers.set(worker, { jobs: [], isReady: false });
    this.#feed(worker);
    // A worker that was ended meanwhile hears nothing.
    compile().then((code) => {
      const [model, inFull, order] = [this.#model, this.#inFull, this.#order];
      worker.postMessage({ model, code, inFull, order, sliceMs: WORKER_SLICE_MS });
    });
    return true;
  }

  /** Gives a worker jobs, so that it need not wait for the page after each: fewer towards the end,
   * so that all workers end at the same time. */
  #feed(worker) {
    const { jobs } = this.#workers.get(worker);
    const share = Math.floor(this.#waiting.length / (4 * this.#most));
    const most = Math.min(Math.max(share, 1), AHEAD_MAX);
    // A message costs the page's thread more than a small search costs a worker.
    if (jobs.length > most / 2) return;
    const more = this.#waiting.splice(0, Math.max(most - jobs.length, 0));
    if (!more.length) return;
    jobs.push(...more);
    // The charts follow one worker.
    const [followed] = this.#workers.keys();
    worker.postMessage({ jobs: more.map((job) => ({ ...job, grows: worker === followed })) });
  }

  #hear(worker, kind, position, text, ms) {
    const its = this.#workers.get(worker);
    if (this.#isOver || !its) return;
    if (kind === "ready") return void (its.isReady = true);
    if (kind === "died") return this.#replace(worker, String(text).replace(/\.$/, ""));
    if (kind === "end") its.jobs.length = 0;
    else this.#tell(kind, position, text, ms);
    if (kind === "report" || kind === "failed") {
      its.jobs.shift();
      this.#feed(worker);
    }
    if (its.jobs.length) return;
    worker.terminate();
    this.#workers.delete(worker);
    this.#goOn();
  }

  /** Goes on without a worker that died. */
  #replace(worker, why) {
    const { jobs, isReady } = this.#workers.get(worker);
    worker.terminate();
    this.#workers.delete(worker);
    // A worker that could not start once will not start again: the others do its work, or the page.
    // One that died in a job is replaced for the next job.
    if (isReady) this.#tell("failed", jobs.shift().position, `${why}. A new worker goes on.`, 0);
    if (this.#order !== "stop") this.#waiting.unshift(...jobs);
    if (isReady && this.#waiting.length) this.#start();
    this.#goOn();
  }

  /** Without workers the page searches what is left, and then all is done. */
  #goOn() {
    if (this.#workers.size || this.#here) return;
    if (!this.#waiting.length) return this.#tell("end", 0, "", 0);
    let at = this.#waiting[0].position;
    const next = () => {
      const job = this.#waiting.shift();
      at = job?.position ?? at;
      return job && { ...job, grows: true };
    };
    const tell = (...event) => this.#tell(...event);
    this.#here = new Orders();
    this.#here.give(this.#order);
    load(this.#model)
      .then((search) => work(search, next, this.#inFull, this.#here, PAGE_SLICE_MS, tell))
      .catch((error) => tell("failed", at, String(error.message), 0))
      .then(() => tell("end", 0, "", 0));
  }

  #tell(kind, position, text, ms) {
    if (this.#isOver) return;
    if (kind === "growth") return grow(text);
    this.#events.push([kind, position, text, ms]);
    if (kind === "end") this.#flush();
    else this.#timer ||= setTimeout(() => this.#flush(), COLLECT_MS);
  }

  #flush() {
    clearTimeout(this.#timer);
    const events = this.#events.splice(0, EVENTS_AT_ONCE);
    this.#timer = this.#events.length ? setTimeout(() => this.#flush(), 0) : 0;
    this.#say(events);
  }
}

let pool = null;

export function order(word) {
  pool?.order(word);
}

/** Searches jobs instead of the current ones, from the start or, if they begin paused, from the
 * order to resume. */
export function explore(model, jobs, inFull, paused, say) {
  pool?.end();
  pool = new Pool(model, jobs, inFull, paused, say);
}
