// The explorer: every interleaving in a worker, findings that open their runs, the matrix.

import { accessibilityFaults, expect, test } from "./fixtures";
import type { Page } from "@playwright/test";

async function open(page: Page) {
  await page.getByRole("button", { name: "Explore" }).click();
  const explorer = page.getByRole("dialog", { name: "Explorer" });
  await expect(explorer).toBeVisible();
  return explorer;
}

test("the deadlock is found, and its shortest run replays on the stage", async ({ page, stage }) => {
  await stage.open();
  await stage.choose("S7", "rfc-osync");
  const explorer = await open(page);
  await explorer.getByRole("button", { name: "Search this script" }).click();
  const deadlock = explorer.getByRole("listitem").filter({ hasText: "NO-DEADLOCK" });
  await expect(deadlock).toContainText("broken");
  await expect(deadlock).toContainText("After step 5 nothing can avoid it.");
  await expect(explorer).toContainText(/395 states, 842 transitions, depth 38, \d+ ms; complete/);
  expect(await accessibilityFaults(page), "with findings").toEqual([]);
  await deadlock.getByRole("button", { name: "shortest run, 16 steps" }).click();
  await expect(explorer).toBeHidden();
  await expect(stage.place()).toHaveText("step 16 of 16");
  await expect(stage.verdict()).toContainText("Deadlock");
  await expect(stage.status()).toContainText("After step 5 nothing can avoid it.");
  await expect(page.getByRole("grid", { name: /^Lanes of .* after step 5 nothing can avoid the end$/ })).toBeVisible();
  await expect(page.getByText("no return", { exact: true })).toBeVisible();
  await stage.back().click();
  await expect(stage.verdict()).toContainText("Running");
  await open(page);
  await deadlock.getByRole("button", { name: "fewest switches, 16 steps" }).click();
  await expect(stage.status()).toContainText("The run with the fewest switches that breaks NO-DEADLOCK. After step 5");
  await expect(page.getByText("no return", { exact: true })).toBeVisible();
});

test("a search can be paused and stopped, and says what it has not found", async ({ page, stage }) => {
  await stage.open();
  await stage.choose("S9", "kara-opt");
  const explorer = await open(page);
  await explorer.getByRole("button", { name: "Search this script" }).click();
  // By then a run that breaks BOUNDED is known.
  await expect(page.locator(".explorer-status")).toContainText(/depth [2-5]\d,/);
  await explorer.getByRole("button", { name: "Pause" }).click();
  await expect(explorer).toContainText("Paused.");
  await explorer.getByRole("button", { name: "Resume" }).click();
  await explorer.getByRole("button", { name: "Stop" }).click();
  await expect(explorer).toContainText("not complete, stopped.");
  const backlog = explorer.getByRole("listitem").filter({ hasText: "BOUNDED" });
  await expect(backlog).toContainText("The run with the fewest switches was not found: stopped.");
  await expect(backlog.getByRole("button", { name: "shortest run, 13 steps" })).toBeVisible();
});

test("the matrix fills in, and a cell opens its design", async ({ page, stage, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await stage.open();
  const explorer = await open(page);
  await explorer.getByRole("button", { name: "Fill the matrix" }).click();
  const status = page.locator(".explorer-status");
  await expect(status).toContainText("The matrix: 336 cells", { timeout: 30_000 });
  const cell = explorer.getByRole("button", { name: /^S7 under rfc-osync: NO-DEADLOCK is broken in 16 steps/ });
  await expect(cell).toBeVisible();
  const reduced = /^S9 under kara-opt: BOUNDED is broken in 13 steps; \d+ states, reduced/;
  await expect(explorer.getByRole("button", { name: reduced })).toBeVisible();
  await explorer.getByRole("button", { name: "Copy the matrix" }).click();
  await expect(explorer.getByRole("status")).toContainText("Copied: the matrix.");
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toMatch(/^S7 .* DEAD /m);
  expect(Math.max(...copied.split("\n").map((line) => line.length))).toBeLessThanOrEqual(78);
  await cell.click();
  await expect(stage.status()).toContainText("NO-DEADLOCK is broken in 16 steps; 395 states. After step 5 nothing can avoid it.");
  await expect(page.getByText("no return", { exact: true })).toBeVisible();
  await open(page);
  await explorer.getByRole("button", { name: /^S7 under v3\.8: every promise holds/ }).click();
  await expect(page.getByRole("combobox", { name: "design" })).toHaveValue("v3.8");
});

test("a new search takes the place of the one under way", async ({ page, stage }) => {
  await stage.open();
  const explorer = await open(page);
  await explorer.getByRole("button", { name: "Fill the matrix" }).click();
  await expect(page.locator(".explorer-status")).toContainText("Filling the matrix");
  await explorer.getByRole("button", { name: "Search this script" }).click();
  await expect(explorer).toContainText(/395 states, 842 transitions, depth 38, \d+ ms; complete/);
  await expect(explorer.getByRole("button", { name: "Stop" })).toBeHidden();
});

test("without workers the page searches by itself", async ({ page, stage }) => {
  await page.addInitScript(() => Object.assign(window, { Worker: undefined }));
  await stage.open();
  const explorer = await open(page);
  await explorer.getByRole("button", { name: "Search this script" }).click();
  await expect(explorer).toContainText(/complete/);
});

test("a worker that dies is reported, and another goes on", async ({ page, stage }) => {
  await page.addInitScript(() => {
    // The first worker comes up and then dies of its job.
    const Real = Worker;
    let first = true;
    class Mortal extends Real {
      set onmessage(hear: (event: MessageEvent) => void) {
        const dies = first;
        first = false;
        super.onmessage = (event: MessageEvent) => {
          if (dies && event.data[0] !== "ready") {
            this.onmessage_ended = true;
            hear(new MessageEvent("message", { data: ["died", 0, "out of memory."] }));
          } else {
            hear(event);
          }
        };
      }
      onmessage_ended = false;
    }
    Object.assign(window, { Worker: Mortal });
  });
  await stage.open();
  const explorer = await open(page);
  await explorer.getByRole("button", { name: "Fill the matrix" }).click();
  await expect(explorer.getByRole("status")).toContainText("The search of S1 under v3.8 ended early: out of memory. A new worker goes on.");
  await expect(explorer.getByRole("button", { name: /^S7 under rfc-osync: NO-DEADLOCK/ })).toBeVisible();
});

test("the explorer on a phone scrolls down, not sideways", async ({ page, stage }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await stage.open();
  const explorer = await open(page);
  await explorer.getByRole("button", { name: "Search this script" }).click();
  await expect(explorer).toContainText(/complete/);
  const overflow = await explorer.evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth);
  expect(overflow).toBeLessThanOrEqual(0);
});
