// Every command has a key and is in one searchable list.

import { accessibilityFaults, expect, test } from "./fixtures";
import { HeldBeat } from "./held";
import { MATRIX } from "./states.mjs";

test("? lists every command with its key; letters find one, Enter does it", async ({ page, stage }) => {
  await stage.open();
  await stage.name().click();
  await page.keyboard.press("?");
  const field = page.getByRole("combobox", { name: "Command" });
  await expect(field).toBeFocused();
  await expect(page.getByRole("listbox", { name: "Commands" }).getByRole("option", { name: "Go to the next context switch" })).toContainText("Shift+→");
  expect(await page.getByRole("listbox", { name: "Commands" }).getByRole("option").count()).toBeGreaterThan(30);
  expect(await accessibilityFaults(page)).toEqual([]);
  await field.fill("choose s4");
  await expect(page.getByRole("listbox", { name: "Commands" }).getByRole("option").first()).toContainText("Choose S4");
  await page.keyboard.press("Enter");
  await expect(field).toBeHidden();
  await expect(page.getByRole("combobox", { name: "scenario" })).toHaveValue("S4");
});

test("a number goes to that step, arrows choose, Escape changes nothing", async ({ page, stage }) => {
  await stage.open();
  await stage.runOut();
  await page.keyboard.press("g");
  const field = page.getByRole("combobox", { name: "Command" });
  await field.fill("5");
  await page.keyboard.press("Enter");
  await expect(stage.place()).toHaveText(/^step 5 of/);
  await expect(stage.forward()).toBeFocused();
  await page.keyboard.press("g");
  await field.fill("999");
  await page.keyboard.press("Enter");
  await expect(stage.place()).toHaveText("step 18 of 18");
  await expect(stage.status()).toContainText("There is no step 999: the run has 18 steps.");
  await page.keyboard.press("g");
  await field.fill("5");
  await page.keyboard.press("Enter");
  await page.keyboard.press("/");
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("listbox", { name: "Commands" }).getByRole("option", { name: "Step forward" })).toHaveAttribute("aria-selected", "true");
  await field.fill("zzz");
  await expect(page.getByText("No command has these letters in this order.")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(field).toBeHidden();
  await expect(stage.place()).toHaveText(/^step 5 of/);
});

test("keys open the explorer, the matrix and the knobs, and run presets", async ({ page, stage }) => {
  await stage.open();
  await stage.name().click();
  await page.keyboard.press("e");
  await expect(page.getByRole("dialog", { name: "Explorer" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog", { name: "Explorer" })).toBeHidden();
  await page.keyboard.press("k");
  await expect(page.getByRole("dialog", { name: "Knobs" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog", { name: "Knobs" })).toBeHidden();
  await page.keyboard.press("9");
  await expect(page.getByRole("combobox", { name: "scenario" })).toHaveValue("S9");
  await page.keyboard.press("m");
  await expect(page.getByRole("region", { name: "Verdict matrix" })).toBeVisible();
  await expect(page.locator(".explorer-status")).toContainText(new RegExp(`Filling the matrix|The matrix: ${MATRIX.cells} cells`));
});

test("f moves the focus to the inspector's object, or to the next step while it is closed", async ({ page, stage }) => {
  await stage.open();
  await stage.object("disk tree").click();
  await stage.name().click();
  await page.keyboard.press("f");
  await expect(stage.object("disk tree")).toBeFocused();
  await page.keyboard.press("Escape");
  await page.keyboard.press("f");
  await expect(stage.forward()).toBeFocused();
});

test("g asks for a number and does nothing else", async ({ page, stage }) => {
  await stage.open();
  for (let step = 0; step < 4; step++) await page.keyboard.press("l");
  await page.keyboard.press("g");
  const field = page.getByRole("combobox", { name: "Command" });
  await expect(page.getByText("Type the number of a step.")).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(field).toBeVisible();
  await field.fill("-1");
  await page.keyboard.press("Enter");
  await expect(stage.status()).toContainText("There is no step -1: the run has 4 steps.");
  await expect(stage.place()).toHaveText("step 4 of 4");
});

test("keys without effect say why", async ({ page, stage }) => {
  await stage.open();
  await page.keyboard.press("h");
  await expect(stage.status()).toContainText("This is the start of the run.");
  await stage.runOut();
  await page.keyboard.press("l");
  await expect(stage.status()).toContainText("The remaining actors can never step again: go back.");
  await page.keyboard.press("End");
  await expect(stage.status()).toContainText("This is the end of the run.");
});

test("on the slider Space plays and Shift with an arrow goes to the next switch", async ({ page, stage }) => {
  await HeldBeat.on(page);
  await stage.open();
  await stage.runOut();
  await stage.slider().fill("4");
  await stage.slider().focus();
  await page.keyboard.press("Shift+ArrowRight");
  await expect(stage.place()).toHaveText("step 7 of 18");
  await page.keyboard.press(" ");
  await expect(page.getByRole("button", { name: "Pause" })).toBeVisible();
});

test("fields, tables and enlarging have keys", async ({ page, stage }) => {
  await stage.open();
  await page.keyboard.press("a");
  await expect(stage.panel("Strata").getByRole("table")).toBeVisible();
  await page.keyboard.press("a");
  await expect(stage.panel("Strata").getByRole("table")).toBeHidden();
  await page.keyboard.press("i");
  await expect(page.getByRole("button", { name: "physical blocks" })).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.press("z");
  await expect(page.getByRole("button", { name: "Tree, larger" })).toHaveAttribute("aria-pressed", "true");
  for (const [key, role, name] of [["v", "combobox", "design"], ["n", "combobox", "scenario"], ["q", "combobox", "theme"], ["+", "textbox", "Operation as text"]] as const) {
    await page.keyboard.press(key);
    await expect(page.getByRole(role, { name })).toBeFocused();
    await page.keyboard.press("Escape");
    await stage.name().click();
  }
});
