// The course: predict, take the steps, read the reason.

import { accessibilityFaults, expect, test } from "./fixtures";
import type { Locator, Page } from "@playwright/test";

const card = (page: Page) => page.getByRole("region", { name: "Lesson" });
const go = (page: Page, name: string | RegExp) => card(page).getByRole("button", { name });
const told = (page: Page): Locator => card(page).getByRole("status", { name: "What the lesson says" });

test("the greeting leads to the first lesson, which locks its steps until the reader predicts", async ({ page, stage }) => {
  await page.goto(".");
  await stage.isReady();
  await stage.greeting().getByRole("link", { name: /Start the lessons/ }).click();
  await expect(card(page).getByRole("combobox", { name: "Lesson" })).toHaveValue("0");
  await expect(card(page)).toContainText("stop 1 of 4");
  for (let step = 0; step < 3; step++) await page.keyboard.press("ArrowRight");
  await go(page, "Continue").click();
  await expect(card(page)).toContainText("What does a read return that follows the disk tree now?");
  await page.keyboard.press("ArrowRight");
  await expect(page.getByText("The step is locked: answer the lesson's question first.")).toBeVisible();
  await card(page).getByRole("button", { name: "A", exact: true }).click();
  await go(page, "Take the step").click();
  await expect(told(page)).toContainText("Wrong. The answer is: zeroes.");
  await expect(told(page)).toContainText("A read fills in zeroes");
});

test("a lesson can be done by keyboard alone", async ({ page, stage }) => {
  await stage.open("#lesson=1.2");
  await go(page, "zeroes").focus();
  await page.keyboard.press("Enter");
  await expect(card(page).getByText("your answer")).toBeVisible();
  for (let step = 0; step < 2; step++) await page.keyboard.press("ArrowRight");
  await expect(told(page)).toContainText("Right: zeroes.");
  await expect(told(page)).toContainText("This breaks the promise RAW");
  await go(page, "Continue").focus();
  await page.keyboard.press("Enter");
  await expect(card(page)).toContainText("stop 3 of 3");
});

test("the link contains the progress and the answer", async ({ page, stage }) => {
  await stage.open("#lesson=2.2");
  await go(page, "zeroes").click();
  await page.keyboard.press("ArrowRight");
  await expect(page).toHaveURL(/lesson\.2\.2a2/);
  const address = page.url();
  await page.goto("about:blank");
  await page.goto(address);
  await stage.isReady();
  await expect(card(page)).toContainText("stop 2 of 3");
  await expect(card(page).getByText("your answer")).toBeVisible();
});

test("a lesson shows its panels, and all of them when asked", async ({ page, stage }) => {
  await stage.open("#lesson=2");
  await expect(stage.panel("Tree")).toBeVisible();
  await expect(stage.panel("Script")).toBeHidden();
  await expect(stage.panel("Threads")).toBeHidden();
  await go(page, "all panels").click();
  await expect(stage.panel("Script")).toBeVisible();
  await expect(stage.panel("Threads")).toBeVisible();
});

test("a reader who leaves the path is led back", async ({ page, stage }) => {
  await stage.open("#lesson=2.2a2");
  for (let step = 0; step < 3; step++) await page.keyboard.press("ArrowRight");
  await card(page).getByRole("combobox", { name: "the same under" }).selectOption("rfc-dirty");
  await expect(told(page)).toContainText("You have left the lesson's path.");
  await expect(page.getByRole("combobox", { name: "design" })).toHaveValue("rfc-dirty");
  await go(page, "Return to the lesson").click();
  await expect(card(page)).toContainText("stop 2 of 3");
  await go(page, "leave").click();
  await expect(card(page)).toBeHidden();
});

test("an unknown lesson is explained", async ({ page, stage }) => {
  await stage.open("#lesson=12");
  await expect(page.getByText("there is no lesson 12")).toBeVisible();
});

for (const [width, height] of [[1440, 900], [1280, 720], [1024, 768], [390, 844]] as const) {
  test(`at ${width} by ${height} axe finds nothing in a lesson`, async ({ page, stage }) => {
    await page.setViewportSize({ width, height });
    await stage.open("#lesson=5.4");
    expect(await accessibilityFaults(page)).toEqual([]);
    await go(page, "nobody").click();
    expect(await accessibilityFaults(page), "answered").toEqual([]);
  });
}

test("a new stop moves the focus to its first answer", async ({ page, stage }) => {
  await stage.open();
  await page.getByRole("button", { name: "About" }).click();
  await stage.greeting().getByRole("link", { name: /Start the lessons/ }).click();
  await expect(page.getByRole("button", { name: "Play 3 steps" })).toBeFocused();
  for (let step = 0; step < 3; step++) await page.keyboard.press("ArrowRight");
  await expect(go(page, "Continue")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(card(page).getByRole("button", { name: "A", exact: true })).toBeFocused();
});

test("the step after which the deadlock was certain is marked once the reader has answered", async ({ page, stage }) => {
  await stage.open("#lesson=5.5");
  await expect(page.getByText("no return", { exact: true })).toBeHidden();
  await go(page, "when t1 locked the file for B, step 5").click();
  await expect(page.getByText("no return", { exact: true })).toBeVisible();
});
