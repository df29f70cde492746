// Accessibility: axe on the main states, the tables beside the pictures, and a phone.

import type { Page } from "@playwright/test";
import { accessibilityFaults, expect, test } from "./fixtures";
import { still } from "./held";
import { MATRIX } from "./states.mjs";
import type { Stage } from "./stage";

type Reach = (stage: Stage, page: Page) => Promise<unknown>;

const dialog = (key: string, name: string): Reach => async (_, page) => {
  await page.keyboard.press(key);
  await expect(page.getByRole("dialog", { name })).toBeVisible();
};

/** States of the page by name, and the way from the start of S7 under rfc-osync to each. */
const STATES: Record<string, Reach> = {
  "at the start": async () => {},
  "on the way": async (stage) => {
    for (let step = 0; step < 9; step++) await stage.forward().click();
    await expect(stage.place()).toHaveText("step 9 of 9");
  },
  "at the deadlock": (stage) => stage.runOut(),
  "with branches and the inspector": async (stage) => {
    for (let step = 0; step < 9; step++) await stage.forward().click();
    await stage.slider().fill("3");
    await stage.step("irq:io1").click();
    await stage.object("ES tree").click();
  },
  "with the commands": dialog("?", "Commands"),
  "with the knobs": dialog("k", "Knobs"),
  "with the matrix": async (stage, page) => {
    await dialog("m", "Explorer")(stage, page);
    await expect(page.locator(".explorer-status")).toContainText(`The matrix: ${MATRIX.cells} cells`);
  },
  "with a wrong script": (stage) => stage.runScript("nonsense"),
  "with tables in place of pictures": async (stage, page) => {
    await stage.runOut();
    await page.keyboard.press("a");
    await expect(stage.panel("Lanes").getByRole("table")).toBeVisible();
  },
  "with a menu": async (stage, page) => {
    await stage.object("ES tree").click({ button: "right" });
    await expect(page.getByRole("menu")).toBeVisible();
  },
};

for (const theme of ["light", "dark", "projector"]) {
  for (const [state, reach] of Object.entries(STATES)) {
    test(`axe finds nothing ${state}, ${theme}`, async ({ page, stage }) => {
      await stage.open();
      await page.getByRole("combobox", { name: "theme" }).selectOption(theme);
      await stage.name().click();
      await reach(stage, page);
      await still(page); // what fades in has to be there before its contrast is measured
      expect(await accessibilityFaults(page)).toEqual([]);
    });
  }
}

test("every picture has a table with the same contents", async ({ stage }) => {
  await stage.open();
  for (let step = 0; step < 9; step++) await stage.forward().click();
  for (const panel of ["Strata", "Tree", "IO pipeline", "Lanes", "Pending conversions"]) {
    await stage.showTable(panel);
    expect(await stage.panel(panel).getByRole("row").count(), panel).toBeGreaterThan(2);
  }
  await expect(stage.panel("Tree").getByRole("row", { name: /^0 4 1000 W black root$/ })).toBeVisible();
  await expect(stage.panel("Pending conversions").getByRole("row").last()).toHaveText(/6\s*2\s*2/);
});

test("at 390 px caption, strata and step bar are visible, and the rest is one tap away", async ({ page, stage }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await stage.open();
  await expect(stage.status()).toBeInViewport();
  await expect(stage.panel("Strata")).toBeInViewport();
  await expect(stage.forward()).toBeInViewport();
  const tabs = page.getByRole("navigation", { name: "Panels" });
  for (const [tab, panel] of [["Threads", "Threads"], ["Waits", "Waits for"], ["Tree", "Tree"], ["Pipeline", "IO pipeline"], ["Lanes", "Lanes"], ["Script", "Script"], ["Steps", "Next steps"]]) {
    await tabs.getByRole("button", { name: tab }).click();
    await expect(stage.panel(panel)).toBeVisible();
  }
  expect(await accessibilityFaults(page)).toEqual([]);
});

test("reduced motion is respected", async ({ page, stage }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await stage.open();
  await stage.runOut();
  const moving = await page.evaluate(() => {
    const all = [...document.querySelectorAll("*")].map((element) => getComputedStyle(element));
    return all.filter((style) => parseFloat(style.transitionDuration) > 0).length;
  });
  expect(moving).toBe(0);
});
