// Links: the address bar holds the whole run; copying; damaged, older and newer links.

import { expect, test } from "./fixtures";

test("the address of a run opens the same run at the same step", async ({ page, stage, context }) => {
  await stage.open();
  await stage.choose("S7", "rfc-osync");
  await stage.runOut();
  await stage.back().click();
  const place = (await stage.place().textContent()) ?? "";
  // The address is updated a few times a second.
  await expect.poll(() => page.evaluate(() => location.hash === `#${window.extentscope.link()}`)).toBe(true);
  await expect(page).toHaveURL(/#v2;d=rfc-osync;p=S7\.\w{4};c=[a-zA-Z0-9.]+;a=\d+;s=\w{4};k=\w{4}$/);
  const address = page.url();
  const other = await context.newPage();
  await other.goto(address);
  await expect(other.getByText(place, { exact: true })).toBeVisible();
  await expect(other.getByRole("combobox", { name: "design" })).toHaveValue("rfc-osync");
  const views = [page, other].map((one) => one.evaluate(() => JSON.stringify(window.extentscope.view())));
  const [here, there] = await Promise.all(views);
  expect(JSON.parse(there)).toEqual({ ...JSON.parse(here), notice: null });
});

test("a link shows what the page showed: tables, physical blocks, the inspector, the point of no return", async ({ page, stage, context }) => {
  await stage.open();
  await stage.choose("S7", "rfc-osync");
  await page.keyboard.press("e");
  const explorer = page.getByRole("dialog", { name: "Explorer" });
  await explorer.getByRole("button", { name: "Search this script" }).click();
  const deadlock = explorer.getByRole("listitem").filter({ hasText: "NO-DEADLOCK" });
  await deadlock.getByRole("button", { name: "shortest run, 16 steps" }).click();
  await page.getByRole("button", { name: "physical blocks" }).click();
  await page.getByRole("button", { name: "IO pipeline as a table" }).click();
  await stage.object("ES tree").click();
  const link = await page.evaluate(() => window.extentscope.link());
  const other = await context.newPage();
  await other.goto(new URL(`#${link}`, page.url()).href);
  await expect(other.getByRole("table", { name: "AIO slots 2 of 2" })).toBeVisible();
  await expect(other.getByRole("button", { name: "physical blocks" })).toHaveAttribute("aria-pressed", "true");
  await expect(other.getByText("no return", { exact: true })).toBeVisible();
  await expect(other.getByRole("complementary")).toContainText("ES tree");
  expect(await other.evaluate(() => window.extentscope.link())).toBe(link);
});

test("another link that is typed into the address bar is opened", async ({ page, stage }) => {
  await stage.open();
  await page.evaluate(() => (location.hash = "#v0;design=kara;preset=S1;choices=t1,t1;at=1"));
  await expect(stage.place()).toHaveText("step 1 of 2");
  await expect(page.getByRole("combobox", { name: "scenario" })).toHaveValue("S1");
});

test("a link that arrives while the address waits to be written is opened too", async ({ page, stage }) => {
  await stage.open();
  await page.evaluate(() => {
    const button = (name: string) => document.querySelector<HTMLButtonElement>(`[aria-label^="${name}"]`);
    // So many commands in a row that the address waits for a pause.
    for (let times = 0; times < 30; times++) {
      button("Step forward")?.click();
      button("Step back")?.click();
    }
    location.hash = "#v0;design=kara;preset=S1;choices=t1,t1;at=1";
    // Writes a waiting address at once, before the browser tells that the link has changed.
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await expect(stage.place()).toHaveText("step 1 of 2");
  await expect(page.getByRole("combobox", { name: "scenario" })).toHaveValue("S1");
});

test("a link of an older version makes no further entry of the history", async ({ page, stage, context }) => {
  await stage.open("#v0;design=kara;preset=S1;choices=t1,t1;at=1");
  await expect(page).toHaveURL(/#v2;d=kara;/);
  const other = await context.newPage();
  await other.goto(page.url());
  await expect(other.getByText("step 1 of 2", { exact: true })).toBeVisible();
  const [older, newer] = await Promise.all([page, other].map((one) => one.evaluate(() => history.length)));
  expect(older).toBe(newer);
});

test("back and forward in the browser lead to the run of the script before, and again to the one after", async ({ page, stage }) => {
  await stage.open();
  await stage.choose("S1", "rfc-v1");
  await stage.forward().click();
  await stage.forward().click();
  await stage.runScript("file a 4 blocks, U 0+4\nt1: aio_write io=0+4\n");
  await stage.forward().click();
  await expect(page).toHaveURL(/;t=.*;c=a;a=1;/);
  await page.goBack();
  await expect(stage.place()).toHaveText("step 2 of 2");
  await expect(page.getByRole("combobox", { name: "scenario" })).toHaveValue("S1");
  await page.goForward();
  await expect(stage.place()).toHaveText("step 1 of 1");
  await expect(stage.script()).toHaveValue(/^file a 4 blocks/);
  await page.goBack();
  await page.goBack();
  await expect(page.getByRole("combobox", { name: "scenario" })).toHaveValue("S7");
});

test("a damaged link says what is damaged and shows the rest", async ({ page, stage }) => {
  await stage.open("#v1;d=kara;p=S7;c=aa?b;a=1");
  await expect(stage.status()).toContainText("the link is cut off");
  await expect(stage.status()).toContainText("choice 3 is not readable: `?b` names none");
  await expect(stage.place()).toHaveText("step 1 of 2");
  // A damaged link stays in the address bar until the next command, so that it can be corrected.
  expect(await page.evaluate(() => location.hash)).toBe("#v1;d=kara;p=S7;c=aa?b;a=1");
  await stage.forward().click();
  await expect(page).toHaveURL(/#v2;d=kara;p=S7\.\w{4};c=a2;a=2;/);
});

test("the address holds the run before the first step", async ({ page, stage }) => {
  await stage.open();
  await expect(page).toHaveURL(/#v2;d=rfc-osync;p=S7\.\w{4};c=;a=0;s=\w{4};k=\w{4}$/);
});

test("after a power cut a preset's link is still short", async ({ page, stage }) => {
  await stage.open();
  await stage.choose("S7", "rfc-osync");
  for (let step = 0; step < 7; step++) await stage.forward().click();
  await page.getByRole("button", { name: "power cut" }).click();
  await expect(page).toHaveURL(/#v2;d=rfc-osync;p=S7\.\w{4};e=11\.0\.allow\+crash\+1~0a;c=/);
  const link = await page.evaluate(() => `#${window.extentscope.link()}`);
  expect(link.length).toBeLessThanOrEqual(200);
});

test("a link of a newer version is explained", async ({ stage }) => {
  await stage.open("#v7;d=kara;p=S7;c=a;z=9");
  await expect(stage.status()).toContainText("the link is of version 7, and this page knows those up to 2");
  await expect(stage.place()).toHaveText("step 1 of 1");
});

test("the link, the script, the steps and the run as a mail can be copied", async ({ page, stage, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await stage.open();
  await stage.choose("S7", "rfc-osync");
  await stage.runOut();
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await page.getByRole("button", { name: "Copy link" }).click();
  await expect(stage.status()).toContainText("Copied: the link.");
  expect(await clipboard()).toMatch(/^http.*#v2;d=rfc-osync;p=S7/);
  await page.getByRole("button", { name: "Copy script" }).click();
  await expect(stage.status()).toContainText("Copied: the script.");
  expect(await clipboard()).toBe(await stage.script().inputValue());
  await stage.name().click();
  await page.keyboard.press("t");
  await expect(stage.status()).toContainText("Copied: the steps.");
  const steps = await clipboard();
  expect(steps).toMatch(/^ +1 {2}t1 /m);
  expect(Math.max(...steps.split("\n").map((line) => line.length))).toBeLessThanOrEqual(78);
  await page.keyboard.press("y");
  await expect(stage.status()).toContainText("Copied: the mail.");
  const mail = (await clipboard()).trimEnd().split("\n");
  expect(mail[0]).toMatch(/^extentscope /);
  expect(mail.join("\n")).toContain("*** DEADLOCK ***");
  const link = mail.pop();
  expect(Math.max(...mail.map((line) => line.length))).toBeLessThanOrEqual(78);
  await page.goto("about:blank");
  await page.goto(link ?? "");
  await stage.isReady();
  await expect(stage.verdict()).toContainText("Deadlock");
});
