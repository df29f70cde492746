// The thread's scenarios, stepped by hand to their ends.

import { accessibilityFaults, expect, test } from "./fixtures";

for (const design of ["v3.8", "rfc-v1", "rfc-osync"]) {
  test(`S1 runs to its end under ${design}, and the reader gets the write`, async ({ stage }) => {
    await stage.open();
    await stage.choose("S1", design);
    await expect(stage.verdict()).toContainText("Running");
    expect(await stage.runOut()).toBeGreaterThan(5);
    await expect(stage.verdict()).toContainText("Finished");
    await stage.showTable("Strata");
    await expect(stage.panel("Strata").getByRole("row", { name: /^a direct read returns/ })).toContainText("[0/8) data of write A");
    await expect(stage.panel("Strata").getByRole("row", { name: /^disk tree/ })).toContainText("[0/8) W@1000");
  });
}

test("lanes show who waits for what, who holds what and which bios are in flight", async ({ stage }) => {
  await stage.open();
  await stage.runOut();
  const lane = (name: RegExp) => stage.panel("Lanes").getByRole("row", { name });
  await expect(lane(/^t1/).getByTitle("t1 holds i_mutex of a")).toHaveCount(2);
  await expect(lane(/^t1/).getByRole("gridcell", { name: "waits" })).toHaveAttribute("title", "t1 waits for an event, in io_getevents");
  await expect(lane(/^kworker:1/).getByTitle(/holds a jbd2 handle/)).toHaveCount(1);
  await expect(lane(/^device/).getByText("bio A", { exact: true })).toHaveAttribute("title", "in flight: A");
});

test("S7 under rfc-osync ends in the deadlock, drawn and named", async ({ stage }) => {
  await stage.open();
  await stage.choose("S7", "rfc-osync");
  await stage.runOut();
  await expect(stage.verdict()).toContainText("Deadlock");
  await expect(stage.status()).toContainText("Deadlock: kworker:1 waits until i_unwritten is 0");
  await expect(stage.status()).toContainText("write B is on its own private list, which nobody else can run");
  const stations = stage.panel("Waits for").getByRole("figure", { name: "Wait-for cycle" }).getByRole("listitem");
  await expect(stations).toHaveText([/^kworker:1.*1 ?waits for$/, /^i_unwritten.*2 ?counts$/, /^write B.*3 ?moved on only by$/]);
  await expect(stage.step("kworker:1")).toHaveAttribute("aria-disabled", "true");
  await expect(stage.step("kworker:1")).toContainText("cannot: kworker:1 waits until i_unwritten is 0 (now 1)");
});

for (const design of ["v3.8", "rfc-v1"]) {
  test(`S7 does not deadlock under ${design}`, async ({ stage }) => {
    await stage.open();
    await stage.choose("S7", design);
    await stage.runOut();
    await expect(stage.verdict()).toContainText("Finished");
    await expect(stage.panel("Waits for")).toContainText("Nobody waits.");
  });
}

test("from the deadlock the reader can go back and avoid it", async ({ stage }) => {
  await stage.open();
  await stage.choose("S7", "rfc-osync");
  // The worker takes the list while only A is on it, so no task waits forever.
  for (let step = 0; step < 6; step++) await stage.forward().click();
  for (let step = 0; step < 3; step++) await stage.step("irq:io1").click();
  for (let step = 0; step < 3; step++) await stage.step("irq:io2").click();
  const before = await stage.place().textContent();
  await stage.runOut();
  await expect(stage.verdict()).toContainText("Deadlock");
  for (let step = 0; step < 4; step++) await stage.back().click();
  await expect(stage.verdict()).toContainText("Running");
  await expect(stage.place()).not.toHaveText(before ?? "");
});

test("memory pressure between acknowledgement and conversion breaks a promise, and the page says which", async ({ page, stage }) => {
  await stage.open();
  await stage.choose("S2", "rfc-v1");
  // Up to the acknowledgement of the write and the reaping of its event.
  for (let step = 0; step < 7; step++) await stage.forward().click();
  await stage.step("shrinker").click();
  for (let step = 0; step < 2; step++) await stage.forward().click();
  await expect(stage.verdict()).toContainText("Promise broken RAW since step 10");
  await expect(page.getByRole("grid", { name: /^Lanes of .*; RAW broken since step 10$/ })).toBeVisible();
  await expect(page.getByRole("img", { name: /; RAW broken since step 10$/ })).toBeVisible();
  await stage.slider().fill("4");
  await page.getByRole("button", { name: "Go to step 10: RAW broken" }).click();
  await expect(stage.place()).toHaveText(/^step 10 of/);
  await expect(stage.status()).toContainText("RAW is broken since step 10: the read returned zeroes, not write A, in [0/8); it promises that a read after an acknowledged write");
  await stage.showTable("Strata");
  await expect(stage.panel("Strata").getByRole("row", { name: /^a direct read returns/ })).toContainText("[0/8) breaks a promise");
  // With a dirty bit the entry stays, and the promise is kept.
  await stage.choose("S2", "rfc-dirty");
  for (let step = 0; step < 7; step++) await stage.forward().click();
  await stage.step("shrinker").click();
  for (let step = 0; step < 2; step++) await stage.forward().click();
  await expect(stage.verdict()).not.toContainText("Promise broken");
});

test("switching the design keeps the steps that the new one can take", async ({ stage }) => {
  await stage.open();
  await stage.choose("S7", "rfc-osync");
  await stage.runOut();
  await stage.chooseDesign("v3.8");
  await expect(stage.status()).toContainText(/Kept the first \d+ steps: under v3.8 the next one cannot be taken/);
  await stage.runOut();
  await expect(stage.verdict()).toContainText("Finished");
});

test("a reload keeps the run, which the address bar holds", async ({ page, stage }) => {
  await stage.open();
  await stage.forward().click();
  await expect(stage.place()).toHaveText("step 1 of 1");
  await expect(page).toHaveURL(/#v2;.*c=a;/);
  await page.reload();
  await stage.isReady();
  await expect(stage.place()).toHaveText("step 1 of 1");
});

test("a tree or a pipeline can be enlarged over its neighbours, and the link keeps it", async ({ page, stage }) => {
  await stage.open();
  const button = (panel: string) => page.getByRole("button", { name: `${panel}, larger` });
  await button("Tree").click();
  await expect(button("Tree")).toBeFocused();
  await expect(stage.panel("Strata")).toBeHidden();
  await expect(stage.panel("IO pipeline")).toBeHidden();
  const link = await page.evaluate(() => window.extentscope.link());
  await page.goto("about:blank");
  await stage.open(`./#${link}`);
  await expect(button("Tree")).toHaveAttribute("aria-pressed", "true");
  await button("Tree").click();
  await button("IO pipeline").click();
  await expect(stage.panel("Tree")).toBeHidden();
  expect(await accessibilityFaults(page)).toEqual([]);
  await button("IO pipeline").click();
  await expect(stage.panel("Strata")).toBeVisible();
});
