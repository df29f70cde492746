// Runs S9 at length, and searches for the charts, where the page's thread does not feel them. This
// file is both sides: on the page it starts a worker and hears from it; in the worker, which is this
// file again, it works. What works is the explorer's module, src/bin/search.rs; it says which model
// it has, and one that is not the page's is refused. Where there are no workers the page works
// itself, in slices that fit between two frames.
//
// A job is `{ Load: … }` or `{ Search: [name, text] }`. `tell(kind, what)`: "load" and "growth", what
// a job has come to so far; "failed", why it came to nothing; "end".

const PAGE_SLICE_MS = 8;
const WORKER_SLICE_MS = 60;
const STEPS_AT_ONCE = 500;
const STATES_AT_ONCE = 256;

const inWorker = typeof window === "undefined";

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

/** The module that works, if its model is the page's. */
async function load(expected) {
  const module = await import("./search.js");
  await module.default();
  if (module.model() !== expected) {
    throw new Error("the page and its charts are of two versions: reload the page");
  }
  return module;
}

/** How a job is begun, taken further, and told about. */
function steps(module, job) {
  if (job.Load) {
    return {
      wrong: module.beginLoad(job.Load),
      advance: () => module.advanceLoad(STEPS_AT_ONCE),
      tell: (tell) => tell("load", module.loadReport()),
    };
  }
  const [name, text] = job.Search;
  return {
    wrong: module.begin(text, false),
    advance: () => module.advanceGrowth(STATES_AT_ONCE),
    tell: (tell) => tell("growth", module.growth(name)),
  };
}

async function work(module, jobs, sliceMs, isOver, tell) {
  for (const job of jobs) {
    const { wrong, advance, tell: report } = steps(module, job);
    if (wrong) {
      tell("failed", wrong);
      continue;
    }
    let began = performance.now();
    while (advance()) {
      if (performance.now() - began < sliceMs) continue;
      report(tell);
      await turn();
      if (isOver()) return;
      began = performance.now();
    }
    report(tell);
  }
  tell("end");
}

// The worker's side. It is ended, not told to stop.

if (inWorker) {
  addEventListener("message", async ({ data: { model, jobs } }) => {
    const tell = (...event) => postMessage(event);
    try {
      await work(await load(model), jobs, WORKER_SLICE_MS, () => false, tell);
    } catch (error) {
      tell("failed", String(error?.message ?? error));
      tell("end");
    }
  });
}

// The page's side.

/** Ends what is under way; nothing is heard of it any more. */
let end = () => {};

export function stop() {
  end();
}

/** Ends what is under way, and begins these jobs. */
export function run(model, jobs, say) {
  end();
  if (!jobs.length) return;
  let over = false;
  let worker;
  const tell = (...event) => over || say(...event);
  end = () => {
    over = true;
    worker?.terminate();
  };
  const here = async () => {
    try {
      await work(await load(model), jobs, PAGE_SLICE_MS, () => over, tell);
    } catch (error) {
      tell("failed", String(error.message));
      tell("end");
    }
  };
  try {
    worker = new Worker(import.meta.url, { type: "module" });
  } catch {
    return void here();
  }
  let heard = false;
  worker.onmessage = ({ data: [kind, what] }) => {
    heard = true;
    tell(kind, what);
    if (kind === "end") end();
  };
  worker.onerror = (event) => {
    event.preventDefault();
    worker.terminate();
    // A worker that never came up will not come up again.
    if (!heard) return void here();
    tell("failed", event.message ?? "the worker died");
    tell("end");
  };
  worker.postMessage({ model, jobs });
}
