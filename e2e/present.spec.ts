// Presenter mode: large, without header and editor, controlled by the keys of presenters' remotes.

import { accessibilityFaults, expect, test } from "./fixtures";
import type { Page } from "@playwright/test";

const DEADLOCK =
  "v0;design=rfc-osync;preset=S7;choices=t1,t1,t1,t1,t1,t1,irq:io1,irq:io1,irq:io1,irq:io2,irq:io2,irq:io2,kworker:1,kworker:1,kworker:1,kworker:1,kworker:1,kworker:1";

const head = (page: Page) => page.getByRole("combobox", { name: "scenario" });

const size = (page: Page, selector: string) =>
  page.locator(selector).first().evaluate((it) => parseFloat(getComputedStyle(it).fontSize));

test("P begins and ends it; header and editor are gone, and the link brings it back", async ({ page, stage }) => {
  await stage.open(`#${DEADLOCK}`);
  await page.keyboard.press("P");
  await expect(head(page)).toBeHidden();
  await expect(stage.script()).toBeHidden();
  await expect(stage.panel("Strata")).toBeVisible();
  await expect(page.getByRole("figure", { name: "Wait-for cycle" })).toBeVisible();
  await expect(page).toHaveURL(/;present=1;/);
  await page.reload();
  await stage.isReady();
  await expect(head(page)).toBeHidden();
  await page.keyboard.press("P");
  await expect(head(page)).toBeVisible();
  await expect(page).not.toHaveURL(/present=1/);
});

test("a remote's keys go on, go back and blank the screen", async ({ page, stage }) => {
  await stage.open("#v0;design=rfc-osync;preset=S7;present=1");
  await page.keyboard.press("PageDown");
  await page.keyboard.press("PageDown");
  await expect(stage.place()).toHaveText("step 2 of 2");
  await page.keyboard.press("PageUp");
  await expect(stage.place()).toHaveText("step 1 of 2");
  const blank = page.getByRole("button", { name: "Show the stage again" });
  for (const key of [".", "b"]) {
    await page.keyboard.press(key);
    await expect(blank).toBeVisible();
    await page.keyboard.press(key);
    await expect(blank).toBeHidden();
  }
  await page.keyboard.press("b");
  await page.keyboard.press("PageDown");
  await expect(blank, "going on shows the stage again").toBeHidden();
  await expect(stage.place()).toHaveText("step 2 of 2");
  await page.keyboard.press("Escape");
  await expect(head(page)).toBeVisible();
  // Outside of presenter mode the keys have their usual meaning.
  await page.keyboard.press("b");
  await expect(stage.branches()).toBeVisible();
});

test("a lesson is presented with the same key", async ({ page, stage }) => {
  await stage.open("#lesson=5;present=1");
  const card = page.getByRole("region", { name: "Lesson" });
  await expect(card).toBeVisible();
  const says = (await card.textContent()) ?? "";
  for (let step = 0; step < 12 && (await card.textContent()) === says; step++) await page.keyboard.press("PageDown");
  await expect(card).not.toHaveText(says);
});

test("the theme travels in the link once it is chosen", async ({ page, stage, context }) => {
  await stage.open();
  await page.getByRole("combobox", { name: "theme" }).selectOption("projector");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "projector");
  await expect(page).toHaveURL(/;theme=projector;/);
  const other = await context.newPage();
  await other.goto(page.url());
  await expect(other.locator("html")).toHaveAttribute("data-theme", "projector");
  await page.getByRole("combobox", { name: "theme" }).selectOption("auto");
  await expect(page).not.toHaveURL(/theme=/);
});

for (const [width, height] of [
  [1280, 720],
  [1024, 768],
]) {
  test(`at ${width} by ${height} it can be read from the last row, and nothing is out of sight`, async ({ page, stage }) => {
    await page.setViewportSize({ width, height });
    await stage.open(`#${DEADLOCK};present=1`);
    expect(await size(page, ".area-caption > .caption")).toBeGreaterThanOrEqual(28);
    for (const selector of [".segment b", ".station-box", ".station-arrow", ".lane-name"]) {
      expect(await size(page, selector), selector).toBeGreaterThanOrEqual(20);
    }
    const [scrollWidth, scrollHeight] = await page.evaluate(() => {
      const root = document.documentElement;
      return [root.scrollWidth, root.scrollHeight];
    });
    expect(scrollHeight).toBeLessThanOrEqual(height);
    expect(scrollWidth).toBeLessThanOrEqual(width);
    expect(await accessibilityFaults(page)).toEqual([]);
  });
}
