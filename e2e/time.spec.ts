// Moving through a run by events.

import { expect, test } from "./fixtures";

test("to the next context switch, and back", async ({ page, stage }) => {
  await stage.open();
  await stage.switch("to the next").click();
  await expect(stage.place()).toHaveText("step 7 of 7");
  await page.keyboard.press("Shift+ArrowRight");
  await expect(stage.place()).toHaveText("step 10 of 10");
  await page.keyboard.press("Shift+ArrowLeft");
  await expect(stage.place()).toHaveText("step 7 of 10");
  await expect(stage.switch("back to the last")).toHaveAttribute("aria-disabled", "true");
  await page.keyboard.press("Shift+ArrowLeft");
  await expect(stage.status()).toContainText("No other actor steps before this.");
  await stage.runOut();
  await expect(stage.switch("to the next")).toHaveAttribute("aria-disabled", "true");
  await expect(stage.slider()).toHaveAttribute("aria-valuetext", "step 18 of 18");
});

test("to the next step of a thread and the next change of an object, and back", async ({ page, stage }) => {
  await stage.open();
  await stage.name().click();
  await page.keyboard.press(".");
  await expect(stage.status()).toContainText("Select a thread");
  await stage.panel("Lanes").getByRole("button", { name: "kworker:1" }).click();
  await page.keyboard.press(".");
  await expect(stage.panel("Lanes")).toContainText("take");
  await stage.object("disk tree").click();
  await page.keyboard.press(".");
  await expect(stage.status()).toContainText(/disk tree/);
  // The submission of the first write splits the extent.
  await page.keyboard.press(",");
  await expect(stage.status()).toContainText("Step 3. t1 maps [0/4)");
  await page.keyboard.press(",");
  await expect(stage.status()).toContainText("Nothing changes in disk tree before this.");
});
