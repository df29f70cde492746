// The page's side of the charts: their dialog is a program of its own, src/bin/charts.rs, which is
// fetched when it is first opened. Loads and searches run in charts-worker.js, which is fetched when
// the first one begins.

const { Program } = await import(`./program.js${new URL(import.meta.url).search}`);

/** The page's module: src/main.rs says what it can be asked. */
let page;

let working = null;
let tries = 0;

/** What runs loads and searches. A browser may keep that it did not arrive: then another address. */
function worker() {
  working ??= import(`./charts-worker.js${tries++ ? `?${tries}` : ""}`).catch((error) => {
    working = null;
    throw error;
  });
  return working;
}

/** A dead page says so itself, by its banner, and answers nothing here. */
function ask(call) {
  try {
    return call();
  } catch {
    return "";
  }
}

/** What the charts may ask for, src/app/charts/mod.rs. */
const host = {
  subject: () => ask(() => page.subject()),
  run(jobs, tell) {
    const say = charts.whileItLives(tell);
    const begun = worker().then(({ run }) => run(page.model(), jobs, say));
    begun.catch((error) => {
      say("failed", `what runs loads did not arrive (${error.message}). Check the connection and try again.`);
      say("end");
    });
  },
  stop() {
    working?.then(({ stop }) => stop());
  },
  follow(tell) {
    const say = charts.whileItLives(tell);
    // Without it there is no search of the explorer either.
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
