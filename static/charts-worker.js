// Runs S9 at length, and searches for the charts, without blocking the page. This file is used on
// both sides: on the page it starts a worker and receives its messages, and the worker runs this
// same file. The explorer's module, src/bin/search.rs, does the work. It reports its model, and a
// model other than the page's is refused. Without workers, the page itself runs the jobs, in slices
// that fit between two frames.
//
// A job is `{ Load: … }` or `{ Search: [name, text] }`. The calls are `tell(kind, what)`: "load"
// and "growth" with the result of a job so far, "failed" with the reason, and "end".

const PAGE_SLICE_MS = 8;
const WORKER_SLICE_MS = 60;
const STEPS_AT_ONCE = 500;
const STATES_AT_ONCE = 256;

const inWorker = typeof window === "undefined";

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

/** The search module, if its model is the page's. */
async function load(expected) {
  const module = await import("./search.js");
  await module.default();
  if (module.model() !== expected) {
    throw new Error("the page and its charts are of two versions: reload the page");
  }
  return module;
}

/** The functions that start, continue and report a job. */
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

// The worker's side. The page terminates the worker instead of stopping it.

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

/** Ends the current jobs; nothing more is reported about them. */
let end = () => {};

export function stop() {
  end();
}

/** Ends the current jobs and starts the given ones. */
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
    // A worker that could not start once will not start again.
    if (!heard) return void here();
    tell("failed", event.message ?? "the worker died");
    tell("end");
  };
  worker.postMessage({ model, jobs });
}
