// The page's part of the traces: their dialog is a separate program, src/bin/traces.rs, fetched
// when it is first opened. traces-worker.js runs a second instance of the same module, which reads
// the trace.

const { Program } = await import(`./program.js${new URL(import.meta.url).search}`);

let worker = null;
let say = () => {};

/** Scrolls the list of events to the current one, which a move may have put out of sight. */
function showCurrent() {
  const list = document.querySelector(".traces-lanes");
  const row = list?.querySelector("tr.is-current")?.getBoundingClientRect();
  if (!row) return;
  const { top, height } = list.getBoundingClientRect();
  list.scrollTop += row.top - top - (height - row.height) / 2;
}

/** A worker that has read nothing. */
function fresh() {
  worker?.terminate();
  worker = new Worker(new URL("./traces-worker.js", import.meta.url), { type: "module" });
  worker.onmessage = ({ data: [kind, what] }) => {
    say(kind, what);
    if (kind === "sight") requestAnimationFrame(showCurrent);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    say("failed", `The worker that reads has stopped: ${event.message ?? "it did not arrive"}.`);
  };
}

/** What the dialog may ask for, src/app/traces/desk.rs. */
const host = {
  follow(tell) {
    say = traces.whileItLives(tell);
  },
  read(source) {
    try {
      fresh();
      worker.postMessage({ read: source });
    } catch (error) {
      say("failed", `This browser has no workers for modules (${error.message}).`);
    }
  },
  stop() {
    worker?.terminate();
    worker = null;
  },
  ask: (ask) => worker?.postMessage({ ask }),
  choose: (kernel) => worker?.postMessage({ choose: kernel }),
  visit(fragment) {
    traces.close();
    location.hash = fragment;
  },
  close: () => traces.close(),
};

const traces = new Program({
  ...{ title: "Traces", noun: "traces dialog", className: "traces" },
  ...{ module: "traces", sheet: "traces.css", diedName: "extentscopeTracesDied" },
  mistake: "not in your trace, which can be read again.",
  report: "What happened, as text",
  kept: () => `address: ${location.href}`,
  begin(module, place) {
    module.open(place, host);
    const dialog = place.closest("dialog");
    dialog.addEventListener("dragover", (event) => event.preventDefault());
    dialog.addEventListener("drop", (event) => {
      event.preventDefault();
      const files = event.dataTransfer?.files;
      if (!files?.length) return;
      // Handled like a chosen file.
      const input = place.querySelector("#traces-file");
      input.files = files;
      input.dispatchEvent(new Event("change"));
    });
    place.querySelector("#traces-file")?.focus();
  },
  show: () => {},
  rest: () => {},
  died: () => host.stop(),
});

export function open() {
  traces.open();
}
