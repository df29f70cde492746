// A reader's own run becomes a question, sent as a link; the end of a good run says that other runs
// break a promise.

import { accessibilityFaults, expect, test } from "./fixtures";

test("a run of one's own is turned into a question, and who opens the link predicts first", async ({ page, stage, context, browserName }) => {
  if (browserName === "chromium") await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await stage.open();
  await stage.runScript("design rfc-v1\nmount dioread_nolock\nfile a 8 blocks, U 0+4\nt1: aio_write io=0+4\nt1: getevents\nt1: dio_read 0 4\n");
  const steps = await stage.runOut();
  await stage.slider().fill("3");
  await page.getByRole("button", { name: "question" }).click();
  const dialog = page.getByRole("dialog", { name: "Ask about this run" });
  await dialog.getByRole("combobox", { name: "question" }).selectOption("What does the last read of this run return?");
  expect(await accessibilityFaults(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Try it here" }).click();
  const link = await page.evaluate(() => window.extentscope.link());
  expect(link).toContain("ask.3.read");
  await page.goto("about:blank");
  await stage.open(`./#${link}`);
  const card = page.getByRole("region", { name: "Lesson" });
  await expect(card).toContainText("What does the last read of this run return?");
  await expect(stage.place()).toHaveText("step 3 of 3");
  await page.keyboard.press("ArrowRight");
  await expect(stage.status()).toContainText("answer the question first");
  await card.getByRole("button", { name: "zeroes" }).click();
  for (let step = 3; step < steps; step++) await stage.forward().click();
  await expect(page.getByRole("status", { name: "What the lesson says" })).toContainText("Wrong. The answer is: the data of a write.");
  expect(await accessibilityFaults(page)).toEqual([]);
  await card.getByRole("button", { name: "To the free stage" }).click();
  await expect(card).toBeHidden();
  await expect(stage.place()).toHaveText(`step ${steps} of ${steps}`);
});

test("the end of a good run says that other orders break, and shows one", async ({ page, stage }) => {
  await stage.open();
  await stage.choose("S2", "rfc-v1");
  await stage.runOut();
  await expect(stage.verdict()).toContainText("Finished");
  await expect(stage.status()).toContainText("This order of the steps keeps all promises; others break");
  await stage.status().getByRole("button", { name: "Show a run that breaks RAW" }).click();
  await page.keyboard.press("End");
  await expect(stage.verdict()).toContainText("Promise broken");
});
