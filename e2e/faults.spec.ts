// Faults: through the menu of the object that they hit, and as buttons.

import { expect, test } from "./fixtures";

test("the power is cut and memory is reclaimed by a button or a key; the script then allows it", async ({ page, stage }) => {
  await stage.open();
  for (let step = 0; step < 6; step++) await stage.forward().click();
  await page.getByRole("button", { name: "memory pressure" }).click();
  await expect(stage.script()).toHaveValue(/\nallow shrink 1\n$/);
  await expect(stage.place()).toHaveText("step 7 of 7");
  await page.keyboard.press("x");
  await expect(stage.script()).toHaveValue(/\nallow shrink 1\nallow crash 1\n$/);
  await expect(stage.step("power")).toContainText("recover");
  await expect(stage.panel("Threads")).toContainText("The power is cut: all that was volatile is gone.");
  await expect(stage.panel("Threads").getByRole("listitem").filter({ hasText: "t1" })).toContainText("power cut");
  await expect(stage.panel("Script")).toContainText("the power is cut");
  await expect(stage.panel("Lanes").getByRole("rowheader", { name: "t1 off" })).toBeVisible();
  await page.keyboard.press("x");
  await expect(stage.status()).toContainText("The power is already cut.");
  await stage.step("power").click();
  await expect(stage.panel("Threads")).toContainText("The journal is recovered, and no block breaks a promise.");
});

test("the menu of a write completes it first, delays it, or lets it fail", async ({ page, stage }) => {
  await stage.open();
  for (let step = 0; step < 6; step++) await stage.forward().click();
  const write = (letter: string) => stage.panel("IO pipeline").getByRole("button", { name: letter, exact: true });
  await write("A").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Delay write A" }).click();
  await expect(write("A")).toBeFocused();
  await expect(stage.panel("IO pipeline")).toContainText("its bio is in flight, delayed");
  await stage.runOut();
  await expect(stage.panel("Lanes")).not.toContainText("end_io A");
  await stage.forward().click({ force: true });
  await expect(stage.status()).toContainText("Only delayed completions are left");
  await write("A").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Fail write A with EIO" }).click();
  await expect(stage.script()).toHaveValue(/\nallow eio 1\n$/);
  await expect(stage.panel("Lanes")).toContainText("end_io A");
  await stage.runOut();
  // Before v4.6 a failed AIO write is converted too, so the worker waits for it as for any other.
  await expect(stage.panel("IO pipeline").getByRole("listitem").filter({ hasText: /^A/ })).toContainText("on the inode's list, its bio failed with EIO");
  await stage.showTable("IO pipeline");
  await expect(stage.panel("IO pipeline").getByRole("row", { name: /^A / })).toContainText("on the inode's list, its bio failed with EIO");
});

test("a bio overtakes another", async ({ page, stage }) => {
  await stage.open();
  for (let step = 0; step < 6; step++) await stage.forward().click();
  await page.getByRole("button", { name: "B", exact: true }).focus();
  await page.keyboard.press("Shift+F10");
  await page.getByRole("menuitem", { name: "Complete write B now" }).press("Enter");
  await expect(stage.panel("IO pipeline")).toContainText("on the inode's list");
  await expect(stage.panel("Lanes")).toContainText("end_io B");
  await expect(stage.panel("Lanes")).not.toContainText("end_io A");
});

test("while a menu is open no key reaches the run behind it", async ({ page, stage }) => {
  await stage.open();
  for (let step = 0; step < 6; step++) await page.keyboard.press("l");
  await stage.object("media").click({ button: "right" });
  const menu = page.getByRole("menu", { name: "blocks on the device" });
  await expect(menu.getByRole("menuitem").first()).toBeFocused();
  for (const key of ["l", "h", "x", "1", "?"]) await page.keyboard.press(key);
  await page.keyboard.press("End");
  await expect(menu.getByRole("menuitem").last()).toBeFocused();
  await page.keyboard.press("Home");
  await expect(menu.getByRole("menuitem").first()).toBeFocused();
  await expect(stage.place()).toHaveText("step 6 of 6");
  await expect(page.getByRole("combobox", { name: "scenario" })).toHaveValue("S7");
});

test("Escape and a click outside close the menu, and its keys stay in it", async ({ page, stage }) => {
  await stage.open();
  for (let step = 0; step < 6; step++) await stage.forward().click();
  await stage.object("media").click({ button: "right" });
  const menu = page.getByRole("menu", { name: "blocks on the device" });
  await expect(menu.getByRole("menuitem").first()).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(menu.getByRole("menuitem", { name: "Cut the power" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(menu).toBeHidden();
  await expect(stage.object("media")).toBeFocused();
  await stage.object("media").click({ button: "right" });
  await page.mouse.click(5, 5);
  await expect(menu).toBeHidden();
  await expect(stage.place()).toHaveText("step 6 of 6");
});

test("on a phone the faults are next to the steps, and lanes show whole letters or none", async ({ page, stage }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await stage.open();
  for (let step = 0; step < 3; step++) await stage.forward().click();
  await page.getByRole("button", { name: "Steps", exact: true }).click();
  await stage.panel("Next steps").getByRole("button", { name: "power cut" }).click();
  await expect(stage.panel("Next steps").getByRole("button", { name: /recover/ })).toBeVisible();
  await page.getByRole("button", { name: "Lanes" }).click();
  const size = (name: string) => stage.panel("Lanes").getByRole("gridcell", { name, exact: true }).evaluate((span) => getComputedStyle(span).fontSize);
  expect(await size("aio_write A")).toBe("12px");
  expect(await size("power cut")).toBe("0px");
});
