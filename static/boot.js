// Loads the model, and speaks for the page when the model cannot: while it loads, when it fails to
// load, and after a panic. The policy in index.html allows no inline script, so trunk's
// `pattern_script` hands the two hashed file names over in this file's own address.
//
// Contract with src/app/kit/panic.rs and the tests:
//   window.extentscopeNoteRun(text, link)   keeps the current run, as text and in the address bar
//   window.extentscopeCopy(text, told)      to the clipboard; no text: the address of the run
//   window.extentscopePanic(message, text?) shows the banner; without text, the kept run
//   window.extentscopeExplorer(word)        opens the explorer, explorer-dialog.js; the word `matrix`
//                                           has it fill the matrix
//   window.extentscopeLaboratory()          opens the tree laboratory: laboratory.js
//   window.extentscopeCharts(word)          opens the charts, charts-dialog.js; the word `search` shows how
//                                           searches grow
//   window.extentscopeGreet()               opens the greeting of index.html; so does the button #about
//   #explore, #laboratory, #charts          the buttons that do, #explore-said and so on
//                                           beside them
//   window.extentscopeTrapIsOf(error, module) whether a module has trapped
//   <html data-ready="true">                set by Rust once the page is mounted
//   #boot-status                            part of the skeleton; gone once the page is mounted
//   #boot-late                              what is said if this file does not arrive
//   #trouble                                role="alert"; holds both kinds of bad news

const address = new URL(import.meta.url).searchParams;
const glueUrl = new URL(address.get("js"), import.meta.url);
const wasmUrl = new URL(address.get("wasm"), import.meta.url);
const SLOW_MS = 5000;

const byId = (id) => document.getElementById(id);
byId("boot-late")?.remove();
const isReady = () => document.documentElement.dataset.ready === "true";

let keptRun = "";
let panicked = false;

// The address bar follows when nothing was done for a moment, and once a second if there is no such
// moment: browsers count, refuse more, and work for each longer than the page does for a step.
const ADDRESS_MS = 250;
const ADDRESS_LATE_MS = 1000;
let keptLink = location.hash.slice(1);
let addressDue = 0;
let addressAt = 0; // when it was last written
let arriving = false; // the address is another one already

const runAddress = () => location.href.split("#")[0] + (keptLink ? `#${keptLink}` : "");
const hasSteps = (link) => /;c=[^;]/.test(link);
/** What is run: the preset, or the text of a script of one's own. */
const scriptOf = (link) => link.split(";").find((field) => /^[pt]=/.test(field)) ?? "";

function writeAddress() {
  clearTimeout(addressDue);
  addressAt = Date.now();
  // The address of an embedded page is its host's.
  if (window.parent === window) history.replaceState(null, "", runAddress());
}

window.extentscopeNoteRun = (text, link = "") => {
  keptRun = String(text);
  if (!link || link === keptLink) return;
  // Another script is another entry of the history, and so is a run that begins again: back leads to
  // the one that was left.
  const isNew = scriptOf(link) !== scriptOf(keptLink) || (hasSteps(keptLink) && !hasSteps(link));
  const isOther = keptLink && !arriving && isNew && window.parent === window;
  if (isOther) writeAddress();
  keptLink = link;
  if (isOther) return history.pushState(null, "", runAddress());
  clearTimeout(addressDue);
  addressDue = setTimeout(writeAddress, Math.max(0, Math.min(ADDRESS_MS, addressAt + ADDRESS_LATE_MS - Date.now())));
};

// Another link was typed or chosen while the page is open, or the history was walked.
addEventListener("hashchange", () => {
  const link = location.hash.slice(1);
  if (!link || link === keptLink) return;
  clearTimeout(addressDue);
  keptLink = link;
  arriving = true;
  window.extentscope?.open(link);
  arriving = false;
});

window.extentscopeCopy = async (text, told) => {
  const copied = text || runAddress();
  try {
    await navigator.clipboard.writeText(copied);
    told(true);
  } catch {
    // Clipboards are closed to pages without TLS; an older way is not.
    const box = document.body.appendChild(document.createElement("textarea"));
    box.value = copied;
    box.select();
    const worked = document.execCommand("copy");
    box.remove();
    told(worked);
  }
};

window.extentscopePanic = (message, text = keptRun) => {
  // The trap that follows a panic, and every later call into the dead module, would only hide it.
  if (panicked) return;
  panicked = true;
  writeAddress();
  console.error(message); // a console adds the stack
  byId("trouble-text").value = [
    String(message).trim(),
    `build: ${glueUrl.pathname.split("/").pop()}`,
    `address: ${runAddress()}`,
    `browser: ${navigator.userAgent}`,
    "",
    text ? `run:\n${text}` : "run: the page had not begun",
  ].join("\n");
  for (const part of ["report", "copy", "link"]) byId(`trouble-${part}`).hidden = false;
  byId("trouble-link").href = runAddress();
  byId("trouble-again").textContent = "Reload";
  tell(
    "The page has stopped: a mistake in extentscope, not in your script",
    "What is on screen is the last good step and answers no more. Copy the text below if you want to report it. The address bar holds the run, as the link below does: reloading opens it again.",
  );
};

