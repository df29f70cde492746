// A step in the past starts a branch: nothing is lost, and a link keeps all branches.

import type { Locator } from "@playwright/test";
import { expect, test } from "./fixtures";
import { still } from "./held";

test("another step before the end makes a branch, and one key returns to the old one", async ({ page, stage }) => {
  await stage.open();
  for (let step = 0; step < 8; step++) await stage.forward().click();
  await expect(stage.branches()).toBeHidden();
  await stage.slider().fill("3");
  await stage.step("irq:io1").click();
  await expect(stage.status()).toContainText("This is branch b1 now; main is kept as it was.");
  await expect(stage.place()).toHaveText("step 4 of 4");
  await expect(stage.branch(/^b1 leaves main after step 3 and has a step of its own; it is shown/)).toBeVisible();
  await stage.branch(/^main has 8 steps/).click();
  await expect(stage.place()).toHaveText("step 4 of 8");
  await stage.name().click();
  await page.keyboard.press("]");
  await expect(stage.place()).toHaveText("step 4 of 4");
  await page.keyboard.press("b");
  await expect(stage.branch(/^b2 leaves b1 after step 4/)).toHaveAttribute("aria-current", "true");
});

test("a branch that a design cannot follow is kept, and the link has all branches", async ({ page, stage }) => {
  await stage.open();
  for (let step = 0; step < 8; step++) await stage.forward().click();
  await stage.slider().fill("3");
  await stage.step("irq:io1").click();
  await stage.chooseDesign("v3.8");
  await expect(stage.status()).toContainText("Branch main can be taken for");
  await stage.chooseDesign("rfc-osync");
  await stage.branch(/^main has 8 steps/).click();
  await stage.slider().fill("8");
  const link = await page.evaluate(() => window.extentscope.link());
  await page.goto("about:blank");
  await stage.open(`./#${link}`);
  await expect(stage.place()).toHaveText("step 8 of 8");
  await expect(stage.branch(/^b1 leaves main after step 3/)).toBeVisible();
});

test("a fork is marked over its step in the lanes, and an empty run has no branches", async ({ page, stage }) => {
  await stage.open();
  await stage.name().click();
  await page.keyboard.press("b");
  await expect(stage.status()).toContainText("There is nothing to branch from: take a step first.");
  await expect(stage.branches()).toBeHidden();
  for (let step = 0; step < 8; step++) await stage.forward().click();
  await stage.slider().fill("3");
  await stage.step("irq:io1").click();
  await still(page);
  const left = async (element: Locator) => (await element.boundingBox())?.x ?? 0;
  const fork = await left(stage.branch(/^b1 leaves main/).locator("i"));
  const step = await left(page.getByRole("gridcell", { name: "end_io A" }));
  expect(Math.abs(fork - step)).toBeLessThan(3);
});

test("the current branch is scrolled into view, even after many others", async ({ page, stage }) => {
  await stage.open();
  for (let step = 0; step < 8; step++) await stage.forward().click();
  await stage.name().click();
  for (let branch = 0; branch < 9; branch++) {
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("b");
    await page.keyboard.press("ArrowRight");
  }
  const shown = stage.branches().locator("[aria-current=true]");
  const isInSight = async () => {
    const [it, around] = [await shown.boundingBox(), await stage.branches().boundingBox()];
    return it && around && it.y >= around.y - 1 && it.y + it.height <= around.y + around.height + 1;
  };
  await expect(stage.branch(/^b9 /)).toHaveAttribute("aria-current", "true");
  await expect.poll(isInSight).toBe(true);
  for (let branch = 8; branch >= 0; branch--) {
    await page.keyboard.press("[");
    await expect(stage.branch(branch ? new RegExp(`^b${branch} `) : /^main /)).toHaveAttribute("aria-current", "true");
    await expect.poll(isInSight, `b${branch}`).toBe(true);
  }
});
