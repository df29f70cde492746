// The tree laboratory: lines build a tree of any size in any version. It is fetched on demand.

import { accessibilityFaults, expect, test, trapIn } from "./fixtures";
import { still } from "./held";
import { Stage } from "./stage";
import type { Locator, Page } from "@playwright/test";

async function openLab(page: Page, example?: string) {
  await new Stage(page).open();
  return ask(page, example);
}

/** Presses the laboratory's button on the stage. */
async function ask(page: Page, example?: string) {
  await page.getByRole("button", { name: "laboratory" }).click();
  const lab = page.getByRole("dialog", { name: "Tree laboratory" });
  await expect(next(lab)).toBeVisible();
  if (example) await lab.getByRole("combobox", { name: "example" }).selectOption(example);
  return lab;
}

const next = (lab: Locator) => lab.getByRole("button", { name: "Next line" });
const tree = (lab: Locator) => lab.getByRole("textbox", { name: "Tree as text" });
const place = (lab: Locator, line: number) => lab.getByText(`line ${line} of 14`, { exact: true });
const answer = (lab: Locator) => lab.getByRole("status", { name: "What the line did" });

test("it is fetched on demand, and only once", async ({ page }) => {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname.split("/").pop() ?? ""));
  const ours = () => asked.filter((name) => /^lab/.test(name)).sort();
  await new Stage(page).open();
  expect(ours()).toEqual([]);
  const lab = await ask(page);
  const all = ["lab.css", "lab.js", "lab_bg.wasm", "laboratory.js"];
  expect(ours()).toEqual(all);
  await lab.getByRole("button", { name: "Close laboratory" }).click();
  await expect(lab).toBeHidden();
  await ask(page);
  expect(ours()).toEqual(all);
});

