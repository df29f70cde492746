// After the first load everything works without network; the page offers a new version and never
// forces it; the page as one file opens from the disk.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { serve } from "./server.mjs";

const DIST = join(import.meta.dirname, "../dist");

test.use({ keepsPage: true });

/** Waits until everything is kept. */
async function isKept(page: Page) {
  await expect(page.locator("html")).toHaveAttribute("data-kept", "true");
}

test("after the first load the page, its texts, the explorer, the laboratory and the charts work without network", async ({ page, stage, console }) => {
  console.expect(/fetch|network|ERR_|Failed to|NetworkError|Loading failed|Service ?Worker/i);
  const server = await serve(DIST, 0, "/x/");
  await page.goto(server.url);
  await stage.isReady();
  await isKept(page);
  await server.close();
  // The address has a run by now: no greeting stands before it.
  await page.reload();
  await stage.isReady();
  await stage.forward().click();
  await expect(stage.place()).toHaveText("step 1 of 1");
  await modulesWork(page);
  await page.keyboard.press("C");
  await expect(page.getByRole("dialog", { name: "Charts" }).getByRole("button", { name: /^Close/ }).first()).toBeVisible();
  await page.keyboard.press("Escape");
});

test("a new version is offered and does not touch the run until it is asked for", async ({ page, stage, console }) => {
  console.expect(/fetch|Service ?Worker/i);
  const folder = mkdtempSync(join(tmpdir(), "extentscope-"));
  cpSync(DIST, folder, { recursive: true });
  const server = await serve(folder, 0, "/x/");
  await page.goto(server.url);
  await stage.isReady();
  await isKept(page);
  await stage.greeting().getByRole("button", { name: /Free stage/ }).click();
  for (let step = 0; step < 3; step++) await stage.forward().click();
  // Another version: the same files, with another name for the cache.
  const worker = join(folder, "sw.js");
  writeFileSync(worker, `${readFileSync(worker, "utf8").replace(/"[0-9a-f]{16}"/, '"0123456789abcdef"')}\n// another version\n`);
  await page.reload();
  await stage.isReady();
  const offer = page.getByRole("status").filter({ hasText: "A new version of this page is there." });
  await expect(offer).toBeVisible();
  await expect(stage.place()).toHaveText("step 3 of 3");
  await stage.forward().click();
  await offer.getByRole("button", { name: "Reload into it, with this run" }).click();
  await expect(offer).toBeHidden();
  await stage.isReady();
  await expect(stage.place()).toHaveText("step 4 of 4");
  await server.close();
  rmSync(folder, { recursive: true });
});

test("the page as one file opens from the disk, with its texts, the explorer and the laboratory", async ({ page, stage }) => {
  const folder = mkdtempSync(join(tmpdir(), "extentscope-"));
  const file = join(folder, "extentscope.html");
  execFileSync("node", [join(import.meta.dirname, "single.mjs"), DIST, file]);
  await page.goto(pathToFileURL(file).href);
  await stage.isReady();
  await stage.greeting().getByRole("button", { name: /Free stage/ }).click();
  await stage.forward().click();
  await expect(stage.place()).toHaveText("step 1 of 1");
  await modulesWork(page);
  rmSync(folder, { recursive: true });
});

/** Explorer, laboratory and texts come from files of their own. */
async function modulesWork(page: Page) {
  await page.getByRole("button", { name: "Explore" }).click();
  const explorer = page.getByRole("dialog", { name: "Explorer" });
  await explorer.getByRole("button", { name: "Search this script" }).click();
  await expect(explorer.getByRole("listitem").filter({ hasText: "NO-DEADLOCK" })).toContainText("broken");
  await page.keyboard.press("Escape");
  await page.keyboard.press("o");
  await expect(page.getByRole("dialog", { name: "Tree laboratory" })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("K");
  await expect(page.getByRole("region", { name: "The change" }).getByRole("listitem").filter({ hasText: "lock i_mutex" }).first()).toContainText("next: t1");
}
