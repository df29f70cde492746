// Runs embedded in another page: read-only, with messages to the host and a link to the full page.

import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { accessibilityFaults, expect, test } from "./fixtures";
import type { FrameLocator, Page } from "@playwright/test";

/** A server of its own, so another origin, for the page around the frames. */
let host: Server;

test.beforeAll(async () => {
  const text = readFileSync(new URL("embeds.html", import.meta.url), "utf8");
  host = createServer((_, response) => {
    const body = text.replaceAll("PAGE", process.env.PAGE_URL ?? "");
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(body);
  });
  await new Promise<void>((done) => host.listen(0, "127.0.0.1", done));
});

test.afterAll(() => new Promise((done) => host.close(done).closeAllConnections()));

async function open(page: Page): Promise<(id: string) => FrameLocator> {
  await page.goto(`http://127.0.0.1:${(host.address() as AddressInfo).port}/embeds.html`);
  await expect(page.locator("#heard")).toContainText(/deadlock: ready 18 of 18, deadlock/);
  await expect(page.locator("#heard")).toContainText(/read: ready 1 of 3, running/);
  await expect(page.locator("#heard")).toContainText(/both: ready \d+ of \d+, running/);
  return (id) => page.frameLocator(`#${id}`);
}

test("three runs in frames show layers, lanes, caption and step bar, each in its theme", async ({ page }) => {
  const frame = await open(page);
  for (const [id, theme] of [["deadlock", "light"], ["read", "dark"], ["both", "projector"]]) {
    const here = frame(id);
    await expect(here.locator("html")).toHaveAttribute("data-theme", theme);
    await expect(here.getByRole("region", { name: "Strata", exact: true })).toBeVisible();
    await expect(here.getByRole("region", { name: "Lanes", exact: true })).toBeVisible();
    await expect(here.getByRole("status", { name: "What happened" })).toBeVisible();
    await expect(here.getByRole("button", { name: "Step forward" })).toBeVisible();
    for (const gone of ["scenario", "design"]) await expect(here.getByRole("combobox", { name: gone })).toBeHidden();
    await expect(here.getByRole("textbox", { name: "Script text" })).toBeHidden();
    await expect(here.getByRole("dialog")).toHaveCount(0);
  }
  await expect(frame("both").getByRole("region", { name: "Strata of B" })).toBeVisible();
});

test("a frame is looked at only: its run goes no further than it was sent", async ({ page }) => {
  const frame = (await open(page))("read");
  const forward = frame.getByRole("button", { name: "Step forward" });
  await forward.click();
  await forward.click();
  await expect(frame.getByText("step 3 of 3", { exact: true })).toBeVisible();
  await expect(forward).toHaveAttribute("aria-disabled", "true");
  await forward.click({ force: true });
  await expect(frame.getByText("step 3 of 3", { exact: true })).toBeVisible();
  for (const key of ["b", "x", "m", "P", "s"]) await forward.press(key);
  await expect(frame.getByRole("status", { name: "What happened" })).not.toContainText("branch");
  await expect(frame.getByRole("dialog")).toHaveCount(0);
  await frame.getByRole("region", { name: "Strata", exact: true }).getByText("ES tree").click({ force: true });
  await expect(frame.getByRole("complementary")).toBeHidden();
  await forward.press("Home");
  await expect(frame.getByText("step 0 of 3", { exact: true })).toBeVisible();
});

test("the page around a frame is told of steps, and moves it by messages", async ({ page }) => {
  const frame = (await open(page))("deadlock");
  const send = (message: object) =>
    page.evaluate((message) => {
      document.querySelector<HTMLIFrameElement>("#deadlock")?.contentWindow?.postMessage(message, "*");
    }, message);
  const heard = page.locator("#heard");
  await send({ extentscope: "ping" });
  await expect(heard).toContainText("deadlock: pong 18 of 18, deadlock");
  await send({ extentscope: "seek", step: 7 });
  await expect(frame.getByText("step 7 of 18", { exact: true })).toBeVisible();
  await expect(heard).toContainText("deadlock: step 7 of 18, running");
  await send({ extentscope: "seek", step: -1 });
  await expect(heard).toContainText("deadlock: error seek: expected a step, a whole number from 0");
  await send({ extentscope: "erase" });
  await expect(heard).toContainText("deadlock: error erase: expected ping, seek, open, theme");
  await send({ extentscope: "theme", theme: "dark" });
  await expect(frame.locator("html")).toHaveAttribute("data-theme", "dark");
  await frame.getByRole("button", { name: "Step forward" }).click();
  await expect(heard).toContainText("deadlock: step 8 of 18, running");
});

test("the full page opens with the run where the frame stands", async ({ page, context }) => {
  const frame = (await open(page))("read");
  await frame.getByRole("button", { name: "Step forward" }).click();
  const opened = context.waitForEvent("page");
  await frame.getByRole("link", { name: "Open the full page" }).click();
  const full = await opened;
  await expect(full.getByText("step 2 of 3", { exact: true })).toBeVisible();
  await expect(full.getByRole("combobox", { name: "scenario" })).toHaveValue("S2");
  expect(full.url()).not.toContain("embed=1");
  await expect(full.locator("html")).toHaveAttribute("data-theme", "dark");
});

test("axe finds nothing in an embedded run, and at the width of a phone it fits", async ({ page, stage }) => {
  await page.goto("?embed=1#v0;design=rfc-osync;preset=S7;choices=t1,t1,t1,t1,t1,t1,irq:io1,irq:io1,irq:io1");
  await stage.isReady();
  await expect(stage.greeting()).toBeHidden();
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.setViewportSize({ width: 390, height: 600 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});
