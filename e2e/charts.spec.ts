// The charts: S9 at length and the growth of searches, on canvases with tables beside them.

import { readFile } from "node:fs/promises";
import { accessibilityFaults, expect, test, trapIn } from "./fixtures";
import { Stage } from "./stage";
import type { Download, Locator, Page } from "@playwright/test";

const LOAD = ["backlog", "throughput", "latency", "memory"];
const SEARCH = ["layers", "frontier"];

/** Presses the charts' button on the stage. */
async function ask(page: Page) {
  await page.getByRole("button", { name: "charts", exact: true }).click();
  const charts = page.getByRole("dialog", { name: "Charts" });
  await expect(charts.getByRole("heading", { name: "Backlog" })).toBeVisible();
  return charts;
}

async function openCharts(page: Page) {
  await new Stage(page).open();
  const charts = await ask(page);
  await done(charts);
  return charts;
}

/** Waits until every load has ended. */
const done = (charts: Locator) => expect(charts.locator(".charts-status")).toHaveText(/^\d+ designs, [\d,]+ steps\.$/);
const figure = (charts: Locator, id: string) => charts.locator(`#plot-${id}`);
const results = (charts: Locator) => charts.getByRole("table", { name: "How each run ended" });

/** The number of pixels that differ from the canvas's corner, and the number of colours. */
function inked(canvas: Locator) {
  return canvas.evaluate((canvas: HTMLCanvasElement) => {
    // A copy is read, because browsers warn about repeated reads of a canvas that is being drawn
    // on.
    const copy = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
    const context = copy.getContext("2d", { willReadFrequently: true })!;
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, copy.width, copy.height);
    const pixels = new Uint32Array(data.buffer);
    const colours = new Set(pixels);
    return { ink: pixels.filter((pixel) => pixel !== pixels[0]).length, colours: colours.size, paper: pixels[0] };
  });
}

async function cells(table: Locator) {
  const rows = await table.locator("tbody tr").all();
  return Promise.all(rows.map((row) => row.locator("th, td").allTextContents()));
}

const quoted = (cell: string) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

async function text(download: Download) {
  return readFile((await download.path())!, "utf8");
}

test("they are fetched on demand, and only once", async ({ page }) => {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname.split("/").pop() ?? ""));
  const ours = () => asked.filter((name) => /^charts/.test(name)).sort();
  await new Stage(page).open();
  expect(ours()).toEqual([]);
  const charts = await ask(page);
  await done(charts);
  // The page loads the worker's file, and the worker loads it again.
  const all = ["charts-dialog.js", "charts-worker.js", "charts.css", "charts.js", "charts_bg.wasm"];
  expect([...new Set(ours())]).toEqual(all);
  await page.keyboard.press("Escape");
  await expect(charts).toBeHidden();
  await expect(page.getByRole("button", { name: "charts", exact: true })).toBeFocused();
  const before = ours().length;
  await page.keyboard.press("C");
  await expect(charts).toBeVisible();
  expect(ours().length).toBe(before);
});

test("1,000 writes are run, and each run says why it ended", async ({ page }) => {
  const charts = await openCharts(page);
  await expect(results(charts)).toBeVisible();
  const rows = await cells(results(charts));
  const of = (name: string) => rows.find((row) => row[0] === name)!;
  expect(of("kara")[1]).toBe("1000");
  expect(of("kara")[4]).toBe("the last write");
  expect(of("rfc-v1")[4]).toContain("IOS_MAX");
  expect(of("rfc-v1")[5]).toBe("BOUNDED");
});

for (const theme of ["light", "dark", "projector"]) {
  test(`every chart is drawn in the colours of the theme, ${theme}`, async ({ page }) => {
    await new Stage(page).open();
    await page.getByRole("combobox", { name: "theme" }).selectOption(theme);
    await page.getByRole("heading", { name: "extentscope" }).click();
    const charts = await ask(page);
    await done(charts);
    for (const id of LOAD) {
      const canvas = figure(charts, id).locator("canvas");
      await expect.poll(async () => (await inked(canvas)).ink, { message: id }).toBeGreaterThan(5_000);
      const { colours, paper } = await inked(canvas);
      expect(colours, id).toBeGreaterThan(20);
      const surface = theme === "dark" ? 0xff231f1c : 0xffffffff;
      expect(paper, `${id}: its ground`).toBe(surface);
    }
    expect(await accessibilityFaults(page)).toEqual([]);
  });
}

test("a canvas has the resolution of the device, and resizes with its panel", async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL, deviceScaleFactor: 2, viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const charts = await openCharts(page);
  const canvas = figure(charts, "backlog").locator("canvas");
  const sizes = () =>
    canvas.evaluate((it: HTMLCanvasElement) => [it.width / it.clientWidth, it.height / it.clientHeight, it.clientWidth]);
  await expect.poll(async () => (await sizes()).slice(0, 2)).toEqual([2, 2]);
  const [, , wide] = await sizes();
  await page.setViewportSize({ width: 1280, height: 720 });
  await expect.poll(async () => (await sizes())[2]).toBeLessThan(wide);
  await expect.poll(async () => (await sizes()).slice(0, 2)).toEqual([2, 2]);
  await context.close();
});

