// Runs searches where the page's thread does not feel them. This file is both sides: on the page it
// starts a worker and hears from it; in the worker, which is this file again, it searches. What
// searches is a module of its own, src/bin/search.rs, built for speed; it says which model it has,
// and one that is not the page's is refused. Where there are no workers the page searches itself,
// in slices that fit between two frames.
//
// `tell(kind, position, text, ms)`: "progress", "report", "failed" of the job at a position, "end".
// "growth" is for the charts alone: how the search has grown.

const PAGE_SLICE_MS = 8;
const WORKER_SLICE_MS = 40;
const TELL_MS = 100;
const STATES_AT_ONCE = 256;

const inWorker = typeof window === "undefined";

/** What the person wants: to go on, to wait, to stop. */
class Orders {
  stopped = false;
  paused = false;
  #wake = () => {};

  give(word) {
    this.paused = word === "pause";
    this.stopped ||= word === "stop";
    if (!this.paused) this.#wake();
  }

  async obey() {
    while (this.paused) await new Promise((wake) => (this.#wake = wake));
  }
}

/** Lets everything else have its turn; a timer would sleep for milliseconds. */
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

/** What the charts call a search of the explorer: a job has its design in its second line. */
function growthName(job) {
  return `explorer: ${job.split("\n")[1]}`;
}

/** The module that searches, if its model is the page's. */
async function load(expected) {
  let search;
  try {
    search = await import("./search.js");
    await search.default();
  } catch (error) {
    throw new Error(`what searches did not arrive (${error.message}). Check the connection and try again.`);
  }
  if (search.model() !== expected) {
    throw new Error("the page and its explorer are of two versions: reload the page");
  }
  return search;
}

async function work(search, jobs, first, inFull, orders, sliceMs, tell) {
  let sliceBegan = performance.now();
  let told = 0;
  for (let position = first; position < jobs.length && !orders.stopped; position++) {
    let ms = 0;
    let stopped = false;
    const wrong = search.begin(jobs[position], inFull);
    if (wrong) {
      tell("failed", position, wrong, 0);
      continue;
    }
    for (let done = false; !done; ) {
      const began = performance.now();
      const progress = search.advance(STATES_AT_ONCE);
      const now = performance.now();
      ms += now - began;
      done = !progress;
      if (now - sliceBegan < sliceMs) continue;
      if (!done && now - told > TELL_MS) {
        told = now;
        tell("progress", position, progress, ms);
        tell("growth", position, search.growth(growthName(jobs[position])));
      }
      await turn();
      // A person who pauses sees where it stands.
      if (orders.paused && !done) tell("progress", position, progress, ms);
      await orders.obey();
      sliceBegan = performance.now();
      // What was found so far is told all the same, after a few more slices.
      if (orders.stopped && !stopped) {
        search.stop();
        stopped = true;
      }
    }
    tell("growth", position, search.growth(growthName(jobs[position])));
    tell("report", position, search.report(), ms);
  }
  tell("end", 0, "", 0);
}

// The worker's side.

if (inWorker) {
  const orders = new Orders();
  const tell = (...event) => postMessage(event);
  addEventListener("message", async ({ data }) => {
    if (data.order) return orders.give(data.order);
    try {
      const search = await load(data.model);
      postMessage(["ready"]);
      await work(search, data.jobs, data.first, data.inFull, orders, WORKER_SLICE_MS, tell);
    } catch (error) {
      postMessage(["died", 0, String(error?.message ?? error)]);
    }
  });
}

// The page's side.

/** How the last search has grown, and who is told when it grows. */
let grown = null;
let hearGrowth = () => {};

function grow(growth) {
  grown = growth;
  hearGrowth(growth);
}

/** Tells from now on how searches grow, beginning with the last one. */
export function follow(hear) {
  hearGrowth = hear;
  if (grown) hear(grown);
}

let current = new Orders();
/** Ends what is under way; nothing is heard of it any more. */
let end = () => {};

export function order(word) {
  current.give(word);
}

export function explore(model, jobs, inFull, say) {
  end();
  let worker;
  let over = false;
  const tell = (...event) => {
    if (over) return;
    if (event[0] === "growth") grow(event[2]);
    else say(...event);
  };
  end = () => {
    over = true;
    current.give("stop");
    worker?.terminate();
  };
  let at = 0; // the job that is being done
  let ready = false;
  let last = ""; // the last order: it holds for whoever goes on

  const start = () => {
    ready = false;
    try {
      worker = new Worker(import.meta.url, { type: "module" });
    } catch {
      return here();
    }
    worker.onmessage = ({ data }) => hear(data);
    worker.onerror = (event) => {
      event.preventDefault();
      hear(["died", 0, event.message ?? "the worker could not be loaded"]);
    };
    worker.postMessage({ model, jobs, first: at, inFull });
    if (last) worker.postMessage({ order: last });
  };

  const here = () => {
    current = new Orders();
    if (last) current.give(last);
    const begun = load(model).then((search) => work(search, jobs, at, inFull, current, PAGE_SLICE_MS, tell));
    begun.catch((error) => {
      tell("failed", at, String(error.message), 0);
      tell("end", 0, "", 0);
    });
  };

  const hear = ([kind, position, text, ms]) => {
    if (over) return;
    if (kind === "ready") return void (ready = true);
    if (kind !== "died") {
      at = kind === "report" || kind === "failed" ? position + 1 : position;
      if (kind === "end") worker.terminate();
      return tell(kind, position, text, ms);
    }
    worker.terminate();
    // A worker that never came up will not come up again; one that died of a job does the next.
    if (!ready) return here();
    tell("failed", at, `${String(text).replace(/\.$/, "")}. A new worker goes on.`, 0);
    at += 1;
    start();
  };

  current = {
    give(word) {
      last = word;
      worker.postMessage({ order: word });
    },
  };
  start();
}
