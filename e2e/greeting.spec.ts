// The greeting: shown to a reader without a run, and not shown with one.

import { accessibilityFaults, expect, test } from "./fixtures";
import { holdModel } from "./held";

test("it is shown before the model is loaded, and says what can go wrong", async ({ page, stage }) => {
  const release = await holdModel(page);
  await page.goto(".");
  const greeting = stage.greeting();
  await expect(greeting).toBeVisible();
  await expect(greeting).toContainText("A write can be finished on the disk before the file system's map says so.");
  for (const layer of ["ES tree", "disk tree", "committed", "media"]) {
    await expect(greeting.getByRole("rowheader", { name: layer })).toBeVisible();
  }
  await expect(page.locator("html")).not.toHaveAttribute("data-ready", "true");
  expect(await accessibilityFaults(page)).toEqual([]);
  release();
  await stage.isReady();
  await expect(greeting, "the model's arrival does not close it").toBeVisible();
});

test("Escape closes it, and the stage behind it takes keys", async ({ page, stage }) => {
  await page.goto(".");
  await stage.isReady();
  await page.keyboard.press("Escape");
  await expect(stage.greeting()).toBeHidden();
  await page.keyboard.press("ArrowRight");
  await expect(page).toHaveURL(/;c=/);
});

test("the deadlock is one click away, even before the model is loaded", async ({ page, stage }) => {
  const release = await holdModel(page);
  await page.goto(".");
  await stage.greeting().getByRole("link", { name: /See the deadlock/ }).click();
  await expect(stage.greeting()).toBeHidden();
  release();
  await stage.isReady();
  await expect(page.getByText(/Deadlock/).first()).toBeVisible();
});

test("a reader who follows a link sees the run and no greeting", async ({ page, stage }) => {
  await stage.open("#v0;design=rfc-osync;preset=S7;choices=t1,t1,t1,irq:io1;at=3");
  await expect(stage.greeting()).toBeHidden();
  await expect(page.getByRole("combobox", { name: "scenario" })).toHaveValue("S7");
});

for (const [width, height] of [[1280, 720], [1024, 600], [390, 844]] as const) {
  test(`at ${width} by ${height} all of it is in sight`, async ({ page, stage }) => {
    await page.setViewportSize({ width, height });
    await page.goto(".");
    await expect(stage.greeting().getByRole("heading")).toBeInViewport({ ratio: 1 });
    await expect(stage.greeting().getByRole("button", { name: /Free stage/ })).toBeInViewport({ ratio: 1 });
  });
}
