// Tests of the basics in every engine.

import { expect, test } from "./fixtures";

test("the page starts and is quiet", async ({ stage }) => {
  await stage.open();
  await expect(stage.name()).toBeVisible();
  await expect(stage.trouble()).toBeHidden();
});

test("the licences of all linked crates are next to the page", async ({ page, stage }) => {
  await stage.open();
  const href = await page.locator("link[rel=license]").getAttribute("href");
  const notices = await page.evaluate(async (href) => (await fetch(href!)).text(), href);
  for (const name of ["LICENSE-MIT.txt", "leptos 0", "wasm-bindgen 0", "Permission is hereby granted"]) {
    expect(notices).toContain(name);
  }
});
