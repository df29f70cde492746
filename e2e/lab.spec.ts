// The tree laboratory: lines in, a tree out, at any size and in any version.

import { accessibilityFaults, expect, test } from "./fixtures";
import type { Page } from "@playwright/test";

async function openLab(page: Page, example?: string) {
  await page.goto(".");
  await expect(page.locator("html")).toHaveAttribute("data-ready", "true");
  await page.getByRole("button", { name: "laboratory" }).click();
  const lab = page.getByRole("dialog", { name: "Tree laboratory" });
  await expect(lab).toBeVisible();
  if (example) await lab.getByRole("combobox", { name: "example" }).selectOption(example);
  return lab;
}

test("lines are stepped, told, counted and taken back", async ({ page }) => {
  const lab = await openLab(page);
  const step = lab.getByRole("button", { name: "Next line" });
  for (let line = 0; line < 3; line++) await step.click();
  await expect(lab.getByRole("listitem").filter({ hasText: "rotate left at [0/4): [8/4) goes up" })).toBeVisible();
  await expect(lab.getByRole("textbox", { name: "Tree as text" })).toHaveValue("[0/4) W@1000  [8/4) U@2000  [16/4) D");
  await expect(lab.getByRole("img", { name: /^Tree of 3 extents/ })).toBeVisible();
  await expect(lab.getByRole("status", { name: "What the line did" })).toContainText("Line 3 of 15: insert [16/4) D. Inserted.");
  await lab.getByRole("button", { name: "Line back" }).click();
  await expect(lab.getByRole("textbox", { name: "Tree as text" })).toHaveValue("[0/4) W@1000  [8/4) U@2000");
  await lab.getByRole("slider", { name: "Lines done" }).fill("15");
  await expect(lab.getByText("line 15 of 15")).toBeVisible();
});

test("a wrong line is told by line, column and what was expected, and stops nothing", async ({ page }) => {
  const lab = await openLab(page, "V5");
  const lines = lab.getByRole("textbox", { name: "Lines of the laboratory" });
  await lines.fill("insert [0/16) U@1000\ninsert [4/4)\n");
  await expect(lab.getByRole("status", { name: "Error in the lines" })).toHaveText(
    /^line 2, column 13: the line ends here, expected a status/,
  );
  await lines.fill("insert [0/16) U@1000\ninsert [4/4) W@1004\n");
  await expect(lab.getByRole("status", { name: "Error in the lines" })).toBeEmpty();
  await lab.getByRole("button", { name: "Last line" }).click();
  await expect(lab.getByRole("textbox", { name: "Tree as text" })).toHaveValue(
    "[0/4) U@1000  [4/4) W@1004  [8/8) U@1008",
  );
});

test("conversion as posted loses a tail, corrected it does not", async ({ page }) => {
  const lab = await openLab(page, "C4 posted");
  await lab.getByRole("button", { name: "Last line" }).click();
  await expect(lab.getByRole("status", { name: "What the line did" })).toContainText("Block 5 is not cached.");
  await lab.getByRole("combobox", { name: "example" }).selectOption("C4 corrected");
  await lab.getByRole("button", { name: "Last line" }).click();
  await expect(lab.getByRole("status", { name: "What the line did" })).toContainText("Found [4/4) W@1004");
});

test("another version does the same lines by its own rules", async ({ page }) => {
  const lab = await openLab(page, "second chance");
  await lab.getByRole("slider", { name: "Lines done" }).fill("7");
  const text = lab.getByRole("textbox", { name: "Tree as text" });
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
  await lab.getByRole("button", { name: "Next line" }).click();
  await lab.getByRole("button", { name: "show change" }).click();
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
  await expect(lab.getByText("line 1 of 15")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(lab).toBeHidden();
  await expect(stage.place()).toHaveText(/^step 0 of/);
});

for (const theme of ["light", "dark"]) {
  test(`axe finds nothing in the laboratory, ${theme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: theme as "light" | "dark" });
    const lab = await openLab(page);
    await lab.getByRole("slider", { name: "Lines done" }).fill("9");
    await page.waitForTimeout(300);
    expect(await accessibilityFaults(page), "a small tree").toEqual([]);
    await lab.getByRole("combobox", { name: "example" }).selectOption("build-asc 1000");
    await lab.getByRole("textbox", { name: "Lines of the laboratory" }).fill("nonsense");
    await page.waitForTimeout(300);
    expect(await accessibilityFaults(page), "a large tree and an error").toEqual([]);
    await lab.getByRole("button", { name: "Extents as a table" }).click();
    expect(await accessibilityFaults(page), "the table").toEqual([]);
  });
}

test("on a phone nothing is cut off", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(".");
  await page.getByRole("navigation", { name: "Panels" }).getByRole("button", { name: "Tree" }).click();
  await page.getByRole("button", { name: "laboratory" }).click();
  const lab = page.getByRole("dialog", { name: "Tree laboratory" });
  await expect(lab.getByRole("button", { name: "Next line" })).toBeInViewport();
  const wide = await lab.evaluate((it) => it.scrollWidth - it.clientWidth);
  expect(wide).toBeLessThanOrEqual(0);
});

test("no motion where none is wanted", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  const lab = await openLab(page);
  await lab.getByRole("button", { name: "Last line" }).click();
  const moving = await page.evaluate(() => {
    const all = [...document.querySelectorAll("dialog *")].map((element) => getComputedStyle(element));
    return all.filter((style) => parseFloat(style.transitionDuration) > 0).length;
  });
  expect(moving).toBe(0);
});
