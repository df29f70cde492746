// The reader's own script.

import { expect, test } from "./fixtures";

const OWN = `title one write and one read
slots 1
file a 8 blocks, U 0+4, W 4+4
t1: aio_write io=0+4
t2: dio_read 4 4
`;

test("a typed script runs", async ({ page, stage }) => {
  await stage.open();
  await stage.runScript(OWN);
  await expect(page.getByRole("combobox", { name: "scenario" })).toHaveValue("");
  await expect(stage.scriptError()).toBeEmpty();
  await stage.step("t2").click();
  await stage.runOut();
  await expect(stage.verdict()).toContainText("Finished");
  await stage.showTable("Strata");
  await expect(stage.panel("Strata").getByRole("row", { name: /^a direct read returns/ })).toContainText("[4/4) the file's old data");
});

test("the error of a wrong line has line, column and the expected text; the run stays", async ({ stage }) => {
  await stage.open();
  await stage.choose("S1", "rfc-v1");
  for (let step = 0; step < 4; step++) await stage.forward().click();
  const caption = await stage.status().textContent();
  await stage.runScript("file a 16 blocks, U 0+8\nt1: aio_writ io=0+4\n");
  await expect(stage.scriptError()).toHaveText(/^line 2, column 5: `aio_writ`, expected an operation: .*\(did you mean aio_write\?\)$/);
  await expect(stage.script()).toHaveAttribute("aria-invalid", "true");
  await expect(stage.script()).toHaveValue(/aio_writ io/);
  await expect(stage.place()).toHaveText("step 4 of 4");
  await expect(stage.status()).toHaveText(caption ?? "");
  // After the correction, it runs.
  await stage.runScript("file a 16 blocks, U 0+8\nt1: aio_write io=0+4\n");
  await expect(stage.scriptError()).toBeEmpty();
  await expect(stage.place()).toHaveText("step 0 of 0");
});

test("a script may name its design, and starting over forgets the run", async ({ page, stage }) => {
  await stage.open();
  await stage.runScript(`design v3.8\n${OWN}`);
  await expect(page.getByRole("combobox", { name: "design" })).toHaveValue("v3.8");
  await stage.forward().click();
  await page.getByRole("button", { name: "Start over" }).click();
  await expect(stage.place()).toHaveText("step 0 of 0");
});

test("a restarted run is in the browser's history, with its branches", async ({ page, stage }) => {
  await stage.open();
  for (let step = 0; step < 4; step++) await stage.forward().click();
  await stage.back().click();
  await stage.step("irq:io1").click();
  await expect(stage.branches()).toBeVisible();
  for (const key of ["Shift+Home", "Control+Enter"]) {
    await page.keyboard.press(key);
    await expect(stage.place()).toHaveText("step 0 of 0");
    await expect(stage.status()).toContainText("Started over. The browser's Back button returns to the previous run.");
    await page.goBack();
    await expect(stage.place()).toHaveText("step 4 of 4");
    await expect(stage.branches()).toBeVisible();
  }
});

test("edits that were not run are kept when a scenario is chosen, and come back", async ({ page, stage }) => {
  await stage.open();
  const back = page.getByRole("button", { name: "Bring edits back" });
  await expect(back).toBeHidden();
  await stage.script().fill(OWN);
  await stage.choose("S1");
  await expect(stage.script()).toHaveValue(/^title S1/);
  await expect(stage.status()).toContainText("Your edits are kept");
  await back.click();
  await expect(stage.script()).toHaveValue(OWN);
  await expect(back).toBeHidden();
  await expect(stage.script()).toBeFocused();
  // The same with keys. A text with an error is kept too.
  await stage.runScript("nonsense\n");
  await stage.forward().focus();
  await page.keyboard.press("1");
  await expect(stage.scriptError()).toBeEmpty();
  await page.keyboard.press("u");
  await expect(stage.script()).toHaveValue("nonsense\n");
});

test("keys reach, run and restart the script", async ({ page, stage }) => {
  await stage.open();
  await page.keyboard.press("s");
  await expect(stage.script()).toBeFocused();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(OWN);
  await page.keyboard.press("Control+Enter");
  await expect(stage.script()).toBeFocused();
  await expect(stage.script()).toHaveValue(OWN);
  await expect(page.getByRole("combobox", { name: "scenario" })).toHaveValue("");
  await stage.forward().click();
  await expect(stage.place()).toHaveText("step 1 of 1");
  await page.keyboard.press("Shift+Home");
  await expect(stage.place()).toHaveText("step 0 of 0");
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(stage.script()).toBeVisible(); // it was unfolded
});

test("a changed scenario is marked as changed", async ({ page, stage }) => {
  await stage.open();
  await page.keyboard.press("x");
  const scenario = page.getByRole("combobox", { name: "scenario" });
  await expect(scenario.locator("option:checked")).toHaveText("S7, changed");
  await stage.choose("S7");
  await expect(scenario.locator("option:checked")).toHaveText(/^S7: /);
  await expect(scenario.getByRole("option", { name: "own script" })).toHaveJSProperty("disabled", true);
});
