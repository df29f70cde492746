// The dialog that saves the run: as pictures of its panels, as data, as a mail, as a printed page,
// or as HTML that embeds it. Fetched when it is first opened.

import { offer, pngOf, svgOf } from "./pictures.js";

/** The pictures: what each is called, and where it stands. Two designs stand side by side. */
const PICTURES = [
  { id: "strata", name: "Strata", where: ":is(.area-strata, .area-strata-b) > .panel-body:not([hidden])" },
  { id: "lanes", name: "Lanes", where: ":is(.area-lanes, .area-lanes-b) > .panel-body:not([hidden])" },
  { id: "tree", name: "Tree", where: ".area-tree .panel-body:not([hidden])", none: "The tree is not on the stage now." },
  { id: "cycle", name: "Cycle", where: ".area-waits .cycle:not([hidden])", none: "Nobody waits in a circle at this step." },
  { id: "matrix", name: "Matrix", where: ".matrix-scroll", none: "The matrix is not filled: open it with m first." },
];

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const button = (textContent, ariaLabel, onclick) => element("button", { type: "button", textContent, ariaLabel, onclick });

/** The page's module: src/main.rs says what it can be asked. */
let page;
const said = element("p", { className: "save-said", role: "status" });
const place = () => location.href.split("#")[0];

/** The parts of the page that can be seen: one behind a dialog counts, one that is folded away does not. */
function found({ where }) {
  return [...document.querySelectorAll(where)].filter((it) => it.getBoundingClientRect().width > 0 || it.closest("dialog"));
}

async function picture(what, kind) {
  // The matrix is in another dialog, which is closed while this one is open.
  const roots = found(what);
  const [root] = roots;
  const around = root?.closest("dialog:not([open])");
  if (!root || (what.id === "matrix" && !root.querySelector("button"))) return void (said.textContent = what.none);
  if (around) around.classList.add("is-measured");
  try {
    const caption = what.id === "matrix" ? "Verdicts of every scenario under every design." : page.captionOf();
    const svg = svgOf(roots, { title: `extentscope: ${what.name.toLowerCase()}`, caption, link: page.pageLink(place()) });
    const blob = kind === "png" ? await pngOf(svg) : new Blob([svg], { type: "image/svg+xml" });
    offer(blob, `extentscope-${what.id}.${kind}`);
    if (dialog.open) said.textContent = `${what.name} is saved as ${kind.toUpperCase()}.`;
  } catch (error) {
    if (dialog.open) said.textContent = `The browser made no picture (${error.message}).`;
  } finally {
    around?.classList.remove("is-measured");
  }
}

function save(text, type, name, told) {
  offer(new Blob([text], { type }), name);
  said.textContent = told;
}

/** A file for each design that is shown. */
function saveJson() {
  const told = "The run is saved as JSON, in ITF's shape: docs/run.schema.json.";
  const second = page.secondRunJson(place());
  save(page.runJson(place()), "application/json", "extentscope-run.json", told);
  if (second) save(second, "application/json", "extentscope-run-b.json", `${told} B has a file of its own.`);
}

/** The height of an embedded run in pixels; two designs have taller lanes. */
const embedHeight = () => (document.querySelector(".stage[data-beside]") ? 660 : 520);
const embedText = () =>
  `<iframe src="${page.embedLink(place()).replaceAll("&", "&amp;")}" title="A run in extentscope" width="800" height="${embedHeight()}"></iframe>`;

function build() {
  const rows = PICTURES.map((what) =>
    element(
      "li",
      { className: "save-row" },
      element("span", { textContent: what.name }),
      button("SVG", `Save ${what.name.toLowerCase()} as SVG`, () => picture(what, "svg")),
      button("PNG", `Save ${what.name.toLowerCase()} as PNG`, () => picture(what, "png")),
    ),
  );
  const dialog = element(
    "dialog",
    { className: "save", ariaLabel: "Save", tabIndex: -1 },
    element("h2", { className: "wordmark", textContent: "Save" }),
    element("h3", { className: "panel-title", textContent: "Pictures, with caption and link" }),
    element("ul", {}, ...rows),
    element("h3", { className: "panel-title", textContent: "The run" }),
    element(
      "p",
      { className: "save-data" },
      button("JSON", "Save the run as JSON", saveJson),
      button("Mail text", "Save the mail text", () => save(page.mailText(place()), "text/plain;charset=utf-8", "extentscope-run.txt", "The mail text is saved.")),
      button("Print", "Print the run", () => {
        dialog.close();
        print();
      }),
      button("Copy embed code", "Copy embed code", () =>
        window.extentscopeCopy(embedText(), (worked) => {
          said.textContent = worked ? "The embed code is copied." : "The browser did not let the page copy.";
        }),
      ),
    ),
    said,
    element("p", {}, button("Close", "Close save dialog", () => dialog.close())),
  );
  dialog.addEventListener("close", () => (said.textContent = ""));
  document.body.append(dialog);
  return dialog;
}

let dialog = null;

export function open(module) {
  page = module;
  dialog ??= build();
  if (!dialog.open) dialog.showModal();
}
