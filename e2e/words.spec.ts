// Explained words: by pointer, focus and tap; the list of all words; the legend.

import { accessibilityFaults, expect, test } from "./fixtures";

test("a word says what it means to the pointer and to the focus, and Escape hides it", async ({ page, stage }) => {
  await stage.open();
  await stage.forward().click();
  const counter = stage.panel("Strata").getByText("i_unwritten", { exact: true });
  const meaning = page.getByRole("tooltip");
  await counter.hover();
  await expect(meaning).toContainText("count of writes whose conversion is pending");
  await stage.name().hover();
  await expect(meaning).toBeHidden();
  await counter.focus();
  await expect(meaning).toContainText("count of writes");
  await expect(counter).toHaveAccessibleDescription(/count of writes whose conversion is pending/);
  await page.keyboard.press("Escape");
  await expect(meaning).toBeHidden();
  await counter.click();
  await expect(meaning).toBeVisible();
  expect(await accessibilityFaults(page)).toEqual([]);
});

test("every word stands in a list, promises too", async ({ page, stage }) => {
  await stage.open();
  await stage.name().click();
  await page.keyboard.press("W");
  const words = page.getByRole("dialog", { name: "Words" });
  await expect(words.getByRole("term")).not.toHaveCount(0);
  expect(await words.getByRole("term").count()).toBeGreaterThan(50);
  await expect(words).toContainText("NO-DEADLOCK, a promise");
  expect(await accessibilityFaults(page)).toEqual([]);
});

test("the legend unfolds on the stage, and an inspector begins with what its object is", async ({ page, stage }) => {
  await stage.open();
  await page.getByText("Legend", { exact: true }).click();
  await expect(stage.panel("Strata")).toContainText("U: unwritten, read as zeroes");
  await page.getByText("Legend", { exact: true }).click();
  await stage.object("ES tree").click();
  await expect(stage.inspector("ES tree")).toContainText("The extent status tree: the map in memory");
});

test("a star is drawn only where there is a dirty bit, a pending conversion outside the node", async ({ page, stage }) => {
  await stage.open();
  const tree = page.getByRole("tree", { name: /^Tree of file a/ });
  await stage.choose("S2", "rfc-v1");
  await page.getByRole("group", { name: "Known bad runs" }).getByRole("button", { name: "Show a run that breaks RAW" }).click();
  await stage.slider().fill("4");
  await expect(tree).toContainText("W");
  await expect(tree).not.toContainText("W*");
  await expect(tree).toContainText("pending");
  await stage.chooseDesign("rfc-dirty");
  await expect(tree).toContainText("W*");
});

test("the caption says that the shrinker kept an entry, and why", async ({ page, stage }) => {
  await stage.open("./#v0;design=rfc-dirty;preset=S2;choices=t1,t1,t1,irq:io1,irq:io1,irq:io1,t1,shrinker");
  await expect(stage.status()).toContainText("it keeps [0/8), because the disk tree is behind it");
});
