// Any object opens its fields, its history and where in the kernel it comes from; two consecutive
// states stand side by side.

import { accessibilityFaults, expect, test } from "./fixtures";

test("an object opens its fields, its history and its source, and the link keeps it open", async ({ page, stage }) => {
  await stage.open();
  await stage.runOut();
  await stage.object("ES tree").click();
  const inspector = stage.inspector("ES tree");
  await expect(inspector).toContainText("struct ext4_es_tree fs/ext4/extents_status.h");
  await inspector.getByRole("button", { name: /^7 irq:io1: \[0\/8\) U@1000 no longer; \[0\/4\) W@1000/ }).click();
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

test("what a step changed stands side by side, with a sign and a word", async ({ page, stage }) => {
  await stage.open();
  for (let step = 0; step < 7; step++) await stage.forward().click();
  await page.keyboard.press("d");
  const inspector = stage.inspector("What step 7 changed");
  const change = (of: string) => inspector.getByRole("listitem").filter({ hasText: of });
  await expect(change("write A stage")).toContainText("changed");
  await expect(change("write A stage").getByRole("deletion")).toHaveText("submitted");
  await expect(change("write A stage").getByRole("insertion")).toHaveText("completed");
  await expect(change("ES tree [0/4)")).toContainText("added");
  await expect(change("ES tree [0/8)")).toContainText("removed");
  await stage.back().click();
  await expect(stage.inspector("What step 6 changed")).toContainText("added");
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
