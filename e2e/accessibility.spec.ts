// The page for everyone: axe on the main states, the tables beside the pictures, a phone.

import { accessibilityFaults, expect, test } from "./fixtures";

for (const theme of ["light", "dark", "projector"]) {
  test(`axe finds nothing, ${theme}`, async ({ page, stage }) => {
    await stage.open();
    await page.getByRole("combobox", { name: "theme" }).selectOption(theme);
    expect(await accessibilityFaults(page), "at the start").toEqual([]);
    for (let step = 0; step < 9; step++) await stage.forward().click();
    await expect(stage.place()).toHaveText("step 9 of 9");
    await page.waitForTimeout(250); // what fades in has to be there before its contrast is measured
    expect(await accessibilityFaults(page), "on the way").toEqual([]);
    await stage.runOut();
    await page.waitForTimeout(250);
    expect(await accessibilityFaults(page), "at the deadlock").toEqual([]);
    await stage.slider().fill("3");
    await stage.step("irq:io1").click();
    await stage.object("ES tree").click();
    await page.waitForTimeout(250);
    expect(await accessibilityFaults(page), "with branches and the inspector").toEqual([]);
    for (const [key, name] of [["?", "Commands"], ["k", "Knobs"], ["m", "Explorer"]]) {
      await page.keyboard.press(key);
      await expect(page.getByRole("dialog", { name })).toBeVisible();
      if (key === "m") await expect(page.getByRole("button", { name: /^S1 under v3\.8/ })).toBeVisible();
      expect(await accessibilityFaults(page), name).toEqual([]);
      await page.keyboard.press("Escape");
      await expect(page.getByRole("dialog", { name })).toBeHidden();
    }
    await stage.runScript("nonsense");
    expect(await accessibilityFaults(page), "with a wrong script").toEqual([]);
    await stage.name().click();
    await page.keyboard.press("a");
    await expect(stage.panel("Lanes").getByRole("table")).toBeVisible();
    expect(await accessibilityFaults(page), "tables in place of pictures").toEqual([]);
    await page.keyboard.press("a");
    await stage.object("ES tree").click({ button: "right" });
    await expect(page.getByRole("menu")).toBeVisible();
    expect(await accessibilityFaults(page), "with a menu").toEqual([]);
  });
}

test("every picture has a table that says the same", async ({ stage }) => {
  await stage.open();
  for (let step = 0; step < 9; step++) await stage.forward().click();
  for (const panel of ["Strata", "Tree", "IO pipeline", "Lanes", "Pending conversions"]) {
    await stage.showTable(panel);
    expect(await stage.panel(panel).getByRole("row").count(), panel).toBeGreaterThan(2);
  }
  await expect(stage.panel("Tree").getByRole("row", { name: /^0 4 1000 W\* black root$/ })).toBeVisible();
  await expect(stage.panel("Pending conversions").getByRole("row").last()).toHaveText(/6\s*2\s*2/);
});

test("at 390 px caption, strata and the step bar are there, the rest one tap away", async ({ page, stage }) => {
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
