// Texts that nobody sees at the opening: they are fetched when they are first shown.

import { expect, test } from "./fixtures";

const isTexts = (url: URL) => url.pathname.endsWith("/texts_bg.wasm");

test("the change and the knobs say that their texts are being fetched, and then show them", async ({ page, stage }) => {
  const fetched: string[] = [];
  page.on("request", (request) => isTexts(new URL(request.url())) && fetched.push(request.url()));
  let release = () => {};
  const released = new Promise<void>((done) => (release = done));
  await page.route(isTexts, async (route) => {
    await released;
    await route.continue();
  });
  await stage.open();
  await stage.choose("S7", "rfc-osync");
  expect(fetched, "nothing of it at the opening").toEqual([]);
  await page.getByRole("button", { name: "Show the change, in pseudo-code" }).click();
  const change = page.getByRole("region", { name: "The change" });
  await expect(change).toContainText("Loading the texts.");
  await expect(change.getByRole("combobox", { name: "against" })).toHaveValue("v3.8");
  // A step in the meantime: the lines will be those of the last one.
  await stage.forward().click();
  release();
  const line = (text: string) => change.getByRole("listitem").filter({ hasText: text });
  await expect(line("lock i_mutex").first()).toContainText("next: t1");
  await expect(change).not.toContainText("Loading");
  await page.getByRole("button", { name: "Knobs" }).click();
  const knobs = page.getByRole("dialog", { name: "Knobs" });
  await expect(knobs).toContainText("A limit on conversions that are acknowledged and still pending.");
  await expect(knobs).not.toContainText("Loading");
  expect(fetched, "once for both").toHaveLength(1);
});

test("texts that cannot be fetched are told, and are there after another try", async ({ page, stage, console }) => {
  console.expect(/Failed to|ERR_|NetworkError|fetch/);
  await page.route(isTexts, (route) => route.abort());
  await stage.open();
  await stage.choose("S7", "rfc-osync");
  await page.getByRole("button", { name: "Show the change, in pseudo-code" }).click();
  const change = page.getByRole("region", { name: "The change" });
  const trouble = /These texts could not be loaded \(.+\)\. Check the connection and try again/;
  await expect(change).toContainText(trouble);
  // The page works all the same, and so do the knobs.
  await stage.forward().click();
  await expect(stage.place()).toHaveText("step 1 of 1");
  await expect(change).toContainText(trouble);
  await page.getByRole("button", { name: "Knobs" }).click();
  const knobs = page.getByRole("dialog", { name: "Knobs" });
  await expect(knobs).toContainText(trouble);
  await knobs.getByRole("combobox", { name: /^throttle/ }).selectOption("1");
  await expect(knobs).toContainText("rfc-osync +throttle=1");
  await page.unroute(isTexts);
  await knobs.getByRole("button", { name: "Try again" }).click();
  await expect(knobs).toContainText("+ wait while 1 conversion is pending");
  await expect(knobs.getByRole("button", { name: "Try again" })).toHaveCount(0);
  await knobs.getByRole("button", { name: "Close" }).click();
  await expect(change.getByRole("listitem").filter({ hasText: "wait while 1 conversion is pending" }).first()).toBeVisible();
  await expect(change).not.toContainText(trouble);
});

test("a link opens with the change, and its texts are fetched again by keyboard", async ({ page, stage, console }) => {
  console.expect(/Failed to|ERR_|NetworkError|fetch/);
  await stage.open();
  await stage.choose("S2", "rfc-v1");
  await page.getByRole("button", { name: "Show the change, in pseudo-code" }).click();
  const link = await page.evaluate(() => window.extentscope.link());
  await page.goto("about:blank");
  await page.route(isTexts, (route) => route.abort());
  await stage.open(`./#${link}`);
  const change = page.getByRole("region", { name: "The change" });
  await change.getByRole("button", { name: "Try again" }).focus();
  await page.unroute(isTexts);
  await page.keyboard.press("Enter");
  await expect(change.getByRole("group", { name: "Lines of the design" })).toBeFocused();
  await expect(change.getByRole("listitem").filter({ hasText: "slot = take a slot" }).first()).toContainText("next: t1");
});

test("while a run is stepped, what is open in the change stays open", async ({ page, stage }) => {
  await stage.open();
  await stage.choose("S7", "rfc-osync");
  await page.getByRole("button", { name: "Show the change, in pseudo-code" }).click();
  const change = page.getByRole("region", { name: "The change" });
  await change.getByText(/knobs? of rfc-osync differ/).click();
  await expect(change).toContainText("early=");
  await stage.forward().click();
  const next = change.getByRole("listitem").filter({ hasText: "next: t1" });
  await expect(next).toContainText("lock i_mutex");
  await expect(change.getByText(/^early=/)).toBeVisible();
});
