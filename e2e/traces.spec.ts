// Traces of a running kernel: a worker reads a file or a text that was chosen, pasted or dropped;
// the dialog shows its events in lanes, with the tree beside them.

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { accessibilityFaults, expect, test } from "./fixtures";
import { Stage } from "./stage";
import type { Locator, Page } from "@playwright/test";

const recorded = (name: string) => fileURLToPath(new URL(`../tests/data/ftrace/6.1/${name}`, import.meta.url));
const FULL = recorded("s01-dio-fallocated/trace-full.txt.gz");

async function openTraces(page: Page) {
  await new Stage(page).open();
  await page.getByRole("button", { name: "traces", exact: true }).click();
  const traces = page.getByRole("dialog", { name: "Traces" });
  await expect(traces.getByText("No trace yet.")).toBeVisible();
  return traces;
}

const choose = (traces: Locator, file: string | { name: string; mimeType: string; buffer: Buffer }) =>
  traces.getByLabel("trace file").setInputFiles(file);
const status = (traces: Locator) => traces.locator(".traces-status");
const current = (traces: Locator) => traces.locator("button[aria-current=true]");
const extents = (traces: Locator) => traces.getByRole("table", { name: "Extents" }).locator("tbody tr");

async function paste(traces: Locator, text: string) {
  const field = traces.getByLabel("the text of /sys/kernel/tracing/trace");
  if (!(await field.isVisible())) await traces.getByText("Paste a trace").click();
  await field.fill(text);
  await traces.getByRole("button", { name: "Read the text" }).click();
}

const LINE = "fio-9 [002] 5321.000101: ext4_es_";
const TREE = [
  `${LINE}insert_extent: dev 8,1 ino 13 es [0/8) mapped 100 status U`,
  `${LINE}insert_extent: dev 8,1 ino 14 es [4/1) mapped 300 status W`,
  `${LINE}insert_extent: dev 8,1 ino 13 es [2/2) mapped 102 status W`,
  `${LINE}lookup_extent_exit: dev 8,1 ino 13 found 1 [0/2) 100 U`,
  `${LINE}lookup_extent_exit: dev 8,1 ino 13 found 1 [2/2) 555 W`,
].join("\n");

test("a packed file is read; any event shows the tree, and the operation opens as a script", async ({ page }) => {
  const traces = await openTraces(page);
  await choose(traces, FULL);
  await expect(status(traces)).toContainText("events in");
  await expect(status(traces)).not.toContainText("differ");
  await traces.getByLabel("block", { exact: true }).fill("17");
  await traces.getByRole("button", { name: "Next event of the block" }).click();
  await expect(traces.getByRole("heading", { name: /^Tree of dev 254,0 ino 12/ })).toBeVisible();
  await expect(current(traces)).toContainText("ext4_es_");
  await expect(current(traces)).toBeInViewport();
  await expect(traces.getByText(/^op \d+: /)).toBeVisible();
  await traces.getByRole("button", { name: "Open as a script" }).click();
  await expect(traces).toBeHidden();
  await expect(page.getByLabel("Script text")).toHaveValue(/fallocate|dio_write/);
});

test("two quick presses move by two events", async ({ page }) => {
  const traces = await openTraces(page);
  await choose(traces, FULL);
  await expect(status(traces)).toContainText("events in");
  const slider = traces.getByRole("slider", { name: "Event" });
  await slider.fill("3");
  await expect(slider).toHaveValue("3");
  // Before the worker can answer.
  await traces.getByRole("button", { name: "Next event", exact: true }).evaluate((button: HTMLElement) => {
    button.click();
    button.click();
  });
  await expect(slider).toHaveValue("5");
});

test("a text is read; events, inodes, blocks and differences are found", async ({ page }) => {
  const traces = await openTraces(page);
  await paste(traces, TREE);
  await expect(status(traces)).toContainText("5 events in 5 lines");
  await expect(status(traces)).toContainText("1 lookups differ");
  await expect(extents(traces)).toHaveCount(1);
  // The format of these events does not tell the kernel.
  await traces.getByLabel("rules of").selectOption("v6.12");
  await expect(status(traces)).toContainText("trees under the rules of v6.12.");
  await traces.getByRole("button", { name: "Next event", exact: true }).click();
  await expect(current(traces)).toContainText("ino 14");
  await traces.getByLabel("inode").selectOption("dev 8,1 ino 13");
  await expect(current(traces)).toContainText("[2/2)");
  await expect(extents(traces)).toHaveCount(3);
  await traces.getByRole("button", { name: "First difference" }).click();
  await expect(current(traces)).toContainText("555");
  await expect(traces.getByText(/The kernel found another extent/)).toBeVisible();
  await traces.getByRole("slider", { name: "Event" }).fill("0");
  await expect(current(traces)).toContainText("[0/8)");
});

test("a dropped file is read", async ({ page }) => {
  const traces = await openTraces(page);
  const text = gunzipSync(await readFile(FULL)).toString();
  await traces.evaluate((dialog, text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], "trace"));
    dialog.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
  }, text);
  await expect(status(traces)).toContainText("events in");
});

test("bad input is a sentence, and the next file is read", async ({ page }) => {
  const traces = await openTraces(page);
  const of = (name: string, buffer: Buffer) => ({ name, mimeType: "application/octet-stream", buffer });
  const packed = await readFile(FULL);
  for (const [file, said] of [
    [of("empty", Buffer.alloc(0)), "The file is empty"],
    [of("binary", Buffer.from([0x44, 0, 1, 2, 0])), "Byte 1 is not text"],
    [of("half.gz", packed.subarray(0, packed.length / 2)), "The file cannot be read"],
    [of("letter", Buffer.from("Dear Jan,\nthank you.\n")), "No line is an ftrace event"],
    [of("xfs", Buffer.from("fio-9 [002] 1.000101: xfs_ilock: dev 8:1 ino 0x83\n")), "It has no event of an extent status tree"],
  ] as const) {
    await choose(traces, file);
    await expect(status(traces)).toContainText(said);
  }
  await paste(traces, TREE);
  await expect(status(traces)).toContainText("5 events in 5 lines");
});

test("it has no accessibility faults, in both themes, wide and narrow", async ({ page }) => {
  const traces = await openTraces(page);
  await paste(traces, TREE);
  await expect(status(traces)).toContainText("5 events");
  await expect(extents(traces)).toHaveCount(1);
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1440, 390]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 844 });
      expect(await accessibilityFaults(page)).toEqual([]);
      const over = await traces.evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth);
      expect(over, `${width} columns`).toBeLessThanOrEqual(0);
    }
  }
});
