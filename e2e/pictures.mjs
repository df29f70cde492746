// Takes pictures of the page's main states for README.md, into docs/img. Each state is a row of a
// table: its name, the widths to photograph, and the way to reach it.

import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import * as browsers from "./browsers.mjs";
import { small } from "./png.mjs";
import { serve } from "./server.mjs";
import { DIST } from "./sizes.mjs";

const FOLDER = fileURLToPath(new URL("../docs/img", import.meta.url));
const THEMES = ["light", "dark"];
const WIDE = { name: "wide", width: 1440, height: 900 };
const NARROW = { name: "narrow", width: 390, height: 844 };
/** The largest size of a picture in bytes. */
const BYTES_MAX = 150_000;

/** The run at the start of all states but the greeting, which opens where the address holds no run. */
const RUN = "#v0;design=rfc-osync;preset=S7";

const STATES = [
  { name: "start", run: "", widths: [WIDE, NARROW], reach: async () => {} },
  { name: "deadlock", widths: [WIDE, NARROW], reach: deadlock },
  { name: "knobs", widths: [WIDE], reach: knobs },
  { name: "verdict", widths: [WIDE, NARROW], reach: verdict },
  { name: "matrix", widths: [WIDE], reach: matrix },
];

mkdirSync(FOLDER, { recursive: true });
const server = await serve(DIST);
const options = browsers.chromium();
// Every repaint paints the whole page: pictures painted piece by piece would differ at rounded
// corners.
const browser = await chromium.launch({ ...options, args: [...options.args, "--disable-partial-raster"] });
for (const { name, run = RUN, widths, reach } of STATES) {
  for (const { name: width, ...viewport } of widths) {
    for (const theme of THEMES) {
      const png = await picture(run, reach, viewport, theme);
      const file = `${name}-${width}-${theme}.png`;
      writeFileSync(`${FOLDER}/${file}`, png);
      console.log(`docs/img/${file}: ${png.length} bytes`);
      if (png.length > BYTES_MAX) throw new Error(`that is more than the ${BYTES_MAX} bytes that a picture may weigh`);
    }
  }
}
await browser.close();
await server.close();

async function picture(run, reach, viewport, colorScheme) {
  const context = await browser.newContext({ viewport, colorScheme, reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.goto(server.url + run);
  await page.locator("html[data-ready=true]").waitFor();
  await reach(page);
  await page.evaluate(withoutTimes);
  const png = await still(page);
  await context.close();
  return small(png);
}

/** Takes a picture when nothing moves: when two pictures in a row are equal. */
async function still(page) {
  const take = () => page.screenshot({ animations: "disabled", caret: "hide" });
  for (let before = await take(), rounds = 0; rounds < 50; rounds++) {
    const now = await take();
    if (now.equals(before)) return now;
    before = now;
  }
  throw new Error("the page does not come to rest");
}

/** Removes the time of a search, which would make every picture different. */
function withoutTimes() {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { currentNode: text } = texts;
    if (/\d m?s\b/.test(text.data)) text.data = text.data.replace(/[\d.,]+ (m?s)\b/g, "… $1");
  }
}

// The ways to reach the states.

async function explore(page, button, end) {
  await page.getByRole("button", { name: "Explore" }).click();
  const explorer = page.getByRole("dialog", { name: "Explorer" });
  await explorer.getByRole("button", { name: button }).click();
  await explorer.getByText(end).first().waitFor({ timeout: 120_000 });
  return explorer;
}

async function verdict(page) {
  return explore(page, "Search this script", /; complete/);
}

/** The shortest run into the deadlock, with its cycle and its point of no return. */
async function deadlock(page) {
  const explorer = await verdict(page);
  const finding = explorer.getByRole("listitem").filter({ hasText: "NO-DEADLOCK" });
  await finding.getByRole("button", { name: /^shortest run/ }).click();
  await explorer.waitFor({ state: "hidden" });
}

async function matrix(page) {
  await explore(page, "Fill the matrix", /^The matrix: \d+ cells/);
}

async function knobs(page) {
  await page.getByRole("button", { name: "Knobs" }).click();
  const dialog = page.getByRole("dialog", { name: "Knobs" });
  await dialog.getByRole("combobox", { name: /^decrement/ }).selectOption("after_sync");
}