test("a table has the values of its chart, and the CSV equals the table", async ({ page }) => {
  const charts = await openCharts(page);
  for (const id of LOAD) {
    const plot = figure(charts, id);
    await plot.getByRole("button", { name: /as a table/ }).click();
    const [table] = await plot.getByRole("table").all();
    const heads = await table.locator("thead th").allTextContents();
    const rows = await cells(table);
    expect(rows.length, id).toBeGreaterThan(3);
    const waiting = page.waitForEvent("download");
    await plot.getByRole("button", { name: /as CSV/ }).click();
    const download = await waiting;
    expect(download.suggestedFilename()).toBe(`extentscope-${id}.csv`);
    const lines = (await text(download)).split("\r\n");
    expect(lines[0], id).toBe(heads.map(quoted).join(","));
    expect(lines.slice(1, rows.length + 1), id).toEqual(rows.map((row) => row.map(quoted).join(",")));
  }
});

test("a chart is saved as a picture with its title and legend", async ({ page }) => {
  const charts = await openCharts(page);
  for (const id of LOAD) {
    const waiting = page.waitForEvent("download");
    await figure(charts, id).getByRole("button", { name: /as PNG/ }).click();
    const download = await waiting;
    expect(download.suggestedFilename()).toBe(`extentscope-${id}.png`);
    const picture = await readFile((await download.path())!);
    expect(picture.subarray(1, 4).toString()).toBe("PNG");
    expect(picture.readUInt32BE(16), "its width").toBe(1920);
    expect(picture.length).toBeGreaterThan(10_000);
  }
});

test("sliders and designs change the run", async ({ page }) => {
  const charts = await openCharts(page);
  await charts.getByRole("slider", { name: "writes" }).fill("200");
  await done(charts);
  await expect.poll(async () => (await cells(results(charts))).find((row) => row[0] === "kara")?.[1]).toBe("200");
  await charts.getByRole("slider", { name: "slots" }).fill("2");
  await done(charts);
  await expect.poll(async () => (await cells(results(charts))).find((row) => row[0] === "kara")?.[3]).toBe("2");
  await charts.getByRole("button", { name: "All", exact: true }).click();
  const designs = await charts.getByRole("checkbox").count();
  expect(designs).toBeGreaterThanOrEqual(14);
  await expect(charts.locator(".charts-status")).toHaveText(new RegExp(`^${designs} designs, `));
  await expect(results(charts).locator("tbody tr")).toHaveCount(designs);
  await charts.getByRole("checkbox", { name: "kara", exact: true }).uncheck();
  await expect(results(charts).locator("tbody tr")).toHaveCount(designs - 1);
});

test("the keyboard reads a chart", async ({ page }) => {
  const charts = await openCharts(page);
  const reader = charts.getByRole("slider", { name: /^Backlog at time/ });
  await reader.focus();
  for (let step = 0; step < 20; step++) await page.keyboard.press("ArrowRight");
  await expect(reader).toHaveAttribute("aria-valuetext", /^20: .*kara \d/);
});

test("searches of the page's script are drawn, and can be stopped", async ({ page }) => {
  const charts = await openCharts(page);
  await charts.getByRole("button", { name: "States of a search" }).click();
  await expect(charts.locator(".charts-status")).toHaveText("Nothing was searched yet.");
  await charts.getByRole("button", { name: "Search", exact: true }).click();
  await expect(charts.locator(".charts-status")).toHaveText(/^\d+ searches, [\d,]+ states\.$/);
  for (const id of SEARCH) {
    await expect.poll(async () => (await inked(figure(charts, id).locator("canvas"))).ink).toBeGreaterThan(5_000);
  }
  const ends = await cells(charts.getByRole("table", { name: "How each search ended" }));
  await figure(charts, "layers").getByRole("button", { name: /as a table/ }).click();
  const depths = await cells(figure(charts, "layers").getByRole("table"));
  for (const [at, [, states, depth]] of ends.entries()) {
    const column = depths.map((row) => row[at + 1]).filter((cell) => cell !== "");
    expect(column.reduce((sum, cell) => sum + Number(cell), 0)).toBe(Number(states));
    expect(column.length - 1).toBe(Number(depth));
  }
});

test("a search of the explorer is drawn while it runs, and afterwards", async ({ page, stage }) => {
  await stage.open();
  await page.keyboard.press("e");
  const explorer = page.getByRole("dialog", { name: "Explorer" });
  await explorer.getByRole("button", { name: "Search this script" }).click();
  await explorer.getByRole("button", { name: "Charts" }).click();
  const charts = page.getByRole("dialog", { name: "Charts" });
  const ended = charts.getByRole("table", { name: "How each search ended" });
  await expect(ended.getByRole("row", { name: /^explorer: / })).toBeVisible();
  await expect(ended.getByRole("row", { name: /complete/ })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(explorer).toBeVisible();
});

test("a module that fails reports it, and can be started again", async ({ page, stage, console }) => {
  console.expect(/unreachable/);
  const charts = await openCharts(page);
  await trapIn(page, "charts_bg.wasm");
  await expect(charts.getByRole("status").first()).toContainText("The charts dialog has stopped");
  await expect(stage.trouble()).toBeHidden();
  await charts.getByRole("button", { name: "Try again" }).click();
  await done(charts);
});

for (const [width, height] of [
  [1440, 900],
  [1280, 720],
  [1024, 768],
  [390, 844],
]) {
  test(`nothing runs out of the window at ${width} pixels`, async ({ page }) => {
    await new Stage(page).open();
    await page.setViewportSize({ width, height });
    await page.keyboard.press("C");
    const charts = page.getByRole("dialog", { name: "Charts" });
    await done(charts);
    const over = await charts.evaluate((it) => it.scrollWidth - it.clientWidth);
    expect(over).toBeLessThanOrEqual(0);
    expect(await accessibilityFaults(page)).toEqual([]);
    await charts.getByRole("button", { name: "States of a search" }).click();
    expect(await accessibilityFaults(page)).toEqual([]);
  });
}
