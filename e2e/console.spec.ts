// The op console: the fields and the text agree, and an issued operation joins the run.

import { expect, test } from "./fixtures";

test("fields and the typed line agree", async ({ page, stage }) => {
  await stage.open();
  await page.getByRole("combobox", { name: "Operation" }).selectOption("dio_write");
  await page.getByRole("spinbutton", { name: "First block" }).fill("2");
  await page.getByRole("spinbutton", { name: "Blocks" }).fill("3");
  await page.getByRole("combobox", { name: "Durability" }).selectOption("O_SYNC");
  await expect(stage.operation()).toHaveValue("dio_write 2 3 sync=2");
  await stage.operation().fill("dio_read 8 4");
  await expect(page.getByRole("combobox", { name: "Operation" })).toHaveValue("dio_read");
  await expect(page.getByRole("spinbutton", { name: "First block" })).toHaveValue("8");
});

test("an issued operation joins its thread's script and the run stays where it is", async ({ page, stage }) => {
  await stage.open();
  await stage.choose("S1", "rfc-v1");
  await stage.forward().click();
  await stage.forward().click();
  await page.getByRole("combobox", { name: "Thread" }).selectOption({ label: "t2" });
  await stage.operation().fill("dio_read 0 4");
  await stage.operation().press("Enter");
  await expect(stage.script()).toHaveValue(/t2: dio_read 0 4\n$/);
  await expect(stage.place()).toHaveText("step 2 of 2");
  await stage.step("t2").click();
  await expect(stage.status()).toContainText("t2");
});

test("the error of a wrong operation has its column and the expected text", async ({ stage }) => {
  await stage.open();
  const script = await stage.script().inputValue();
  await stage.operation().fill("aio_write io=0+99");
  await stage.issue();
  await expect(stage.page.getByRole("form", { name: "Issue an operation" }).getByRole("status")).toHaveText(
    /^column 11: `io=0\+99`, expected at least one block, inside the first 16 of a$/,
  );
  await expect(stage.script()).toHaveValue(script);
});
