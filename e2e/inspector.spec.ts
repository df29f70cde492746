// The inspector: every object shows its fields, its history and its origin in the kernel; two
// consecutive states are shown side by side.

import { accessibilityFaults, expect, test } from "./fixtures";
import { still } from "./held";

test("an object opens its fields, its history and its source, and the link keeps it open", async ({ page, stage }) => {
  await stage.open();
  await stage.runOut();
  await stage.object("ES tree").click();
  const inspector = stage.inspector("ES tree");
  await expect(inspector).toContainText("struct ext4_es_tree fs/ext4/extents_status.h");
  await inspector.getByRole("button", { name: /^7 irq:io1: \[0\/4\) U@1000 → W@1000, conversion pending/ }).click();
  await expect(stage.place()).toHaveText(/^step 7 of/);
  await inspector.getByRole("button", { name: "Next event" }).click();
  await expect(stage.place()).toHaveText(/^step 10 of/);
  await page.getByRole("combobox", { name: "Look at" }).selectOption("write B");
  await expect(stage.inspector("write B")).toContainText("struct ext4_io_end");
  expect(await accessibilityFaults(page)).toEqual([]);
  const link = await page.evaluate(() => window.extentscope.link());
  await page.goto("about:blank");
  await stage.open(`./#${link}`);
  await expect(stage.inspector("write B")).toBeVisible();
});

test("two consecutive states are side by side, with their differences below", async ({ page, stage }) => {
  await stage.open();
  for (let step = 0; step < 7; step++) await stage.forward().click();
  await page.keyboard.press("d");
  const inspector = stage.inspector("What step 7 changed");
  const before = inspector.getByRole("grid", { name: /^File a after step 6\. ES tree: \[0\/8\) U@1000, \[0\/4\) changed\./ });
  const after = inspector.getByRole("grid", { name: /^File a after step 7\. ES tree: \[0\/4\) W@1000, .* \[0\/4\) changed\./ });
  const place = async (side: typeof before) => (await side.boundingBox()) ?? { x: 0, y: 0, height: 0 };
  await still(page);
  expect((await place(before)).y).toBe((await place(after)).y);
  await expect(before.getByRole("gridcell", { name: "changed" }).first()).toHaveAccessibleDescription("[0/4) changed in this step");
  const row = (name: string) => inspector.getByRole("row", { name, exact: true });
  await expect(row("write A stage submitted completed")).toBeVisible();
  await expect(row("ES tree [0/4) U@1000 W@1000, conversion pending")).toBeVisible();
  // The block lies beyond both writes.
  await expect(inspector.getByRole("table")).not.toContainText("12)");
  const last = inspector.getByRole("row").last();
  await last.scrollIntoViewIfNeeded();
  await expect(last).toBeInViewport({ ratio: 1 });
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.setViewportSize({ width: 390, height: 844 });
  expect((await place(after)).y).toBeGreaterThan((await place(before)).y + (await place(before)).height);
  await page.setViewportSize({ width: 1440, height: 900 });
  await stage.back().click();
  await expect(stage.inspector("What step 6 changed")).toContainText("after step 5");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("grid", { name: /^File a\./ })).toBeVisible();
});

test("later events are marked as such, and the ends cannot be passed", async ({ page, stage }) => {
  await stage.open();
  await stage.runOut();
  await stage.object("ES tree").click();
  const inspector = stage.inspector("ES tree");
  const turn = (name: string) => inspector.getByRole("button", { name });
  await expect(turn("Next event")).toHaveAttribute("aria-disabled", "true");
  await expect(turn("Previous event")).toHaveAttribute("aria-disabled", "false");
  await stage.slider().fill("3");
  await expect(turn("Previous event")).toHaveAttribute("aria-disabled", "true");
  await expect(turn("Next event")).toHaveAttribute("aria-disabled", "false");
  await expect(inspector.getByRole("button", { name: /^7 to come: irq:io1/ })).toBeVisible();
  await expect(inspector.getByRole("button", { name: /^3 t1/ })).toHaveAttribute("aria-current", "step");
  const options = page.getByRole("combobox", { name: "Look at" });
  await expect(options).toContainText("irq:io2");
  await expect(options).not.toContainText("irq:io3");
});

test("Escape closes it, and focus is where it was", async ({ page, stage }) => {
  await stage.open();
  await stage.object("committed").focus();
  await page.keyboard.press("Enter");
  await expect(stage.inspector("committed tree")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(stage.inspector("committed tree")).toBeHidden();
  await expect(stage.object("committed")).toBeFocused();
});

test("Escape gives focus back to the node of the tree that it was opened from", async ({ page, stage }) => {
  await stage.open();
  for (let step = 0; step < 8; step++) await stage.forward().click();
  await page.getByRole("tree", { name: /^Tree of file a/ }).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(stage.inspector("block 0")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(stage.inspector("block 0")).toBeHidden();
  await expect(page.locator(":focus")).toHaveRole("treeitem");
});

test("strata, tree and lanes are one stop of Tab each, and arrows go through their parts", async ({ page, stage }) => {
  await stage.open();
  for (let step = 0; step < 8; step++) await stage.forward().click();
  await page.getByRole("grid", { name: /^File a\./ }).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  await expect(page.locator(":focus")).toHaveAccessibleDescription(/^\[4\/4\) U@1004/);
  await page.keyboard.press("Enter");
  await expect(stage.inspector("block 4")).toBeVisible();
  await page.getByRole("tree", { name: /^Tree of file a/ }).focus();
  await page.keyboard.press("ArrowDown");
  await expect(page.locator(":focus")).toHaveRole("treeitem");
  await expect(stage.place(), "arrows inside a picture are not for the run").toHaveText("step 8 of 8");
  await page.getByRole("grid", { name: /^Lanes of/ }).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(stage.place()).toHaveText(/^step 3 of/);
});
