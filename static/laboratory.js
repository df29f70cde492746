// The page's side of the tree laboratory: what is fetched when it is first opened, src/bin/lab.rs and
// lab.css. It begins with the run of the stage, as a link: a link ends in a checksum of the state that
// the page's model is in, so a laboratory of another version cannot pass another tree for that of the
// stage.

const { Program } = await import(`./program.js${new URL(import.meta.url).search}`);

const stage = () => window.extentscope.link();

const laboratory = new Program({
  ...{ title: "Tree laboratory", noun: "laboratory", className: "lab" },
  ...{ module: "lab", sheet: "lab.css", diedName: "extentscopeLaboratoryDied" },
  mistake: "not in your lines. They are kept below.",
  report: "What happened, and the lines, as text",
  kept: (place) => `lines:\n${place.querySelector("textarea")?.value ?? ""}`,
  begin(module, place) {
    module.open(place, stage());
    place.querySelector(".is-primary")?.focus();
  },
  show: (module) => module.show(stage()),
  rest: (module) => module.rest(),
});

export const open = () => laboratory.open();
