// Takes pictures of the states and sizes of states.mjs, for a person to check.
//
//   node look.mjs [folder]

import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";
import * as browsers from "./browsers.mjs";
import { serve } from "./server.mjs";
import { DIST } from "./sizes.mjs";
import { SIZES, STATES } from "./states.mjs";

const folder = process.argv[2] ?? "look";
mkdirSync(folder, { recursive: true });
const server = await serve(DIST);
const browser = await chromium.launch(browsers.chromium());
for (const { width, height } of SIZES) {
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: "reduce" });
  for (const { name, link, reach } of STATES) {
    const page = await context.newPage();
    await page.goto(`${server.url}#${link}`);
    await page.locator("html[data-ready=true]").waitFor();
    await reach(page);
    const path = `${folder}/${name.replaceAll(" ", "-")}-${width}x${height}.png`;
    await page.screenshot({ path, animations: "disabled", caret: "hide" });
    console.log(path);
    await page.close();
  }
  await context.close();
}
await browser.close();
await server.close();
