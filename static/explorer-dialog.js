// The page's side of the explorer: its dialog is a program of its own, src/bin/explore.rs, which is
// fetched when it is first opened. The two know each other by texts: the page says what it runs, and
// is handed the run that is to be shown, as a link. Searches are done by explorer.js, which is fetched
// when the first one begins.

const { Program } = await import(`./program.js${new URL(import.meta.url).search}`);

/** The page's module: src/main.rs says what it can be asked. */
let page;

let searching = null;
let tries = 0;

/** What searches. A browser may keep that it did not arrive: then another address. */
function search() {
  searching ??= import(`./explorer.js${tries++ ? `?${tries}` : ""}`).catch((error) => {
    searching = null;
    throw error;
  });
  return searching;
}

/** A dead page says so itself, by its banner, and answers nothing here. */
function ask(call) {
  try {
    return call();
  } catch {
    return "";
  }
}

/** What the explorer may ask for, src/app/explorer/dialog.rs. */
const host = {
  subject: () => ask(() => page.subject()),
  explore(jobs, inFull, tell) {
    const say = explorer.whileItLives(tell);
    const begun = search().then(({ explore }) => explore(page.model(), jobs, inFull, say));
    begun.catch((error) => {
      say("failed", 0, `what searches did not arrive (${error.message}). Check the connection and try again.`, 0);
      say("end", 0, "", 0);
    });
  },
  order(word) {
    searching?.then(({ order }) => order(word));
  },
  take(link, notice) {
    explorer.close();
    // In a task of its own: what goes wrong there is the page's.
    queueMicrotask(() => page.take(link, notice));
  },
  leaveOut: (design) => ask(() => page.leaveOut(design)),
  charts: () => window.extentscopeCharts("search"),
  close: () => explorer.close(),
};

/** Does what a word asks for, in an explorer that is shown. */
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
