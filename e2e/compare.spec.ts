// Two designs in lock step: their columns, the first difference, the link, the mail, and the
// matrix.

import { accessibilityFaults, expect, test } from "./fixtures";
import type { Locator, Page } from "@playwright/test";

const about = (page: Page): Locator => page.getByRole("region", { name: "Two designs" });
const difference = (page: Page): Locator => page.getByRole("status", { name: "First difference" });
const second = (page: Page): Locator => page.getByRole("combobox", { name: "Second design" });
const column = (page: Page, name: string): Locator => page.getByRole("region", { name, exact: true });

async function compare(page: Page, design: string) {
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  await second(page).selectOption(design);
}

test("the first difference is said and marked, and then each goes its own way", async ({ page, stage }) => {
  await stage.open();
  await stage.choose("S7", "rfc-osync");
  await compare(page, "kara");
  await expect(column(page, "Strata of B")).toBeVisible();
  await expect(column(page, "Lanes of B")).toBeVisible();
  await stage.runOut();
  await expect(about(page)).toContainText(/A\s*rfc-osync\s*Deadlock/);
  await expect(about(page)).toContainText(/B\s*kara\s*Finished/);
  await expect(difference(page)).toContainText(/^First difference, step \d+: .*rfc-osync.*kara/);
  await expect(page.getByRole("grid", { name: /first difference at step \d+/ })).toHaveCount(2);
  await expect(page.getByRole("button", { name: /^Go to step \d+: first difference$/ })).toBeVisible();
  const knobs = page.getByRole("list", { name: "Knobs that differ" });
  await expect(knobs).toContainText(/ack.*changes steps? \d+/);
  await about(page).getByRole("button", { name: "Go to the first difference" }).click();
  const at = Number(/step (\d+)/.exec((await difference(page).textContent()) ?? "")?.[1]);
  await expect(stage.place()).toHaveText(new RegExp(`^step ${at} of`));
  expect(await accessibilityFaults(page)).toEqual([]);
});

test("step back, slider and keys move both sides, and the live region says both", async ({ page, stage }) => {
  await stage.open();
  await stage.choose("S7", "rfc-osync");
  await compare(page, "kara");
  await stage.runOut();
  const all = Number(await stage.slider().getAttribute("max"));
  await page.keyboard.press("Home");
  await expect(stage.place()).toHaveText(`step 0 of ${all}`);
  await page.keyboard.press("ArrowRight");
  await expect(stage.status()).toContainText(/A\s*Step 1\. .*B\s*Step 1\. /);
  await page.keyboard.press("ArrowLeft");
  await expect(stage.place()).toHaveText(`step 0 of ${all}`);
  await stage.slider().fill(String(all));
  await expect(stage.place()).toHaveText(`step ${all} of ${all}`);
  await expect(stage.status()).toContainText(new RegExp(`B\\s*Step ${all}\\.`));
  await expect(stage.status(), "the first side has stopped").toContainText(/A\s*Step \d+\. .*no step here/);
});

test("the link holds both sides, an old link opens one, and = ends it", async ({ page, stage, context }) => {
  await stage.open("#v0;design=rfc-osync|kara;preset=S7;choices=t1,t1,t1;at=2");
  await expect(second(page)).toHaveValue("kara");
  await expect(stage.place()).toHaveText("step 2 of 3");
  await stage.runOut();
  await stage.back().click();
  const link = await page.evaluate(() => window.extentscope.link());
  expect(link, "a mail program leaves every character alone").toMatch(/^v2;d=rfc-osync,kara;[\w;=,.+:~-]*$/);
  const other = await context.newPage();
  await other.goto(new URL(`#${link}`, page.url()).href);
  await expect(other.getByText((await stage.place().textContent()) ?? "", { exact: true })).toBeVisible();
  await expect(difference(other)).toHaveText((await difference(page).textContent()) ?? "");
  await page.keyboard.press("=");
  await expect(about(page)).toBeHidden();
  await page.evaluate(() => (location.hash = "#v0;design=rfc-v1;preset=S7;choices=t1"));
  await expect(stage.place()).toHaveText("step 1 of 1");
  await expect(about(page)).toBeHidden();
});

test("a step that only one side can take says so, and can be taken", async ({ page, stage }) => {
  await stage.open("#v0;design=v3.8|rfc-v1;preset=S1");
  for (let steps = 0; steps < 40; steps++) {
    const only = stage.panel("Next steps").getByRole("button", { name: "B only" });
    if (await only.count()) {
      const before = await stage.place().textContent();
      await only.first().click();
      await expect(stage.place()).not.toHaveText(before ?? "");
      await expect(stage.status()).toContainText(/A\s*Step \d+\. .*no step here/);
      return;
    }
    if ((await stage.forward().getAttribute("aria-disabled")) === "true") break;
    await stage.forward().click();
  }
  throw new Error("the designs never part");
});

test("the sides change places, and the mail has two columns", async ({ page, stage }) => {
  await stage.open("#v0;design=rfc-osync|kara;preset=S7");
  await stage.runOut();
  const mail = await page.evaluate(async () => {
    let copied = "";
    navigator.clipboard.writeText = async (text) => void (copied = text);
    document.querySelector<HTMLButtonElement>("[aria-label='Copy mail']")?.click();
    await new Promise((done) => setTimeout(done));
    return copied;
  });
  expect(mail).toMatch(/\ndesign A {2}rfc-osync\. Deadlock/);
  expect(mail).toMatch(/\ndesign B {2}kara\. Finished/);
  expect(mail).toMatch(/\nstep +A: rfc-osync +B: kara\n/);
  expect(mail).toMatch(/\n {5}\*\*\* First difference, step \d+/);
  for (const line of mail.trimEnd().split("\n").slice(0, -1)) expect(line.length, line).toBeLessThanOrEqual(78);
  await about(page).getByRole("button", { name: "swap A and B" }).click();
  await expect(page.getByRole("combobox", { name: "design", exact: true })).toHaveValue("kara");
  await expect(second(page)).toHaveValue("rfc-osync");
});

test("two cells of the matrix open both designs", async ({ page, stage }) => {
  await stage.open();
  await page.getByRole("button", { name: "Explore" }).click();
  const explorer = page.getByRole("dialog", { name: "Explorer" });
  await explorer.getByRole("button", { name: "Fill the matrix" }).click();
  const cell = (name: RegExp) => explorer.getByRole("button", { name });
  await expect(cell(/^S1 under v3\.8: /)).toBeVisible();
  await explorer.getByRole("button", { name: "Compare two cells" }).click();
  const status = explorer.getByRole("status", { name: "What to choose" });
  await expect(status).toContainText("will be A");
  await cell(/^S1 under v3\.8: /).click();
  await expect(status).toContainText("A is v3.8");
  await cell(/^S1 under rfc-nopblk: /).click();
  await expect(explorer).toBeHidden();
  const sides = about(page);
  await expect(sides).toContainText("v3.8");
  await expect(sides).toContainText("rfc-nopblk");
});

test("on a phone the sides stand one below the other, and nothing is wider than the screen", async ({ page, stage }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await stage.open("#v0;design=rfc-osync|kara;preset=S7;choices=t1,t1,t1,t1,t1,t1,irq:io1");
  const [one, other] = await Promise.all(
    ["Strata", "Strata of B"].map((name) => column(page, name).boundingBox()),
  );
  expect(other!.y).toBeGreaterThanOrEqual(one!.y + one!.height);
  expect(Math.abs(one!.x - other!.x)).toBeLessThan(1);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(await accessibilityFaults(page)).toEqual([]);
});
