// The page's side of the tree laboratory: a dialog, and what is fetched when it is first opened,
// src/bin/lab.rs and lab.css. The laboratory lives on while the dialog is closed. It begins with the
// run of the stage, as a link: a link ends in a checksum of the state that the page's model is in, so
// a laboratory of another version cannot pass another tree for that of the stage.
//
// A laboratory that cannot be fetched, or that dies, says so in the dialog and can be tried again;
// the page behind it is another module and does not notice.

const stage = () => window.extentscope.link();

/** Names an element's content; text is never markup here. */
function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const said = element("p", { role: "status" });
const report = element("textarea", { className: "mono", rows: 8, readOnly: true, hidden: true, ariaLabel: "What happened, and the lines, as text" });
const again = element("button", { type: "button", textContent: "Try again" });
const close = element("button", { type: "button", textContent: "Close laboratory" });
const notice = element(
  "div",
  { className: "lab-notice" },
  element("h2", { textContent: "Tree laboratory" }),
  said,
  report,
  element("p", {}, again, " ", close),
);
const dialog = element("dialog", { className: "lab", ariaLabel: "Tree laboratory" }, notice);
document.body.append(dialog);

let laboratory = null; // the module, once it answers
let place = null; // where it stands
let tries = 0;
let opener = null;

export function open() {
  if (dialog.open) return;
  opener = document.activeElement;
  dialog.showModal();
  if (!laboratory) return load();
  guard(() => laboratory.show(stage()));
}

again.addEventListener("click", load);
close.addEventListener("click", () => dialog.close());
dialog.addEventListener("close", () => {
  guard(() => laboratory?.rest());
  opener?.focus();
});
// The page's keys are for the run behind the dialog.
dialog.addEventListener("keydown", (event) => event.stopPropagation());

async function load() {
  tell("Loading the laboratory.");
  // A browser may keep that a module could not be fetched, or has a dead one: another address is
  // another module.
  const version = tries++ ? `?${tries}` : "";
  place?.remove();
  place = element("div", { className: "lab-place" });
  try {
    const [module] = await Promise.all([import(`./lab.js${version}`), style()]);
    await module.default();
    notice.hidden = true;
    dialog.append(place);
    module.open(place, stage());
    laboratory = module;
    place.querySelector(".is-primary")?.focus();
  } catch (error) {
    place.remove();
    if (!(error instanceof WebAssembly.RuntimeError)) fail(error);
  }
}

let styled = null;

function style() {
  styled ??= new Promise((done, failed) => {
    const href = new URL("lab.css", import.meta.url).href;
    const link = element("link", { rel: "stylesheet", href });
    link.onload = done;
    link.onerror = () => {
      styled = null;
      link.remove();
      failed(new Error("its style sheet did not arrive"));
    };
    document.head.append(link);
  });
  return styled;
}

function fail(error) {
  tell(
    `The laboratory could not be downloaded (${error.message}). Check the connection and try again; if the site was just updated, reload the page. The run behind this dialog is untouched.`,
    true,
  );
}

function tell(text, isTrouble = false) {
  notice.hidden = false;
  said.textContent = text;
  report.hidden = true;
  again.hidden = close.hidden = !isTrouble;
  if (isTrouble) again.focus();
}

// A panic, and what reaches no panic hook: a stack overflow, a failed allocation.

function guard(call) {
  try {
    call();
  } catch (error) {
    if (!isOurs(error)) throw error;
    window.extentscopeLaboratoryDied(error.message);
  }
}

/** Whether an error comes out of the laboratory's module. static/boot.js asks the same. */
const isOurs = (error) => /lab_bg\.wasm/.test(error?.stack);

window.extentscopeLaboratoryDied = (message) => {
  if (!laboratory && !place?.isConnected) return;
  const lines = place?.querySelector("textarea")?.value ?? "";
  laboratory = null;
  place?.remove();
  tell(
    "The laboratory has stopped: a mistake in extentscope, not in your lines. They are kept below. The run behind this dialog is untouched.",
    true,
  );
  report.value = `${message}\n\nlines:\n${lines}`;
  report.hidden = false;
};

for (const kind of ["error", "unhandledrejection"]) {
  addEventListener(kind, (event) => {
    const error = event.error ?? event.reason;
    if (isOurs(error)) window.extentscopeLaboratoryDied(error.message);
  });
}
