// The page's part of the explorer. Its dialog is a separate program, src/bin/explore.rs, which is
// fetched when it is first opened. The two exchange texts: the page describes what it runs, and
// receives the run to show as a link. explorer.js searches; it is fetched for the first search.

const { Program } = await import(`./program.js${new URL(import.meta.url).search}`);

/** The page's module; src/main.rs has its functions. */
let page;

let searching = null;
let tries = 0;

/** Fetches the file that searches. A browser may remember a failed fetch, so a retry uses another
 * address. */
function search() {
  searching ??= import(`./explorer.js${tries++ ? `?${tries}` : ""}`).catch((error) => {
    searching = null;
    throw error;
  });
  return searching;
}

/** Calls the page. A page that has stopped returns nothing; its banner tells the reader. */
function ask(call) {
  try {
    return call();
  } catch {
    return "";
  }
}

/** The functions that the explorer may call, see src/app/explorer/dialog.rs. */
const host = {
  subject: () => ask(() => page.subject()),
  explore(jobs, inFull, paused, tell) {
    const say = explorer.whileItLives(tell);
    const begun = search().then(({ explore }) => explore(page.model(), jobs, inFull, paused, say));
    begun.catch((error) => {
      const why = `the search module did not arrive (${error.message}). Check the connection and try again.`;
      say([["failed", 0, why, 0], ["end", 0, "", 0]]);
    });
  },
  order(word) {
    // If the file did not arrive, `explore` tells.
    searching?.then(({ order }) => order(word), () => {});
  },
  take(link, notice) {
    // If the reader has just closed the explorer, the page keeps its run.
    if (!explorer.isOpen) return;
    explorer.close();
    // A separate task, so that an error in it is reported as the page's.
    queueMicrotask(() => page.take(link, notice));
  },
  leaveOut: (design) => ask(() => page.leaveOut(design)),
  charts: () => window.extentscopeCharts("search"),
  close: () => explorer.close(),
};

/** Executes a word in an explorer that is shown. */
function obey(module, place, word) {
  if (word !== "matrix") return;
  module.fill();
  place.querySelector(".matrix-scroll").focus({ preventScroll: true });
  place.querySelector(".matrix-panel").scrollIntoView();
}

const explorer = new Program({
  ...{ title: "Explorer", noun: "explorer", className: "explorer" },
  ...{ module: "explore", sheet: "explore.css", diedName: "extentscopeExplorerDied" },
  mistake: "not in your script. What it had found is gone, and can be searched again.",
  report: "What happened, as text",
  kept: () => `address: ${location.href}`,
  begin(module, place, word) {
    const wrong = module.open(place, host);
    if (wrong) return wrong;
    place.querySelector("button").focus();
    obey(module, place, word);
  },
  show(module, place, word) {
    module.show();
    obey(module, place, word);
  },
  rest: (module) => module.rest(),
  died: () => host.order("stop"),
});

/** `word`: `matrix` fills the matrix, and shows it. */
export function open(module, word) {
  page = module;
  explorer.open(word);
}
