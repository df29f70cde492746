// window.extentscope, in the way an embedding page uses it.

import { expect, test } from "./fixtures";

type Api = Record<string, (argument?: unknown) => any> & { version: number };

declare global {
  interface Window {
    extentscope: Api;
  }
}

test("a script can be loaded, stepped, undone and read", async ({ page, stage }) => {
  await stage.open();
  const told = await page.evaluate(() => {
    const api = window.extentscope;
    const start = api.load("design rfc-v1\nfile a 16 blocks, U 0+8\nt1: aio_write io=0+4\n");
    const first = api.step(api.steps()[0].choice);
    const second = api.step("t1");
    const back = api.back();
    const end = api.seek(99);
    return { version: api.version, start, first, second, back, end };
  });
  expect(told.version).toBe(1);
  expect(told.start).toMatchObject({ version: 1, step: 0, steps: 0, design: "rfc-v1", cycle: null });
  expect(told.first).toMatchObject({ step: 1, choices: ["t1"] });
  expect(told.back).toMatchObject({ step: 1, steps: 2 });
  expect(told.end).toMatchObject({ step: 2, verdict: { kind: "running" } });
  const disk = told.start.files[0].layers.find((layer: { id: string }) => layer.id === "disk");
  expect(disk.ranges).toEqual([{ lblk: 0, len: 8, says: "U", pblk: 1000 }]);
  await expect(stage.place(), "the page shows what the script did").toHaveText("step 2 of 2");
});

test("a whole run: S7 to the deadlock", async ({ page, stage }) => {
  await stage.open();
  const end = await page.evaluate(() => {
    const api = window.extentscope;
    let view = api.preset("S7");
    while (view.enabled.length > 0) view = api.step(view.enabled[0].choice);
    return view;
  });
  expect(end.verdict.kind).toBe("deadlock");
  expect(end.cycle).toContain("kworker:1 waits until i_unwritten is 0");
  expect(end.files[0].tree.length).toBeGreaterThan(0);
  expect(end.blocked.map((step: { choice: string }) => step.choice)).toContain("kworker:1");
});

test("errors are thrown with line and column", async ({ page, stage }) => {
  await stage.open();
  const errors = await page.evaluate(() => {
    const caught = (call: () => unknown) => {
      try {
        call();
        return null;
      } catch (error) {
        const { message, line, column } = error as Error & { line?: number; column?: number };
        return { message, line, column, isError: error instanceof Error };
      }
    };
    const api = window.extentscope;
    return [
      caught(() => api.load("file a 16 blocks\nt1: aio_writ io=0+4")),
      caught(() => api.load(7)),
      caught(() => api.step("kworker:1")),
      caught(() => api.step("nobody")),
      caught(() => api.seek("x")),
      caught(() => api.design("v99")),
      caught(() => api.issue("t1: aio_write io=0+99")),
    ];
  });
  expect(errors.every((error) => error?.isError)).toBe(true);
  expect(errors[0]).toMatchObject({ line: 2, column: 5 });
  expect(errors[0]?.message).toContain("line 2, column 5");
  expect(errors[1]?.message).toContain("expected the script as a string");
  expect(errors[2]?.message).toContain("kworker:1 has nothing to do");
  expect(errors[3]?.message).toContain("names no actor");
  expect(errors[6]?.message).toContain("column 15: `io=0+99`, expected at least one block, inside the first 16 of a");
  await expect(stage.place()).toHaveText("step 0 of 0");
});
