// What holds in every engine.

import { expect, test } from "./fixtures";

test("the page starts and is quiet", async ({ stage }) => {
  await stage.open();
  await expect(stage.name()).toBeVisible();
  await expect(stage.trouble()).toBeHidden();
});
