// Loads the model, and reports to the reader whenever the model cannot: while it loads, when it
// fails to load, and after a panic. The policy in index.html allows no inline script, so trunk's
// `pattern_script` passes the two hashed file names in this file's own address.
//
// Interface with src/app/kit/panic.rs and the tests:
//   window.extentscopeNoteRun(text, link)   stores the current run, as text and in the address bar
//   window.extentscopeCopy(text, told)      copies to the clipboard; without text, the run's address
//   window.extentscopePanic(message, text?) shows the banner; without text, with the stored run
//   window.extentscopeExplorer(word)        opens the explorer (explorer-dialog.js); the word `matrix`
//                                           also fills its matrix
//   window.extentscopeLaboratory()          opens the tree laboratory (laboratory.js)
//   window.extentscopeCharts(word)          opens the charts (charts-dialog.js); the word `search`
//                                           shows the growth of searches
//   window.extentscopeTraces()              opens the traces (traces-dialog.js)
//   window.extentscopeTexts(place, part, version, ask)
//                                           fills a part of the page with its texts, once they are there
//   window.extentscopeTheme(name)           chooses a theme
//   #save                                   opens what can be saved (save-dialog.js)
//   window.extentscopeGreet()               opens the greeting of index.html, as the button #about does
//   #explore, #laboratory, #charts, #traces the buttons for these programs; one that cannot be fetched is
//                                           told below the caption
//   window.extentscopeTrapIsOf(error, module) whether a module has trapped
//   <html data-ready="true">                set by Rust once the page is mounted
//   #boot-status                            part of the skeleton; removed when the page is mounted
//   #boot-late                              shown if this file does not arrive
//   #trouble                                role="alert"; shows load errors and panics

import "./words.js";

const address = new URL(import.meta.url).searchParams;
const glueUrl = new URL(address.get("js"), import.meta.url);
const wasmUrl = new URL(address.get("wasm"), import.meta.url);
const SLOW_MS = 5000;