// The explorer, the laboratory and the charts are programs of their own, fetched when they are first asked for. A
// browser may keep that a file did not arrive: then another address.
let page; // the page's module
const programs = {};
let failed = 0;

async function openProgram(file, said, ...what) {
  byId(said).textContent = "";
  try {
    programs[file] ??= import(`./${file}${failed ? `?${failed}` : ""}`);
    (await programs[file]).open(...what);
  } catch {
    byId(said).textContent = "Could not be downloaded: try again.";
    delete programs[file];
    failed++;
  }
}

window.extentscopeExplorer = (word) => openProgram("explorer-dialog.js", "explore-said", page, word);
window.extentscopeLaboratory = () => openProgram("laboratory.js", "laboratory-said");
window.extentscopeCharts = (word) => openProgram("charts-dialog.js", "charts-said", page, word);

// The greeting, for readers who bring no run along. Each of its ways on closes it; so does Escape, which
// is the dialog's own.
const greeting = byId("greeting");
window.extentscopeGreet = () => greeting.open || greeting.showModal();
greeting.addEventListener("click", ({ target }) => {
  if (target.closest("a, button")) greeting.close();
});
if (!location.hash && window.parent === window) window.extentscopeGreet();

addEventListener("click", ({ target }) => {
  if (target.id === "about") window.extentscopeGreet();
  if (target.id === "explore") window.extentscopeExplorer();
  if (target.id === "laboratory") window.extentscopeLaboratory();
  if (target.id === "charts") window.extentscopeCharts();
});

// A stack overflow or a failed allocation traps without reaching the panic hook. The programs are
// other modules, and look after themselves. Of the module that a trap comes from, some browsers name
// the file and others only the script beside it: whichever is first in the stack.
window.extentscopeTrapIsOf = (error, module) =>
  /([\w-]+)(_bg\.wasm|\.js)\b/.exec(error?.stack ?? "")?.[1] === module;
const isOurs = (error) => !["explore", "lab", "charts"].some((module) => window.extentscopeTrapIsOf(error, module));
addEventListener("error", ({ error }) => {
  const trapped = error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
  if (trapped && isOurs(error)) window.extentscopePanic(error.message);
});
addEventListener("unhandledrejection", ({ reason }) => {
  if (reason instanceof WebAssembly.RuntimeError && isOurs(reason)) window.extentscopePanic(reason.message);
});

byId("trouble-again").addEventListener("click", () => location.reload());
byId("trouble-copy").addEventListener("click", async () => {
  const box = byId("trouble-text");
  box.select();
  try {
    await navigator.clipboard.writeText(box.value);
    byId("trouble-copy").textContent = "Copied";
  } catch {
    // Clipboards are closed to pages without TLS; the text is selected, so the keyboard can do it.
    byId("trouble-copy").textContent = "Selected: press Ctrl+C";
  }
});

function tell(title, what) {
  // It would lie behind a dialog.
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  byId("trouble-title").textContent = title;
  byId("trouble-what").textContent = what;
  byId("trouble").hidden = false;
  byId("trouble").focus();
}

function say(text) {
  const status = byId("boot-status");
  if (status) status.textContent = text;
}

/** The one sentence for a person, from whatever a browser throws while loading. */
function explain(error) {
  if (typeof WebAssembly !== "object") {
    return "This browser has no WebAssembly, which the model is made of. Any current browser has.";
  }
  if (error instanceof WebAssembly.CompileError || error instanceof WebAssembly.LinkError) {
    return `The model could not be compiled (${error.message}): it has not arrived whole, or this browser is too old for it. Try again; a current browser can compile it.`;
  }
  return `The model could not be downloaded (${error.message}). Check the connection; if the site was just updated, trying again fetches the new version.`;
}

async function fetchModel() {
  const response = await fetch(wasmUrl);
  if (!response.ok) throw new Error(`the server answered ${response.status} for ${wasmUrl.pathname}`);
  return response;
}

async function boot() {
  const slow = setTimeout(() => say("Still loading the model: the connection is slow."), SLOW_MS);
  try {
    // Side by side: the glue does not have to be here for the download of the model to begin.
    const [glue, model] = await Promise.all([import(glueUrl), fetchModel()]);
    say("Starting the model.");
    page = glue;
    await glue.default({ module_or_path: model });
    if (!isReady() && !panicked) throw new Error("it was loaded but did not start");
  } catch (error) {
    if (panicked) return;
    if (isReady() || error instanceof WebAssembly.RuntimeError) {
      window.extentscopePanic(error.message);
    } else {
      say("The model is not loaded.");
      tell("The page could not start", explain(error));
    }
  } finally {
    clearTimeout(slow);
  }
}

boot();
