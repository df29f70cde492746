// The page's part of the charts. Their dialog is a separate program, src/bin/charts.rs, which is
// fetched when it is first opened. Loads and searches run in charts-worker.js, which is fetched for
// the first of them.

const { Program } = await import(`./program.js${new URL(import.meta.url).search}`);

/** The page's module; src/main.rs has its functions. */
let page;

let working = null;
let tries = 0;

/** Fetches the file that runs loads and searches. A browser may remember a failed fetch, so a retry
 * uses another address. */
function worker() {
  working ??= import(`./charts-worker.js${tries++ ? `?${tries}` : ""}`).catch((error) => {
    working = null;
    throw error;
  });
  return working;
}

/** Calls the page. A page that has stopped returns nothing; its banner tells the reader. */
function ask(call) {
  try {
    return call();
  } catch {
    return "";
  }
}

/** The functions that the charts may call, see src/app/charts/mod.rs. */
const host = {
  subject: () => ask(() => page.subject()),
  run(jobs, tell) {
    const say = charts.whileItLives(tell);
    const begun = worker().then(({ run }) => run(page.model(), jobs, say));
    begun.catch((error) => {
      say("failed", `the charts' worker did not arrive (${error.message}). Check the connection and try again.`);
      say("end");
    });
  },
  stop() {
    // If the file did not arrive, `run` tells.
    working?.then(({ stop }) => stop(), () => {});
  },
  follow(tell) {
    const say = charts.whileItLives(tell);
    // If it cannot be fetched, there is no search of the explorer either.
    import("./explorer.js").then(
      ({ follow }) => follow((growth) => say("explorer", growth)),
      () => {},
    );
  },
  close: () => charts.close(),
};

const charts = new Program({
  ...{ title: "Charts", noun: "charts dialog", className: "charts" },
  ...{ module: "charts", sheet: "charts.css", diedName: "extentscopeChartsDied" },
  mistake: "not in your script. What was measured is gone, and can be run again.",
  report: "What happened, as text",
  kept: () => `address: ${location.href}`,
  begin(module, place, word) {
    const wrong = module.open(place, host, word);
    if (wrong) return wrong;
    place.querySelector("[aria-pressed=true]")?.focus();
  },
  show: (module, _, word) => module.show(word),
  rest: () => {},
  died: () => host.stop(),
});

/** `word`: `search` shows the growth of searches. */
export function open(module, word = "") {
  page = module;
  charts.open(word);
}
