// Designs are values: any knob of any row can be turned, and contradicting knobs are refused.

import { accessibilityFaults, expect, test } from "./fixtures";

test("a knob is changed, named, run and changed back", async ({ page, stage }) => {
  await stage.open();
  await stage.choose("S7", "rfc-osync");
  await page.getByRole("button", { name: "Knobs" }).click();
  const knobs = page.getByRole("dialog", { name: "Knobs" });
  await knobs.getByRole("combobox", { name: /^decrement/ }).selectOption("after_sync");
  await expect(knobs).toContainText("rfc-osync +decrement=after_sync");
  await expect(knobs.getByText(/^rfc-osync: before_sync|^rfc-osync: /)).toBeVisible();
  expect(await accessibilityFaults(page), "with a knob turned").toEqual([]);
  await knobs.getByRole("button", { name: "Close" }).click();
  await expect(page.getByRole("combobox", { name: "design" })).toHaveValue("rfc-osync +decrement=after_sync");
  await expect(page).toHaveURL(/d=rfc-osync\+decrement=after_sync;/);
  await page.getByRole("button", { name: "Knobs" }).click();
  await knobs.getByRole("button", { name: "Back to rfc-osync" }).click();
  await knobs.getByRole("button", { name: "Close" }).click();
  await expect(page.getByRole("combobox", { name: "design" })).toHaveValue("rfc-osync");
});

test("contradictory knobs are rejected with the reason", async ({ page, stage }) => {
  await stage.open();
  await stage.choose("S1", "kara");
  await page.getByRole("button", { name: "Knobs" }).click();
  const knobs = page.getByRole("dialog", { name: "Knobs" });
  await knobs.getByRole("combobox", { name: /^es_version/ }).selectOption("v3.8");
  await expect(knobs.getByRole("status")).toContainText("es_version=v3.8 and es_content=delayed go together");
  await expect(page.locator("select").nth(1)).toHaveValue("kara");
  await knobs.getByRole("combobox", { name: /^es_content/ }).selectOption("delayed");
  await expect(knobs.getByRole("status")).toBeEmpty();
  await knobs.getByRole("button", { name: "Close" }).click();
  await expect(page.getByRole("combobox", { name: "design" })).toHaveValue("kara +es_version=v3.8 +es_content=delayed");
});

test("the knobs on a phone scroll down, not sideways", async ({ page, stage }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await stage.open();
  await page.getByRole("button", { name: "Knobs" }).click();
  const knobs = page.getByRole("dialog", { name: "Knobs" });
  expect(await knobs.evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth)).toBeLessThanOrEqual(0);
});
