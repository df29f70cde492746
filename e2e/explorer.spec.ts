// The explorer: every interleaving, searched in a worker, findings that open their runs, and the
// matrix.

import { accessibilityFaults, expect, test, trapIn } from "./fixtures";
import { HeldSearch } from "./held";
import { MATRIX } from "./states.mjs";
import type { Page } from "@playwright/test";

const FILLED = new RegExp(`^The matrix: ${MATRIX.cells} cells with ${MATRIX.states} states, after \\d+ ms of searching\\.$`);

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
  await expect(deadlock).toContainText("After step 5 it cannot be avoided.");
  await expect(explorer).toContainText(/395 states, 842 transitions, depth 38, \d+ ms; complete/);
  expect(await accessibilityFaults(page), "with findings").toEqual([]);
  await deadlock.getByRole("button", { name: "shortest run, 16 steps" }).click();
  await expect(explorer).toBeHidden();
  await expect(stage.place()).toHaveText("step 16 of 16");
  await expect(stage.verdict()).toContainText("Deadlock");
  await expect(stage.status()).toContainText("After step 5 it cannot be avoided.");
  await expect(page.getByRole("grid", { name: /^Lanes of .* after step 5 the end cannot be avoided$/ })).toBeVisible();
  await expect(page.getByText("no return", { exact: true })).toBeVisible();
  await stage.back().click();
  await expect(stage.verdict()).toContainText("Running");
  await open(page);
  await deadlock.getByRole("button", { name: "fewest switches, 16 steps" }).click();
  await expect(stage.status()).toContainText("The run with the fewest switches that breaks NO-DEADLOCK. After step 5");
  await expect(page.getByText("no return", { exact: true })).toBeVisible();
});

test("a search can be paused and stopped, and names the runs that it has not found", async ({ page, stage }) => {
  const search = await HeldSearch.on(page);
  await stage.open();
  await stage.choose("S9", "kara-opt");
  const explorer = await open(page);
  // By then a run that breaks BOUNDED is known.
  await search.hold(4000);
  await explorer.getByRole("button", { name: "Search this script" }).click();
  await expect(page.locator(".explorer-status")).toContainText(/ [4-9]\d{3} states, depth \d+, frontier \d+, \d+ thousand states a second, \d+ MB\. Estimate/);
  await explorer.getByRole("button", { name: "Pause" }).click();
  await expect(explorer).toContainText("Paused.");
  await explorer.getByRole("button", { name: "Resume" }).click();
  await explorer.getByRole("button", { name: "Stop" }).click();
  await expect(explorer).toContainText("not complete, stopped.");
  const backlog = explorer.getByRole("listitem").filter({ hasText: "BOUNDED" });
  // The reduced search came first and has found a run, which need not be the shortest.
  await expect(backlog).toContainText("By the reduced search: no step of it can be left out, but another run may be shorter.");
  await expect(backlog.getByRole("button", { name: /^a run, \d+ steps$/ })).toBeVisible();
});

test("a pause holds from the reduced search to the full one, and then it can go on or be stopped", async ({ page, stage }) => {
  const search = await HeldSearch.on(page);
  await stage.open();
  await stage.choose("S9", "kara-opt");
  const explorer = await open(page);
  const status = page.locator(".explorer-status");
  const paused = /^Searching S9 under kara-opt in full, for its shortest runs\. Paused\.$/;
  for (const goesOn of [true, false]) {
    await search.hold();
    await explorer.getByRole("button", { name: "Search this script" }).click();
    await expect(status).toContainText(/ states, depth /);
    await explorer.getByRole("button", { name: "Pause" }).click();
    // The worker of the reduced search finishes, as if the order had come too late.
    await search.release();
    await expect(status).toHaveText(paused);
    await explorer.getByRole("button", { name: goesOn ? "Resume" : "Stop" }).click();
    await expect(explorer.getByRole("button", { name: "Stop" })).toBeHidden();
    await expect(explorer).toContainText(goesOn ? "points of no return by a full search" : "Searched S9 under kara-opt: ");
  }
  await expect(explorer).toContainText(/because the full one covered only a part: by a full search: \d+ states, \d+ transitions, depth \d+, \d+ ms; not complete, stopped/);
});

