// Moving through a run: keys, slider, playing.

import { expect, test } from "./fixtures";
import { HeldBeat } from "./held";

test("the keys step, go back, and jump to both ends", async ({ page, stage }) => {
  await stage.open();
  await stage.name().click();
  for (const key of ["ArrowRight", "l", "ArrowRight"]) await page.keyboard.press(key);
  await expect(stage.place()).toHaveText("step 3 of 3");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("h");
  await expect(stage.place()).toHaveText("step 1 of 3");
  await page.keyboard.press("End");
  await expect(stage.place()).toHaveText("step 3 of 3");
  await page.keyboard.press("Home");
  await expect(stage.place()).toHaveText("step 0 of 3");
});

test("keys that a field uses stay with the field", async ({ page, stage }) => {
  await stage.open();
  await stage.script().focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("l");
  await expect(stage.place()).toHaveText("step 0 of 0");
});

test("Space plays and pauses; the page starts paused", async ({ page, stage }) => {
  const clock = await HeldBeat.on(page);
  await stage.open();
  await expect(page.getByRole("button", { name: "Play" })).toBeVisible();
  await stage.name().click();
  await page.keyboard.press("Space");
  await expect(page.getByRole("button", { name: "Pause" })).toBeVisible();
  await expect(stage.place()).toHaveText("step 0 of 0");
  await clock.beat();
  await clock.beat();
  await expect(stage.place()).toHaveText("step 2 of 2");
  await page.keyboard.press("Space");
  await expect(page.getByRole("button", { name: "Play" })).toBeVisible();
  await clock.beat();
  await expect(stage.place()).toHaveText("step 2 of 2");
});

test("a playing run reaches the end", async ({ page, stage }) => {
  await stage.open();
  await page.getByRole("slider", { name: "speed" }).fill("5");
  await stage.name().click();
  await page.keyboard.press("Space");
  await expect(stage.verdict()).toContainText("Deadlock");
  await expect(page.getByRole("button", { name: "Play" }), "it stops by itself").toBeVisible();
});

test("the slider goes to any step, and later steps are kept", async ({ stage }) => {
  await stage.open();
  const steps = await stage.runOut();
  await stage.slider().fill("4");
  await expect(stage.place()).toHaveText(`step 4 of ${steps}`);
  await expect(stage.slider()).toHaveAttribute("aria-valuetext", /^step 4 of/);
  await stage.slider().fill(String(steps));
  await expect(stage.verdict()).toContainText("Deadlock");
});

test("the focus moves from a removed part of a picture to the picture, and from a removed button of the inspector to its head", async ({ page, stage }) => {
  await stage.open();
  for (let step = 0; step < 6; step++) await stage.forward().click();
  const strata = stage.panel("Strata").getByRole("grid");
  await strata.focus();
  await page.keyboard.press("ArrowDown");
  await expect(strata.getByRole("gridcell").first()).toBeFocused();
  await page.keyboard.press("End");
  for (let step = 0; step < 9; step++) await page.keyboard.press("l");
  await expect(strata).toBeFocused();
  await stage.slider().fill("6");
  await stage.object("media").press("Enter");
  const inspector = stage.inspector("blocks on the device");
  await expect(inspector.getByRole("heading")).toBeFocused();
  await inspector.getByRole("button", { name: "Cut the power" }).press("Enter");
  await expect(stage.status()).toContainText("The power is cut");
  await expect(inspector.getByRole("heading")).toBeFocused();
});

test("a step button takes its step, and focus is never lost", async ({ page, stage }) => {
  await stage.open();
  for (let step = 0; step < 6; step++) await stage.step("t1").click();
  await expect(stage.step("t1")).toHaveAttribute("aria-disabled", "true");
  // It can still be focused and pressed; it then gives the reason.
  await stage.step("t1").click({ force: true });
  await expect(stage.status()).toContainText("t1 waits for an event");
  for (let step = 0; step < 3; step++) await stage.step("irq:io1").click();
  await expect(stage.forward()).toBeFocused();
});
