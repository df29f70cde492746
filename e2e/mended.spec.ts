// Faults found by using the page, with similar cases of each.

import { expect, test } from "./fixtures";

test("after a click on a layer and Escape the arrows go on with the run", async ({ page, stage }) => {
  await stage.open();
  for (const name of ["a direct read returns", "ES tree", "media"]) {
    const before = await stage.place().textContent();
    await stage.object(name).click();
    await page.keyboard.press("Escape");
    await page.keyboard.press("ArrowRight");
    await expect(stage.place(), name).not.toHaveText(before ?? "");
  }
  // The same for a block in a picture, while its inspector is open and after it was closed.
  const before = await stage.place().textContent();
  await page.getByRole("grid", { name: /^File a\./ }).getByRole("gridcell").first().click();
  await page.keyboard.press("ArrowLeft");
  await expect(stage.place()).not.toHaveText(before ?? "");
  await page.keyboard.press("Escape");
  await page.keyboard.press("ArrowRight");
  await expect(stage.place()).toHaveText(before ?? "");
});

test("the inspector leaves threads and waits in sight where the deadlock is looked at", async ({ page, stage }) => {
  for (const size of [{ width: 1440, height: 900 }, { width: 1280, height: 720 }]) {
    await page.setViewportSize(size);
    await stage.open();
    await stage.choose("S7", "rfc-osync");
    await stage.runOut();
    for (const key of ["", "d"]) {
      await stage.panel("Threads").getByRole("button", { name: "kworker:1" }).first().click();
      if (key) await page.keyboard.press(key);
      const box = async (locator: ReturnType<typeof stage.panel>) => (await locator.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
      const inspector = await box(page.locator(".area-inspector"));
      for (const name of ["Threads", "Waits for"]) {
        await expect(stage.panel(name)).toBeVisible();
        expect((await box(stage.panel(name))).x, name).toBeGreaterThanOrEqual(inspector.x + inspector.width);
      }
      await page.keyboard.press("Escape");
    }
  }
});

test("a run that another design takes only so far is no damaged link", async ({ page, stage }) => {
  await stage.open();
  await stage.choose("S7", "rfc-osync");
  for (let step = 0; step < 12; step++) await stage.forward().click();
  await stage.chooseDesign("rfc-v1");
  await expect(stage.status()).toContainText("Kept the first");
  const place = await stage.place().textContent();
  await page.reload();
  await stage.isReady();
  await expect(stage.status()).toContainText("Kept the first");
  await expect(stage.status()).not.toContainText("damaged");
  await expect(stage.place()).toHaveText(place ?? "");
});

test("quick steps and a reload lose nothing", async ({ page, stage }) => {
  await stage.open();
  await stage.name().click();
  for (let step = 0; step < 5; step++) await page.keyboard.press("ArrowRight");
  await page.reload();
  await stage.isReady();
  await expect(stage.place()).toHaveText("step 5 of 5");
});

test("of two numbers the one that is wrong is blamed", async ({ stage }) => {
  await stage.open();
  await stage.runScript("file a 8 blocks\nt1: dio_read 0 -1\n");
  await expect(stage.scriptError()).toContainText("line 2, column 16");
  await expect(stage.scriptError()).toContainText("`-1`");
});

test("four next steps are seen whole at 1440 by 900", async ({ stage }) => {
  await stage.open("./#v0;design=rfc-osync;preset=S7;choices=t1,t1,t1,t1,t1,t1,irq:io1,irq:io1,irq:io2,irq:io2,kworker:1,kworker:1,kworker:1,kworker:1,kworker:1,kworker:1");
  const steps = stage.panel("Next steps").getByRole("list").getByRole("button");
  await expect(steps).toHaveCount(4);
  for (const step of await steps.all()) await expect(step).toBeInViewport({ ratio: 1 });
});

test("after a power cut no thread goes back to an earlier operation", async ({ page, stage }) => {
  await stage.open("./#v0;design=rfc-v1;preset=S4;choices=t1,t1,t1,irq:io1,irq:io1,irq:io1,t1,power");
  await page.keyboard.press("d");
  const row = page.getByRole("row", { name: /^t1 operation/ });
  await expect(row).toContainText("ended by the power cut");
});

test("a promise that never came up is told as a promise", async ({ page, stage }) => {
  await stage.open();
  await stage.choose("S7", "rfc-osync");
  await page.getByRole("button", { name: "Explore" }).click();
  const explorer = page.getByRole("dialog", { name: "Explorer" });
  await explorer.getByRole("button", { name: "Search this script" }).click();
  const row = explorer.getByRole("listitem").filter({ hasText: "KEEP-DELAYED" });
  await expect(row).toContainText("delayed entries leave only by allocation or truncation");
  await expect(row).toContainText("This happens in no run: ");
});

test("the matrix opens with the bad runs that are known, and has columns for what needs a knob", async ({ page, stage }) => {
  await stage.open();
  await page.getByRole("button", { name: "Explore" }).click();
  const explorer = page.getByRole("dialog", { name: "Explorer" });
  const cell = (name: RegExp) => explorer.getByRole("button", { name });
  await expect(cell(/^S7 under rfc-osync: NO-DEADLOCK is broken in 16 steps; known before/)).toBeVisible();
  await expect(cell(/^H-e1 under rfc-osync \+decrement=after_sync: NO-DEADLOCK is broken/)).toBeAttached();
  await cell(/^H-h under rfc-v1 \+worker_via_es: FSYNC-DURABLE is broken/).click();
  await expect(page.getByRole("combobox", { name: "scenario" })).toHaveValue("H-h");
  await expect(stage.verdict()).toContainText("Promise broken");
});
