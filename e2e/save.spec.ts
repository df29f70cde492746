// Saving: pictures, the run as JSON, the mail text, a printed page, the embed code.

import { readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";
import { accessibilityFaults, expect, test } from "./fixtures";
import type { Download, Page } from "@playwright/test";

const DEADLOCK =
  "v0;design=rfc-osync;preset=S7;choices=t1,t1,t1,t1,t1,t1,irq:io1,irq:io1,irq:io1,irq:io2,irq:io2,irq:io2,kworker:1,kworker:1,kworker:1,kworker:1,kworker:1,kworker:1";

async function open(page: Page) {
  await page.keyboard.press("S");
  const dialog = page.getByRole("dialog", { name: "Save" });
  await expect(dialog).toBeVisible();
  return dialog;
}

async function save(page: Page, name: string): Promise<Download> {
  const download = page.waitForEvent("download");
  await page.getByRole("dialog", { name: "Save" }).getByRole("button", { name, exact: true }).click();
  return download;
}

const textOf = async (download: Download) => readFileSync(await download.path(), "utf8");

test("strata, lanes, tree and cycle are saved as SVG with caption and link, and as PNG", async ({ page, stage }) => {
  await stage.open(`#${DEADLOCK}`);
  const dialog = await open(page);
  expect(await accessibilityFaults(page)).toEqual([]);
  const says: Record<string, RegExp> = { strata: /disk tree/, lanes: /kworker:1/, tree: /U|W/, cycle: /back to/ };
  for (const [id, content] of Object.entries(says)) {
    const svg = await save(page, `Save ${id} as SVG`);
    expect(svg.suggestedFilename()).toBe(`extentscope-${id}.svg`);
    const text = await textOf(svg);
    expect(text).toMatch(/^<\?xml version="1.0"/);
    expect(text).toMatch(/<title>extentscope: \w+<\/title>/);
    expect(text.replace(/<[^>]*>/g, " ")).toMatch(content);
    expect(text, "the caption").toContain("step 18 of 18");
    expect(text, "the link").toMatch(/href="http[^"]*#v2;d=rfc-osync;/);
    const faults = await page.evaluate((text) => {
      const read = new DOMParser().parseFromString(text, "image/svg+xml");
      return read.querySelectorAll("parsererror, script, foreignObject, [class], [style]").length;
    }, text);
    expect(faults, `${id} is plain SVG`).toBe(0);
    const png = readFileSync(await (await save(page, `Save ${id} as PNG`)).path());
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    expect(png.length).toBeGreaterThan(4_000);
    await expect(dialog.getByRole("status")).toContainText("is saved as PNG");
  }
});

test("two designs are saved side by side, and each run as JSON", async ({ page, stage }) => {
  await stage.open(`#${DEADLOCK.replace("rfc-osync", "rfc-osync|kara")}`);
  const dialog = await open(page);
  for (const id of ["strata", "lanes"]) {
    const words = (await textOf(await save(page, `Save ${id} as SVG`))).replace(/<[^>]*>/g, "\n");
    expect(words, id).toMatch(/^rfc-osync$/m);
    expect(words, id).toMatch(/^kara$/m);
    expect(words, id).toContain("A is rfc-osync: ");
    expect(words, id).toContain("B is kara: ");
  }
  const files = new Map<string, string>();
  page.on("download", async (file) => files.set(file.suggestedFilename(), await textOf(file)));
  await dialog.getByRole("button", { name: "Save the run as JSON" }).click();
  await expect.poll(() => [...files.keys()].sort()).toEqual(["extentscope-run-b.json", "extentscope-run.json"]);
  const design = (name: string) => JSON.parse(files.get(name) ?? "")["#meta"].design;
  expect(design("extentscope-run.json")).toBe("rfc-osync");
  expect(design("extentscope-run-b.json")).toBe("kara");
});

test("what is not there to be drawn is said", async ({ page, stage }) => {
  await stage.open("#v0;design=rfc-osync;preset=S7");
  const dialog = await open(page);
  await dialog.getByRole("button", { name: "Save cycle as SVG" }).click();
  await expect(dialog.getByRole("status")).toHaveText("Nobody waits in a circle at this step.");
  await dialog.getByRole("button", { name: "Save matrix as PNG" }).click();
  await expect(dialog.getByRole("status")).toContainText("The matrix is not filled");
});

test("the matrix is saved once it is filled", async ({ page, stage }) => {
  await stage.open();
  await page.getByRole("button", { name: "Explore" }).click();
  const explorer = page.getByRole("dialog", { name: "Explorer" });
  await explorer.getByRole("button", { name: "Fill the matrix" }).click();
  await expect(explorer.getByRole("button", { name: /^S1 under v3\.8: / })).toBeVisible();
  await explorer.getByRole("button", { name: "Close" }).click();
  await open(page);
  const text = await textOf(await save(page, "Save matrix as SVG"));
  expect(text, "the heads read upwards, at their length").toMatch(/rotate\(-90 [^>]*>rfc-osync</);
  expect(text.replace(/<[^>]*>/g, " ")).toMatch(/rfc-osync/);
});

test("the run is JSON in ITF's shape, which its schema accepts", async ({ page, stage }) => {
  const schema = JSON.parse(readFileSync(new URL("../docs/run.schema.json", import.meta.url), "utf8"));
  const isRun = new Ajv({ strict: false }).compile(schema);
  await stage.open(`#${DEADLOCK}`);
  await open(page);
  const run = JSON.parse(await textOf(await save(page, "Save the run as JSON")));
  expect(isRun(run), JSON.stringify(isRun.errors)).toBe(true);
  expect(run.states).toHaveLength(19);
  expect(run.states.at(-1).deadlocked["#set"]).toContain("kworker:1");
  await page.keyboard.press("Escape");
  for (const id of await page.evaluate(() => window.extentscope.presets())) {
    await page.evaluate((id) => {
      let view = window.extentscope.preset(id);
      for (let steps = 0; view.enabled.length && steps < 60; steps++) view = window.extentscope.step(view.enabled[0].choice);
    }, id);
    await open(page);
    const other = JSON.parse(await textOf(await save(page, "Save the run as JSON")));
    expect(isRun(other), `${id}: ${JSON.stringify(isRun.errors)}`).toBe(true);
    await page.keyboard.press("Escape");
  }
});

test("the mail text and the embed code", async ({ page, stage }) => {
  await stage.open(`#${DEADLOCK}`);
  const dialog = await open(page);
  const mail = await textOf(await save(page, "Save the mail text"));
  expect(mail).toContain("*** DEADLOCK ***");
  await page.evaluate(() => {
    navigator.clipboard.writeText = async (text) => void (document.title = text);
  });
  await dialog.getByRole("button", { name: "Copy embed code" }).click();
  await expect(page).toHaveTitle(/^<iframe src="http[^"]*#v2;[^"]*;embed=1;[^"]*"/);
});

test("a printed page has script, steps and end, black on white", async ({ page, stage }) => {
  await stage.open(`#${DEADLOCK}`);
  await page.getByRole("combobox", { name: "theme" }).selectOption("dark");
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  await page.emulateMedia({ media: "print" });
  const sheet = page.locator(".print-sheet");
  await expect(sheet).toBeVisible();
  await expect(sheet).toContainText("t1: aio_write");
  await expect(sheet).toContainText(/18 +kworker:1/);
  await expect(sheet).toContainText("*** DEADLOCK ***");
  await expect(page.locator(".stage")).toBeHidden();
  const colors = await page.evaluate(() => {
    const { color, backgroundColor } = getComputedStyle(document.body);
    return [color, backgroundColor];
  });
  expect(colors).toEqual(["rgb(0, 0, 0)", "rgb(255, 255, 255)"]);
});