test("focus enters and returns, and the laboratory keeps its state", async ({ page }) => {
  const lab = await openLab(page);
  await expect(next(lab)).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(place(lab, 1)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(lab).toBeHidden();
  await expect(page.getByRole("button", { name: "laboratory" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(place(lab, 1)).toBeVisible();
});

test("it begins with the tree of the stage, and follows it until its lines are edited", async ({ page, stage }) => {
  await stage.open();
  await stage.choose("S2", "rfc-v1");
  for (let step = 0; step < 5; step++) await stage.forward().click();
  await stage.showTable("Tree");
  const onStage = await stage.panel("Tree").getByRole("row").allTextContents();
  const lab = await ask(page);
  const example = lab.getByRole("combobox", { name: "example" });
  await expect(example.getByRole("option", { selected: true })).toHaveText("the stage's tree: file a");
  const before = await tree(lab).inputValue();
  expect(onStage.length, "the stage's table has a head and its extents").toBe(1 + before.split("  ").length);
  // The stage takes another step, and the lines follow.
  await page.keyboard.press("Escape");
  await stage.runOut();
  await ask(page);
  const lines = lab.getByRole("textbox", { name: "Lines of the laboratory" });
  await expect(lines).toHaveValue(/# step \d+: /);
  await expect(tree(lab)).not.toHaveValue(before);
  // A reader's own lines stay.
  await lines.fill("insert [0/8) H\n");
  await page.keyboard.press("Escape");
  await stage.back().click();
  await ask(page);
  await expect(lines).toHaveValue("insert [0/8) H\n");
  await example.selectOption({ label: "the stage's tree: file a" });
  await expect(lines).toHaveValue(/# step \d+: /);
});

test("an unreadable run is reported, and the laboratory works", async ({ page, stage }) => {
  await stage.open();
  await stage.choose("S2", "rfc-v1");
  await stage.forward().click();
  await page.evaluate(() => {
    const stage = (window as unknown as { extentscope: { link(): string } }).extentscope;
    const link = stage.link().replace(/;k=.*$/, "");
    Object.assign(window, { extentscope: { link: () => link } });
  });
  const lab = await ask(page);
  await expect(lab.getByRole("status", { name: "The stage's tree" })).toHaveText(
    "The stage's tree cannot be shown here: the link is cut off: it does not end in its checksum, k.",
  );
  await expect(next(lab)).toBeVisible();
});

test("an operation is typed or chosen, and done at the current line", async ({ page }) => {
  const lab = await openLab(page, "V5");
  await next(lab).click();
  const operation = lab.getByRole("textbox", { name: "Operation", exact: true });
  await operation.fill("remove [2/2)");
  await page.keyboard.press("Enter");
  await expect(tree(lab)).toHaveValue("[0/2) U@1000  [4/12) U@1004");
  await expect(operation).toHaveValue("");
  await expect(lab.getByRole("textbox", { name: "Lines of the laboratory" })).toHaveValue(
    "insert [0/16) U@1000\nremove [2/2)\ninsert [4/4) W@1004\n",
  );
  await lab.getByRole("list", { name: "Operations to pick" }).getByRole("button", { name: "shrink" }).click();
  await expect(operation).toHaveValue("shrink 10");
  await operation.fill("shrink ten");
  await lab.getByRole("button", { name: "Do it" }).click();
  await expect(lab.getByRole("status", { name: "Error in the operation" })).toContainText("line 1, column 8: `ten`");
  await expect(operation).toHaveValue("shrink ten");
});

test("the second allocation fails, and the line says so", async ({ page }) => {
  const lab = await openLab(page, "V5");
  await lab.getByRole("textbox", { name: "Lines of the laboratory" }).fill("insert [0/16) U@1000\nfail 1 at 2\ninsert [4/4) W@1004\n");
  await lab.getByRole("button", { name: "Last line" }).click();
  await expect(answer(lab)).toContainText("1 allocation failed");
});

test("tree, state and lines can be copied", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const lab = await openLab(page, "V5");
  await lab.getByRole("button", { name: "Last line" }).click();
  const copies = async (name: string, text: RegExp) => {
    await lab.getByRole("button", { name, exact: true }).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText()), name).toMatch(text);
  };
  await copies("Copy tree", /^\[0\/4\) U@1000  \[4\/4\) W@1004  \[8\/8\) U@1008$/);
  await copies("Copy lines done", /^# rules of v3\.9–v3\.10\ninsert \[0\/16\) U@1000\ninsert \[4\/4\) W@1004\n$/);
  await copies("Copy state", /\[4\/4\) W@1004  black, root, cache_es\n/);
  await expect(lab.getByRole("status", { name: "Copied" })).toHaveText("Copied.");
});

for (const missing of ["laboratory.js", "lab.js", "lab_bg.wasm", "lab.css"]) {
  test(`${missing} that does not arrive is said in place, and can be tried again`, async ({ page, stage, console }) => {
    console.expect(/404|Failed to load resource|MIME|wasm streaming|WebAssembly/);
    await page.route(`**/${missing}*`, (route) => route.fulfill({ status: 404, body: "not found" }));
    await stage.open();
    await page.getByRole("button", { name: "laboratory" }).click();
    const dialog = page.getByRole("dialog", { name: "Tree laboratory" });
    const inPlace = missing === "laboratory.js" ? stage.status() : dialog.getByRole("status");
    await expect(inPlace).toContainText(/ownloaded/);
    await expect(stage.trouble()).toBeHidden();
    await page.unroute(`**/${missing}*`);
    await page.getByRole("button", { name: missing === "laboratory.js" ? "laboratory" : "Try again" }).click();
    await expect(next(dialog)).toBeVisible();
    await page.keyboard.press("Escape");
    await stage.forward().click();
    await expect(stage.place()).toHaveText(/^step 1 of/);
  });
}

test("if the laboratory fails, its lines are kept, the stage continues, and it can be opened again", async ({ page, stage, console }) => {
  console.expect(/unreachable/);
  const lab = await openLab(page, "V5");
  await next(lab).click();
  await trapIn(page, "lab.js");
  await expect(lab.getByRole("status")).toContainText("The laboratory has stopped");
  await expect(lab.getByRole("textbox", { name: /as text/ })).toHaveValue(/unreachable\n\nlines:\ninsert \[0\/16\) U@1000\n/);
  await expect(stage.trouble()).toBeHidden();
  await lab.getByRole("button", { name: "Try again" }).click();
  await expect(next(lab)).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(place(lab, 1)).toBeVisible();
  await page.keyboard.press("Escape");
  await stage.forward().click();
  await expect(stage.place()).toHaveText(/^step 1 of/);
});

test("the key o opens it, and its own keys step, zoom and move", async ({ page, stage }) => {
  await stage.open();
  await page.keyboard.press("o");
  const lab = page.getByRole("dialog", { name: "Tree laboratory" });
  await expect(next(lab)).toBeFocused();
  await page.keyboard.press("l");
  await expect(place(lab, 1)).toBeVisible();
  await page.keyboard.press("End");
  await expect(place(lab, 14)).toBeVisible();
  await page.keyboard.press("h");
  await expect(place(lab, 13)).toBeVisible();
});

test("lines are stepped, explained, counted and undone", async ({ page }) => {
  const lab = await openLab(page);
  for (let line = 0; line < 3; line++) await next(lab).click();
  await expect(lab.getByRole("listitem").filter({ hasText: "rotate left at [0/4): [8/4) goes up" })).toBeVisible();
  await expect(tree(lab)).toHaveValue("[0/4) W@1000  [8/4) U@2000  [16/4) D");
  await expect(lab.getByRole("img", { name: /^Tree of 3 extents/ })).toBeVisible();
  await expect(answer(lab)).toContainText("Line 3 of 14: insert [16/4) D. Inserted.");
  await lab.getByRole("button", { name: "Line back" }).click();
  await expect(tree(lab)).toHaveValue("[0/4) W@1000  [8/4) U@2000");
  await lab.getByRole("slider", { name: "Lines done" }).fill("14");
  await expect(place(lab, 14)).toBeVisible();
});

test("the error of a wrong line has line, column and the expected text, and stops nothing", async ({ page }) => {
  const lab = await openLab(page, "V5");
  const lines = lab.getByRole("textbox", { name: "Lines of the laboratory" });
  await lines.fill("insert [0/16) U@1000\ninsert [4/4)\n");
  await expect(lab.getByRole("status", { name: "Error in the lines" })).toHaveText(
    /^line 2, column 13: the line ends here, expected a status/,
  );
  await lines.fill("insert [0/16) U@1000\ninsert [4/4) W@1004\n");
  await expect(lab.getByRole("status", { name: "Error in the lines" })).toBeEmpty();
  await lab.getByRole("button", { name: "Last line" }).click();
  await expect(tree(lab)).toHaveValue(
    "[0/4) U@1000  [4/4) W@1004  [8/8) U@1008",
  );
});

test("conversion as posted loses a tail, corrected it does not", async ({ page }) => {
  const lab = await openLab(page, "C4 posted");
  await lab.getByRole("button", { name: "Last line" }).click();
  await expect(answer(lab)).toContainText("Block 5 is not cached.");
  await lab.getByRole("combobox", { name: "example" }).selectOption("C4 corrected");
  await lab.getByRole("button", { name: "Last line" }).click();
  await expect(answer(lab)).toContainText("Found [4/4) W@1004");
});

test("another version applies its own rules to the same lines", async ({ page }) => {
  const lab = await openLab(page, "second chance");
  await lab.getByRole("slider", { name: "Lines done" }).fill("7");
  const text = tree(lab);
  await expect(text).toHaveValue("[0/4) W@1  [4/4) D  [12/4) H");
  await lab.getByRole("combobox", { name: "version" }).selectOption("v3.9");
  await expect(text).toHaveValue("[4/4) D");
  await expect(lab.getByText("golden traces of v3.9.6")).toBeVisible();
  await lab.getByText("rules differ from the version before").click();
  await expect(lab.getByText("Insert removes what was there: yes. Before: no: overlaps by shape.")).toBeVisible();
});

test("a thousand extents: glyphs, zoom by keys and buttons, and the table", async ({ page }) => {
  const lab = await openLab(page, "build-rand 1000");
  await expect(lab.getByText(/^1000 extents, \d+ drawn one by one/)).toBeVisible();
  const drawn = async () => Number(/(\d+) drawn/.exec((await lab.getByText(/drawn one by one/).textContent()) ?? "")?.[1]);
  const fit = await drawn();
  await lab.getByRole("group", { name: /^Drawing/ }).focus();
  for (let press = 0; press < 8; press++) await page.keyboard.press("+");
  await expect(lab.getByText("zoom 2 %")).toHaveCount(0);
  expect(await drawn()).toBeGreaterThan(0);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("0");
  expect(await drawn()).toBe(fit);
  await next(lab).click();
  await lab.getByRole("button", { name: "Show change" }).click();
  await expect(lab.getByRole("img").getByText("[1001/1) U", { exact: true })).toBeVisible();
  await lab.getByRole("button", { name: "Extents as a table" }).click();
  await expect(lab.getByText("rows 1 to 100 of 1001")).toBeVisible();
  await lab.getByRole("button", { name: "Rows after" }).click();
  await expect(lab.getByRole("row", { name: /^200 1 1200 W / })).toBeVisible();
});

test("the laboratory's keys do not reach the stage", async ({ page, stage }) => {
  const lab = await openLab(page);
  await lab.getByRole("heading", { name: "Tree laboratory" }).click();
  await lab.getByRole("button", { name: "Fit" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(place(lab, 1)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(lab).toBeHidden();
  await expect(stage.place()).toHaveText(/^step 0 of/);
});

for (const theme of ["light", "dark"]) {
  test(`axe finds nothing in the laboratory, ${theme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: theme as "light" | "dark" });
    const lab = await openLab(page);
    await lab.getByRole("slider", { name: "Lines done" }).fill("9");
    await still(page);
    expect(await accessibilityFaults(page), "a small tree").toEqual([]);
    await lab.getByRole("combobox", { name: "example" }).selectOption("build-asc 1000");
    await lab.getByRole("textbox", { name: "Lines of the laboratory" }).fill("nonsense");
    await still(page);
    expect(await accessibilityFaults(page), "a large tree and an error").toEqual([]);
    await lab.getByRole("button", { name: "Extents as a table" }).click();
    expect(await accessibilityFaults(page), "the table").toEqual([]);
  });
}

for (const [what, width, height] of [["on a phone", 390, 844], ["at 200% zoom", 720, 450]] as const) {
  test(`${what} nothing is cut off, and the step bar is there`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await new Stage(page).open();
    const tab = page.getByRole("navigation", { name: "Panels" }).getByRole("button", { name: "Tree" });
    if (width < 720) await tab.click();
    const lab = await ask(page);
    await expect(next(lab)).toBeInViewport();
    await lab.getByRole("slider", { name: "Lines done" }).fill("10");
    await lab.getByRole("button", { name: "Extents as a table" }).click();
    await expect(lab.getByRole("row", { name: /^52 1 6000 U red/ })).toBeVisible();
    const wide = await lab.evaluate((it) => it.scrollWidth - it.clientWidth);
    expect(wide).toBeLessThanOrEqual(0);
    await still(page);
    expect(await accessibilityFaults(page)).toEqual([]);
  });
}

test("no motion with reduced motion", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  const lab = await openLab(page);
  await lab.getByRole("button", { name: "Last line" }).click();
  const moving = await page.evaluate(() => {
    const all = [...document.querySelectorAll("dialog *")].map((element) => getComputedStyle(element));
    return all.filter((style) => parseFloat(style.transitionDuration) > 0).length;
  });
  expect(moving).toBe(0);
});
