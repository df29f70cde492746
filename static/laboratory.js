// The page's part of the tree laboratory, src/bin/lab.rs and lab.css, which are fetched when it is
// first opened. It starts with the run of the stage, passed as a link. A link ends with a checksum
// of the model's state, so a laboratory of another version cannot show a wrong tree as that of the
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
