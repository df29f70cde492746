// Nothing is drawn while nothing changes, and a long session leaves nothing behind.

import { expect, test } from "./fixtures";

test("a page at rest changes nothing", async ({ page, stage }) => {
  await stage.open();
  await stage.runOut();
  const changes = await page.evaluate(async () => {
    let seen = 0;
    const watch = new MutationObserver((records) => (seen += records.length));
    watch.observe(document, { attributes: true, characterData: true, childList: true, subtree: true });
    const frames = async (count: number) => {
      seen = 0;
      for (let i = 0; i < count; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
      return seen + document.getAnimations().filter((a) => a.playState === "running").length;
    };
    // The changes of the last step end at some time. A page that keeps drawing runs into the test's
    // limit.
    while (await frames(30));
    return frames(60);
  });
  expect(changes).toBe(0);
});

test("a thousand steps leave as many nodes as there were", async ({ page, stage }) => {
  await stage.open();
  const count = () =>
    page.evaluate(async () => {
      const api = window.extentscope;
      for (let i = 0; i < 50; i++) {
        for (let step = 1; step <= 10; step++) api.seek(step);
        for (let step = 10; step > 0; step--) api.seek(step - 1);
      }
      await new Promise((resolve) => requestAnimationFrame(resolve));
      return document.getElementsByTagName("*").length;
    });
  await stage.runOut();
  const before = await count();
  expect(await count()).toBe(before);
});