test("the matrix fills in, and a cell opens its design", async ({ page, stage, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await stage.open();
  const explorer = await open(page);
  await explorer.getByRole("button", { name: "Fill the matrix" }).click();
  const status = page.locator(".explorer-status");
  await expect(status).toContainText(`The matrix: ${MATRIX.cells} cells`);
  const cell = explorer.getByRole("button", { name: /^S7 under rfc-osync: NO-DEADLOCK is broken in 16 steps/ });
  await expect(cell).toBeVisible();
  const reduced = /^S9 under kara-opt: BOUNDED is broken in 14 steps; \d+ states, reduced/;
  await expect(explorer.getByRole("button", { name: reduced })).toBeVisible();
  await explorer.getByRole("button", { name: "Copy the matrix" }).click();
  await expect(explorer.getByRole("status").first()).toContainText("Copied: the matrix.");
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toMatch(/^S7 .* DEAD /m);
  expect(Math.max(...copied.split("\n").map((line) => line.length))).toBeLessThanOrEqual(78);
  await expect(status).toContainText(FILLED);
  await cell.click();
  await expect(stage.status()).toContainText("NO-DEADLOCK is broken in 16 steps. After step 5 it cannot be avoided.");
  await expect(page.getByText("no return", { exact: true })).toBeVisible();
  await open(page);
  await explorer.getByRole("button", { name: /^S7 under v3\.8: every promise holds/ }).click();
  await expect(page.getByRole("combobox", { name: "design" })).toHaveValue("v3.8");
});

/** Fills the matrix with the key m and waits until it is full. */
async function fill(page: Page, cells: number) {
  await page.keyboard.press("m");
  const explorer = page.getByRole("dialog", { name: "Explorer" });
  await expect(page.locator(".explorer-status")).toContainText(`The matrix: ${cells} cells`);
  return explorer;
}

test("a reduced cell is searched in full before it opens, for its shortest run", async ({ page, stage }) => {
  const search = await HeldSearch.on(page);
  await stage.open();
  const explorer = await fill(page, MATRIX.cells);
  await search.hold();
  const cell = explorer.getByRole("button", { name: /^S9 under rfc-osync: BOUNDED is broken in 13 steps; \d+ states, reduced/ });
  await cell.click();
  await expect(page.locator(".explorer-status")).toContainText(/^Searching S9 under rfc-osync in full, for its shortest run\. \d+ states, depth/);
  await search.release();
  await expect(explorer).toBeHidden();
  await expect(stage.place()).toHaveText("step 13 of 13");
  await expect(stage.status()).toContainText("BOUNDED is broken in 13 steps. After step 13 it cannot be avoided.");
  await expect(stage.forward()).toBeFocused();
  await page.keyboard.press("e");
  await expect(explorer.getByRole("button", { name: /^S9 under rfc-osync: BOUNDED is broken in 13 steps; 473737 states, BOUN$/ })).toBeVisible();

  await search.hold();
  await explorer.getByRole("button", { name: /^S9 under kara-opt:/ }).click();
  await expect(page.locator(".explorer-status")).toContainText("Searching S9 under kara-opt in full");
  await explorer.getByRole("button", { name: "Stop" }).click();
  await expect(explorer).toBeHidden();
  await expect(stage.status()).toContainText("this run need not be the shortest, and its point of no return is not known.");
  await expect(page.getByText("no return", { exact: true })).toBeHidden();

  // A reader who closes the explorer meanwhile keeps the run on the page.
  await page.keyboard.press("e");
  await explorer.getByRole("button", { name: /^S9 under rfc-v1:/ }).click();
  await expect(page.locator(".explorer-status")).toContainText("Searching S9 under rfc-v1 in full");
  await page.keyboard.press("Escape");
  await search.release();
  await page.keyboard.press("e");
  await expect(page.locator(".explorer-status")).toContainText("Searched S9 under rfc-v1 in full: its cell opens the run.");
  await expect(explorer.getByRole("button", { name: /^S9 under rfc-v1: BOUNDED is broken in 13 steps; 473737 states, BOUN$/ })).toBeVisible();
});

test("m shows the matrix after any search, and a search continues while the dialog is closed", async ({ page, stage }) => {
  await stage.open();
  const explorer = await open(page);
  await explorer.getByRole("button", { name: "Search this script" }).click();
  await expect(explorer).toContainText(/395 states, 842 transitions/);
  await page.keyboard.press("Escape");
  await expect(explorer).toBeHidden();
  await expect(page.getByRole("button", { name: "Explore" })).toBeFocused();
  await page.keyboard.press("m");
  const scroll = explorer.getByRole("group", { name: "Designs by scenarios" });
  await expect(scroll).toBeFocused();
  await expect(explorer.getByRole("region", { name: "Verdict matrix" })).toBeInViewport();
  const top = await scroll.evaluate((element) => element.getBoundingClientRect().top);
  expect(top).toBeLessThan(300);
  await page.keyboard.press("Escape");
  await expect(explorer).toBeHidden();
  await expect.poll(() => page.locator(".explorer-status").textContent()).toMatch(FILLED);
  await open(page);
  await expect(explorer, "what was found is still there").toContainText(/395 states, 842 transitions/);
  await expect(explorer.getByRole("button", { name: /^S7 under rfc-osync: NO-DEADLOCK/ })).toBeVisible();
});

test("tried designs become columns, and can be left out", async ({ page, stage }) => {
  await stage.open();
  const tried = ["rfc-v1 +es_version=v3.11", "rfc-osync +dirty_bit=pending +writeback_cleared=converted"];
  for (const design of [...tried, "kara"]) await page.evaluate((name) => window.extentscope.design(name), design);
  const explorer = await fill(page, MATRIX.cells + 2 * MATRIX.rows);
  for (const design of tried) {
    const head = explorer.getByRole("columnheader", { name: design });
    await expect(head).toBeVisible();
    const isCut = await head.locator("span").evaluate((name) => name.scrollHeight > name.clientHeight || name.scrollWidth > name.clientWidth);
    expect(isCut, `${design} is there in full`).toBe(false);
  }
  expect(await accessibilityFaults(page)).toEqual([]);
  await expect(explorer.getByRole("button", { name: `S7 under ${tried[0]}: every promise holds` })).toBeVisible();
  await explorer.getByRole("button", { name: `Leave out ${tried[0]}` }).click();
  await expect(explorer.getByRole("columnheader", { name: tried[0] })).toBeHidden();
  await expect(page.locator(".explorer-status")).toContainText(`The matrix: ${MATRIX.cells + MATRIX.rows} cells`);
  await explorer.getByRole("button", { name: new RegExp(`^S7 under ${tried[1].replaceAll("+", "\\+")}: NO-DEADLOCK`) }).click();
  await expect(stage.verdict()).toContainText("Deadlock");
  await page.keyboard.press("e");
  await expect(explorer.getByRole("columnheader", { name: tried[1] })).toBeVisible();
  await expect(explorer.getByRole("button", { name: `Leave out ${tried[1]}` }), "it is what the page runs").toBeHidden();
});

for (const missing of ["explorer-dialog.js", "program.js", "explore.js", "explore_bg.wasm", "explore.css"]) {
  test(`${missing} that does not arrive is said in place, and can be tried again`, async ({ page, stage, console }) => {
    console.expect(/404|Failed to load resource|MIME|wasm streaming|WebAssembly/);
    await page.route(`**/${missing}*`, (route) => route.fulfill({ status: 404, body: "not found" }));
    await stage.open();
    await stage.name().click();
    await page.keyboard.press("m");
    const isEarly = ["explorer-dialog.js", "program.js"].includes(missing);
    const dialog = page.getByRole("dialog", { name: "Explorer" });
    const said = isEarly ? stage.status() : dialog.getByRole("status");
    await expect(said).toContainText(/ownloaded/);
    await expect(stage.trouble()).toBeHidden();
    if (!isEarly) expect(await accessibilityFaults(page)).toEqual([]);
    await page.unroute(`**/${missing}*`);
    if (isEarly) await page.keyboard.press("m");
    else await dialog.getByRole("button", { name: "Try again" }).click();
    // The requested search is done anyway.
    await expect(page.locator(".explorer-status")).toContainText(new RegExp(`Filling the matrix|The matrix: ${MATRIX.cells} cells`));
    await page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
    await stage.forward().click();
    await expect(stage.place()).toHaveText(/^step 1 of/);
  });
}

test("if the search does not arrive, the dialog works and can try again", async ({ page, stage, console }) => {
  console.expect(/404|Failed to load resource|MIME/);
  await page.route("**/explorer.js*", (route) => route.fulfill({ status: 404, body: "not found" }));
  await stage.open();
  const explorer = await open(page);
  await explorer.getByRole("button", { name: "Search this script" }).click();
  await expect(explorer.getByRole("status").first()).toContainText("The search of S7 under rfc-osync ended early: the search module did not arrive");
  await page.unroute("**/explorer.js*");
  await explorer.getByRole("button", { name: "Search this script" }).click();
  await expect(explorer).toContainText(/395 states, 842 transitions, depth 38, \d+ ms; complete/);
});

test("if the explorer fails, the page continues and the explorer can be opened again", async ({ page, stage, console }) => {
  console.expect(/unreachable/);
  await stage.open();
  await stage.forward().click();
  const explorer = await open(page);
  await explorer.getByRole("button", { name: "Fill the matrix" }).click();
  await trapIn(page, "explore_bg.wasm");
  await expect(explorer.getByRole("status").first()).toContainText("The explorer has stopped");
  await expect(explorer.getByRole("textbox", { name: /as text/ })).toHaveValue(/^unreachable\n\naddress: .*#v2;/);
  await expect(stage.trouble()).toBeHidden();
  expect(await accessibilityFaults(page)).toEqual([]);
  await explorer.getByRole("button", { name: "Try again" }).click();
  await explorer.getByRole("button", { name: "Search this script" }).click();
  await expect(explorer).toContainText(/395 states, 842 transitions, depth 38, \d+ ms; complete/);
  await page.keyboard.press("Escape");
  await stage.forward().click();
  await expect(stage.place()).toHaveText("step 2 of 2");
});

test("Escape closes an explorer that is still loading", async ({ page, stage }) => {
  let release = () => {};
  const released = new Promise<void>((done) => (release = done));
  await page.route("**/explore_bg.wasm", async (route) => {
    await released;
    await route.continue();
  });
  await stage.open();
  await stage.name().click();
  await page.keyboard.press("e");
  const explorer = page.getByRole("dialog", { name: "Explorer" });
  await expect(explorer.getByRole("status").first()).toHaveText("Loading the explorer.");
  await page.keyboard.press("Escape");
  await expect(explorer).toBeHidden();
  await page.keyboard.press("l");
  await expect(stage.place()).toHaveText("step 1 of 1");
  await page.keyboard.press("e");
  await expect(explorer).toBeVisible();
  release();
  await expect(explorer.getByRole("button", { name: "Search this script" })).toBeVisible();
});

test("a new search replaces the current one", async ({ page, stage }) => {
  const search = await HeldSearch.on(page);
  await stage.open();
  const explorer = await open(page);
  await search.hold();
  await explorer.getByRole("button", { name: "Fill the matrix" }).click();
  await expect(page.locator(".explorer-status")).toContainText("Filling the matrix");
  await search.spare();
  await explorer.getByRole("button", { name: "Search this script" }).click();
  await expect(explorer).toContainText(/395 states, 842 transitions, depth 38, \d+ ms; complete/);
  await expect(explorer.getByRole("button", { name: "Stop" })).toBeHidden();
});

/** Tells the page how many threads the machine has, and counts the workers that it starts. */
async function threads(page: Page, count: number) {
  await page.addInitScript((count) => {
    Object.defineProperty(Navigator.prototype, "hardwareConcurrency", { get: () => count });
    const Real = Worker;
    const started = { workers: 0 };
    class Counted extends Real {
      constructor(address: string | URL, options?: WorkerOptions) {
        super(address, options);
        started.workers++;
      }
    }
    Object.assign(window, { Worker: Counted, started });
  }, count);
  return () => page.evaluate(() => (window as unknown as { started: { workers: number } }).started.workers);
}

for (const [machine, most] of [[3, 3], [64, 8]]) {
  test(`with ${machine} threads ${most} workers fill the matrix, and one searches a script`, async ({ page, stage }) => {
    const started = await threads(page, machine);
    await stage.open();
    const explorer = await open(page);
    await explorer.getByRole("button", { name: "Search this script" }).click();
    await expect(explorer).toContainText(/395 states, 842 transitions/);
    // A reduced search and a full one.
    expect(await started()).toBe(2);
    await explorer.getByRole("button", { name: "Fill the matrix" }).click();
    await expect(page.locator(".explorer-status")).toContainText(FILLED);
    // Both rounds have enough cells for all workers.
    expect(await started()).toBe(2 + 2 * most);
  });
}

test("several cells are searched at once, paused together, and stopped together", async ({ page, stage }) => {
  await threads(page, 2);
  const search = await HeldSearch.on(page);
  await stage.open();
  const explorer = await open(page);
  const status = page.locator(".explorer-status");
  // Few cells have more states than this.
  await search.hold(15000);
  await explorer.getByRole("button", { name: "Fill the matrix" }).click();
  await expect(status).toContainText(/2 searches at once: \d+ states, \d+ thousand states a second, \d+ MB\.$/);
  await explorer.getByRole("button", { name: "Pause" }).click();
  await expect(status).toContainText(" Paused. ");
  await explorer.getByRole("button", { name: "Stop" }).click();
  await expect(status).toContainText(/^The matrix: \d+ cells with \d+ states, after \d+ ms of searching\.$/);
  await expect(explorer.getByRole("button", { name: /^S1 under v2.6.35:/ })).toBeVisible();
});

test("without workers the page searches by itself", async ({ page, stage }) => {
  await page.addInitScript(() => Object.assign(window, { Worker: undefined }));
  await stage.open();
  const explorer = await open(page);
  await explorer.getByRole("button", { name: "Search this script" }).click();
  await expect(explorer).toContainText(/ms; complete/);
});

test("a failed worker is reported, and another one continues", async ({ page, stage }) => {
  await page.addInitScript(() => {
    // The first worker starts and then dies in its job.
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
  await expect(explorer.getByRole("status").first()).toContainText("The search of S1 under v2.6.35 ended early: out of memory. A new worker goes on.");
  await expect(explorer.getByRole("button", { name: /^S7 under rfc-osync: NO-DEADLOCK/ })).toBeVisible();
});

test("the graph of a small script is drawn, each node opens its run, and the list has the same", async ({ page, stage }) => {
  await stage.open();
  await stage.choose("S7", "rfc-osync");
  const explorer = await open(page);
  const panel = explorer.getByRole("region", { name: "Graph of all states" });
  await expect(panel).toBeHidden();
  await explorer.getByRole("button", { name: "Search this script" }).click();
  await expect(panel).toContainText(/395 states and 842 steps in \d+ nodes/);
  await expect(panel).toContainText("The thick line is the shortest run that breaks NO-DEADLOCK.");
  expect(await accessibilityFaults(page), "the picture").toEqual([]);

  // One stop of the Tab key; arrows go from node to node.
  await panel.getByRole("button", { name: "As a list" }).focus();
  await page.keyboard.press("Tab");
  await expect(panel.getByRole("group", { name: /^States by depth/ })).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(panel.getByRole("link", { name: /^State 0, depth 0, the start/ })).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(panel.getByRole("link", { name: /^State 0,/ })).not.toBeFocused();
  const deadlock = panel.getByRole("link", { name: /^State \d+, depth 16, .*breaks .*NO-DEADLOCK.*, on the thick line$/ });
  await expect(deadlock).toHaveAttribute("href", /^#v2;d=rfc-osync;p=S7/);
  await deadlock.focus();
  await page.keyboard.press("Enter");
  await expect(explorer).toBeHidden();
  await expect(stage.place()).toHaveText("step 16 of 16");
  await expect(stage.verdict()).toContainText("Deadlock");
  await expect(stage.status()).toContainText(/The graph of S7 under rfc-osync\. State \d+, depth 16/);

  await page.keyboard.press("e");
  await panel.getByRole("button", { name: "As a list" }).click();
  const list = panel.getByRole("list", { name: "States by depth" });
  await expect(list.getByRole("listitem").first()).toContainText(/^State 0, depth 0, the start, on the thick line\. The next is \d+\.$/);
  expect(await accessibilityFaults(page), "the list").toEqual([]);
  await list.getByRole("link", { name: /, depth 38, / }).click();
  await expect(stage.place()).toHaveText("step 38 of 38");
});

test("a script in which nothing is broken has a graph too, and a large one has none", async ({ page, stage }) => {
  await stage.open();
  await stage.choose("S7", "v3.8");
  const explorer = await open(page);
  const panel = explorer.getByRole("region", { name: "Graph of all states" });
  await explorer.getByRole("button", { name: "Search this script" }).click();
  await expect(panel).toContainText(/\d+ states and \d+ steps in \d+ nodes/);
  await expect(panel).not.toContainText("thick");
  await page.keyboard.press("Escape");
  await stage.choose("S9", "kara-opt");
  await open(page);
  await explorer.getByRole("button", { name: "Search this script" }).click();
  await expect(explorer).toContainText("points of no return by a full search");
  await expect(explorer.getByRole("button", { name: "Stop" })).toBeHidden();
  await expect(panel).toBeHidden();
});

test("the explorer on a phone scrolls down, not sideways", async ({ page, stage }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await stage.open();
  const explorer = await open(page);
  await explorer.getByRole("button", { name: "Search this script" }).click();
  await expect(explorer).toContainText(/ms; complete/);
  const graph = explorer.getByRole("group", { name: /^States by depth/ });
  await expect(graph).toBeVisible();
  const overflow = await explorer.evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  const inside = await graph.evaluate((box) => box.scrollWidth - box.clientWidth);
  expect(inside, "the graph scrolls in its own box").toBeGreaterThan(0);
});

test("the focus stays in the explorer when the focused button disappears, and no key reaches the run behind it", async ({ page, stage }) => {
  const search = await HeldSearch.on(page);
  await stage.open();
  await stage.choose("S9", "kara-opt");
  await page.keyboard.press("e");
  const explorer = page.getByRole("dialog", { name: "Explorer" });
  await search.hold();
  await explorer.getByRole("button", { name: "Search this script" }).click();
  await expect(explorer.locator(".explorer-status")).toContainText(/ states, depth /);
  await explorer.getByRole("button", { name: "Stop" }).focus();
  await page.keyboard.press("Enter");
  await expect(explorer.getByRole("button", { name: "Stop" })).toBeHidden();
  await expect(explorer.locator(".explorer-status")).toContainText(/Searched S9 under kara-opt: \d+ states, reduced, stopped\./);
  await expect(explorer.getByRole("button", { name: "Fill the matrix" })).toBeFocused();
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.keyboard.press("k");
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("dialog", { name: "Knobs" })).toBeHidden();
  await page.keyboard.press("Escape");
  await expect(explorer).toBeHidden();
  await expect(stage.place()).toHaveText("step 0 of 0");
});

test("the matrix is one stop of the Tab key, and arrows go from cell to cell", async ({ page, stage }) => {
  await stage.open();
  await page.keyboard.press("m");
  await expect(page.locator(".explorer-status")).toContainText(`The matrix: ${MATRIX.cells} cells`);
  await page.getByRole("group", { name: /Designs by scenarios/ }).focus();
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("button", { name: /^S1 under v2.6.35:/ })).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("button", { name: /^S2 under rfc-v1:/ })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(stage.verdict()).toContainText("RAW");
});
