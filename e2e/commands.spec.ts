// Every command has a key and stands in one list, in which it can be searched.

import { accessibilityFaults, expect, test } from "./fixtures";

test("? lists every command with its key; letters find one, Enter does it", async ({ page, stage }) => {
  await stage.open();
  await stage.name().click();
  await page.keyboard.press("?");
  const field = page.getByRole("combobox", { name: "Command" });
  await expect(field).toBeFocused();
  await expect(page.getByRole("listbox", { name: "Commands" }).getByRole("option", { name: "Go to the next context switch" })).toContainText("Shift+→");
  expect(await page.getByRole("listbox", { name: "Commands" }).getByRole("option").count()).toBeGreaterThan(30);
  expect(await accessibilityFaults(page)).toEqual([]);
  await field.fill("run s4");
  await expect(page.getByRole("listbox", { name: "Commands" }).getByRole("option").first()).toContainText("Run S4");
  await page.keyboard.press("Enter");
  await expect(field).toBeHidden();
  await expect(page.getByRole("combobox", { name: "scenario" })).toHaveValue("S4");
});

test("a number goes to that step, arrows choose, Escape leaves all as it was", async ({ page, stage }) => {
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
  await expect(page.locator(".explorer-status")).toContainText(/Filling the matrix|The matrix: 336 cells/);
});

test("f goes to what the inspector looks at, and to the next step when it looks at nothing", async ({ page, stage }) => {
  await stage.open();
  await stage.object("disk tree").click();
  await stage.name().click();
  await page.keyboard.press("f");
  await expect(stage.object("disk tree")).toBeFocused();
  await page.keyboard.press("Escape");
  await page.keyboard.press("f");
  await expect(stage.forward()).toBeFocused();
});
