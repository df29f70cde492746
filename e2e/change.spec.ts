// The change beside the state: what the design's functions do, compared with another design.

import { accessibilityFaults, expect, test } from "./fixtures";

test("the change marks the patch's hunks, the next line of each actor and the lines that differ", async ({ page, stage }) => {
  await stage.open();
  await stage.choose("S2", "v3.8");
  await stage.chooseDesign("rfc-v1");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Show the change, in pseudo-code" }).click();
  const change = page.getByRole("region", { name: "The change" });
  await expect(change.getByRole("combobox", { name: "against" })).toHaveValue("v3.8");
  await expect(change).toContainText("RFC, page-io.c: added");
  await expect(change).toContainText("RFC, page-io.c: moved here from the worker");
  await expect(change).toContainText("RFC, indirect.c: removed");
  const line = (text: string) => change.getByRole("listitem").filter({ hasText: text });
  await expect(line("slot = take a slot").first()).toContainText("next: t1");
  await stage.forward().click();
  await expect(line("lock i_mutex").first()).toContainText("next: t1");
  expect(await accessibilityFaults(page)).toEqual([]);
  // Another design: the differing lines are those between the two designs.
  await stage.chooseDesign("rfc-dirty");
  await expect(change.getByRole("combobox", { name: "against" })).toHaveValue("rfc-v1");
  await change.getByText("1 knob of rfc-dirty differs from rfc-v1").click();
  await expect(change).toContainText("dirty_bit=pending");
  await expect(line("but none that is marked").last()).toContainText("added");
  // The link keeps the panel and the design that it is compared with.
  const link = await page.evaluate(() => window.extentscope.link());
  await page.goto("about:blank");
  await stage.open(`./#${link}`);
  await expect(change.getByRole("combobox", { name: "against" })).toHaveValue("rfc-v1");
  await change.getByRole("button", { name: "Close the change" }).click();
  await expect(change).toBeHidden();
  await expect(stage.script()).toBeVisible();
});

test("the line that broke the promise is marked, and so are those of the deadlock", async ({ page, stage }) => {
  await stage.open();
  await stage.choose("S2", "rfc-v1");
  await page.getByRole("group", { name: "Known bad runs" }).getByRole("button", { name: "Show a run that breaks RAW" }).click();
  await stage.slider().fill("10");
  await stage.name().click();
  await page.keyboard.press("K");
  const change = page.getByRole("region", { name: "The change" });
  const line = (text: string) => change.getByRole("listitem").filter({ hasText: text });
  await expect(line("return the data").first()).toContainText("broke RAW");
  await stage.choose("S7", "rfc-osync");
  await stage.runOut();
  // Writes of half blocks have such a line too.
  await expect(line("wait until i_unwritten is 0").filter({ hasText: "stuck: kworker:1" })).toHaveCount(1);
});

test("a knob says what it decides and which lines it changes", async ({ page, stage }) => {
  await stage.open();
  await stage.choose("S7", "rfc-osync");
  await page.getByRole("button", { name: "Knobs" }).click();
  const knobs = page.getByRole("dialog", { name: "Knobs" });
  await expect(knobs).toContainText("Whether the worker drops i_unwritten before or after it calls fsync");
  await knobs.getByRole("combobox", { name: /^throttle/ }).selectOption("1");
  await expect(knobs).toContainText("+ wait while 1 conversion is pending");
});