// The frame in the address applies from the first paint.
const words = `${location.search}&${location.hash}`;
const isEmbedded = /[?&;#]embed=1(?![^&;])/.test(words);
if (isEmbedded) document.documentElement.dataset.embed = "true";
const theme = /[?&;#]theme=(light|dark|projector)(?![^&;])/.exec(words)?.[1];
if (theme) document.documentElement.dataset.theme = theme;

const byId = (id) => document.getElementById(id);
byId("boot-late")?.remove();
const isReady = () => document.documentElement.dataset.ready === "true";

let keptRun = "";
let embed = null; // what speaks with the page around this one
let panicked = false;

// The address bar follows each command at once, so that a reload loses nothing. Browsers refuse
// more than a hundred changes in half a minute, and each takes longer than a step. So during many
// commands in a row, such as a playing run, it follows in the next pause, and once a second if
// there is none.
const ADDRESS_AT_ONCE = 20;
const ADDRESS_AGAIN_MS = 500;
const ADDRESS_MS = 250;
const ADDRESS_LATE_MS = 1000;
let addressLeft = ADDRESS_AT_ONCE; // how many may be written at once
let keptLink = location.hash.slice(1);
let shownHash = location.hash; // as the page has last written or read it
let addressDue = 0;
let addressAt = 0; // when it was last written
let arriving = true; // the run comes from the address, as at the start

const runAddress = () => location.href.split("#")[0] + (keptLink ? `#${keptLink}` : "");
const hasSteps = (link) => /;c=[^;]/.test(link);
/** The script of a link: its preset, or the text of the reader's own script. */
const scriptOf = (link) => link.split(";").find((field) => /^[pt]=/.test(field)) ?? "";

/** The address of an embedded page belongs to its host. And after the reader chose another link, the
    address stays until `hashchange` opens it; this event comes a little later. */
const ownsAddress = () => window.parent === window && location.hash === shownHash;

function writeAddress(write = "replaceState") {
  clearTimeout(addressDue);
  addressDue = 0;
  addressAt = Date.now();
  if (!ownsAddress()) return;
  history[write](null, "", runAddress());
  shownHash = location.hash;
}

window.extentscopeNoteRun = (text, link = "") => {
  keptRun = String(text);
  embed?.then(({ moved }) => moved());
  if (!link || link === keptLink) return;
  // Another script gets a new entry of the history, and so does a run that starts over, so that the
  // back button returns to the previous run.
  const isNew = scriptOf(link) !== scriptOf(keptLink) || (hasSteps(keptLink) && !hasSteps(link));
  const isOther = keptLink && !arriving && isNew;
  if (isOther) writeAddress();
  keptLink = link;
  if (isOther) return writeAddress("pushState");
  const rested = Math.floor((Date.now() - addressAt) / ADDRESS_AGAIN_MS);
  addressLeft = Math.min(ADDRESS_AT_ONCE, addressLeft + rested);
  if (addressLeft > 0) {
    addressLeft--;
    return writeAddress();
  }
  clearTimeout(addressDue);
  addressDue = setTimeout(writeAddress, Math.max(0, Math.min(ADDRESS_MS, addressAt + ADDRESS_LATE_MS - Date.now())));
};

// At the latest when the page is hidden or left.
function writeDueAddress() {
  if (addressDue) writeAddress();
}
addEventListener("pagehide", writeDueAddress);
document.addEventListener("visibilitychange", writeDueAddress);

// Another link was typed or chosen while the page is open, or the reader went back or forward.
addEventListener("hashchange", () => {
  shownHash = location.hash;
  const link = shownHash.slice(1);
  if (!link || link === keptLink) return;
  clearTimeout(addressDue);
  addressDue = 0;
  keptLink = link;
  const before = arriving; // until the model has started, the address is not opened here
  arriving = true;
  window.extentscope?.open(link);
  arriving = before;
});

window.extentscopeCopy = async (text, told) => {
  const copied = text || runAddress();
  try {
    await navigator.clipboard.writeText(copied);
    told(true);
  } catch {
    // A page without TLS may not use the clipboard API; the old copy command still works.
    const box = document.body.appendChild(document.createElement("textarea"));
    box.value = copied;
    box.select();
    const worked = document.execCommand("copy");
    box.remove();
    told(worked);
  }
};

window.extentscopePanic = (message, text = keptRun) => {
  // A panic is followed by a trap, and every later call into the module fails; those messages would
  // hide the first.
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

// The explorer, the laboratory and the charts are separate programs, fetched when they are first
// opened. A browser may remember that a file could not be fetched, so a retry uses another address.
let page; // the page's module
const programs = {};
let failed = 0;

async function openProgram(file, noun, ...what) {
  try {
    programs[file] ??= import(`./${file}${failed ? `?${failed}` : ""}`);
    (await programs[file]).open(...what);
  } catch {
    page?.say(`The ${noun} could not be downloaded: check the connection and try again.`);
    delete programs[file];
    failed++;
  }
}

window.extentscopeExplorer = (word) => openProgram("explorer-dialog.js", "explorer", page, word);
window.extentscopeLaboratory = () => openProgram("laboratory.js", "laboratory");
window.extentscopeCharts = (word) => openProgram("charts-dialog.js", "charts dialog", page, word);
window.extentscopeTraces = () => openProgram("traces-dialog.js", "traces dialog");

// Texts that nobody sees at the opening are a module (src/bin/texts.rs), fetched when a part of the
// page that shows them is first shown. The element before a part has its messages.
let texts; // the module, once it answers
let areTextsDue = false;
let textsTrouble = ""; // stays until the reader tries again
const parts = new Map(); // by name: the element of a part, and what the page last asked for it

window.extentscopeTexts = (place, name, ...ask) => {
  parts.set(name, { place, question: [name, ...ask] });
  if (texts || areTextsDue || textsTrouble) showPart(parts.get(name));
  else loadTexts();
};

async function loadTexts() {
  if (areTextsDue) return;
  areTextsDue = true;
  textsTrouble = "";
  parts.forEach(showPart);
  try {
    const module = await import(`./texts.js${failed ? `?${failed}` : ""}`);
    await module.default();
    texts = module;
  } catch (error) {
    loseTexts(error);
  }
  areTextsDue = false;
  parts.forEach(showPart);
}

function loseTexts({ message }) {
  texts = null;
  failed++;
  textsTrouble = `These texts could not be loaded (${message}). Check the connection and try again; if the site was just updated, reload the page.`;
}

function showPart({ place, question }) {
  try {
    texts?.fill(place, ...question);
  } catch (error) {
    loseTexts(error);
  }
  const notice = place.previousElementSibling;
  notice.textContent = texts ? "" : textsTrouble || "Loading the texts.";
  if (!textsTrouble) return;
  const again = Object.assign(document.createElement("button"), { type: "button", textContent: "Try again" });
  again.onclick = () => {
    // The button goes, and the keys should not go to the page behind a dialog.
    (place.querySelector("select") ?? place).focus();
    loadTexts();
  };
  notice.append(" ", again);
}

// The greeting, for readers without a run. Each of its buttons and links closes it, and so does
// Escape.
const greeting = byId("greeting");
window.extentscopeGreet = () => greeting.open || greeting.showModal();
greeting.addEventListener("click", ({ target }) => {
  if (target.closest("a, button")) greeting.close();
});
if (!location.hash && window.parent === window && !isEmbedded) window.extentscopeGreet();

addEventListener("click", ({ target }) => {
  if (target.id === "about") window.extentscopeGreet();
  if (target.id === "explore") window.extentscopeExplorer();
  if (target.id === "laboratory") window.extentscopeLaboratory();
  if (target.id === "charts") window.extentscopeCharts();
  if (target.id === "traces") window.extentscopeTraces();
  if (target.id === "save") openProgram("save-dialog.js", "save dialog", page);
});

// The printed page is made when printing starts.
addEventListener("beforeprint", () => {
  const parts = page?.printText(location.href.split("#")[0]).split("\f") ?? [];
  for (const [at, id] of ["print-script", "print-steps", "print-end"].entries()) byId(id).textContent = parts[at] ?? "";
});
window.extentscopeTheme = (name) => page?.setTheme(name);

// A stack overflow or a failed allocation traps without calling the panic hook. The programs are
// separate modules and handle their own traps. For the module of a trap, some browsers name its
// file in the stack and others the script beside it; the first name in the stack counts.
window.extentscopeTrapIsOf = (error, module) =>
  /([\w-]+)(_bg\.wasm|\.js)\b/.exec(error?.stack ?? "")?.[1] === module;
const isOurs = (error) => !["explore", "lab", "charts", "traces", "texts"].some((module) => window.extentscopeTrapIsOf(error, module));
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
    // A page without TLS may not use the clipboard API. The text is selected, so Ctrl+C copies it.
    byId("trouble-copy").textContent = "Selected: press Ctrl+C";
  }
});

function tell(title, what) {
  // An open dialog would hide the banner.
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

/** A sentence for the reader about an error that the browser threw while loading. */
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
    // In parallel: the download of the model does not wait for the glue.
    const [glue, model] = await Promise.all([import(glueUrl), fetchModel()]);
    say("Starting the model.");
    page = glue;
    await glue.default({ module_or_path: model });
    arriving = false;
    if (!isReady() && !panicked) throw new Error("it was loaded but did not start");
    if (isEmbedded && window.parent !== window) embed = import("./embed.js");
    keepForLater();
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

/** For use without network: when all that the first sight needs is there. */
function keepForLater() {
  const canBe = isSecureContext && location.protocol.startsWith("http") && window.parent === window;
  if (canBe) import("./offline.js").then(({ keep }) => keep(writeAddress), () => {});
}

boot();
