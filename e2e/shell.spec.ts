// The shell: the page before the model has loaded, and the parts that work without it.

import { accessibilityFaults, expect, test } from "./fixtures";
import { holdModel, isModel } from "./held";

test("the page is painted before the model arrives, and nothing jumps when it does", async ({ page, stage }) => {
  await page.addInitScript(() => {
    Object.assign(window, { shift: 0 });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[]) {
        (window as unknown as { shift: number }).shift += entry.value;
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
  const release = await holdModel(page);
  await page.goto(".");
  await expect(stage.name()).toBeVisible();
  await expect(page.getByText("Write to an ext4 file with direct IO")).toBeVisible();
  // After some seconds it says that the connection is slow.
  await expect(page.getByRole("status")).toHaveText(/^(Loading|Still loading) the model/);
  expect(await accessibilityFaults(page)).toEqual([]);
  release();
  await stage.isReady();
  await expect(page.getByRole("status").filter({ hasText: "Loading the model" })).toHaveCount(0);
  const shift = await page.evaluate(() => (window as unknown as { shift: number }).shift);
  expect(shift).toBeLessThan(0.02);
});

test("without scripts the page says what it needs", async ({ browser, baseURL }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(baseURL ?? "");
  // Locators do not read text in <noscript>.
  await expect(page.locator("noscript p")).toBeVisible();
  await expect(page.getByRole("status"), "nothing is loading").toBeHidden();
  await context.close();
});

test("at 1440 by 900 the page does not scroll; at 390 it does not scroll sideways", async ({ page, stage }) => {
  await stage.open();
  const overflow = () =>
    page.evaluate(() => {
      const { scrollHeight, scrollWidth, clientHeight, clientWidth } = document.documentElement;
      return { down: scrollHeight - clientHeight, across: scrollWidth - clientWidth };
    });
  expect(await overflow()).toEqual({ down: 0, across: 0 });
  await page.setViewportSize({ width: 390, height: 844 });
  expect((await overflow()).across).toBe(0);
});

test("everything comes from the page's own folder", async ({ page, stage, baseURL }) => {
  const foreign: string[] = [];
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(baseURL ?? "") && !url.startsWith("data:")) foreign.push(url);
  });
  const missing: string[] = [];
  page.on("response", (response) => {
    if (!response.ok()) missing.push(`${response.status()} ${response.url()}`);
  });
  await stage.open();
  expect(foreign).toEqual([]);
  expect(missing).toEqual([]);
});

test("the policy forbids inline scripts, inline styles, eval and other hosts", async ({ page, stage, console }) => {
  console.expect(/policy: |Content Security Policy|Refused to|violates/);
  await stage.open();
  const ran = await page.evaluate(async () => {
    const done: string[] = [];
    Object.assign(window, { inlineRan: () => done.push("inline script") });
    const script = document.createElement("script");
    script.textContent = "inlineRan()";
    document.body.append(script);
    const style = document.createElement("style");
    style.textContent = ":root { --from-inline: 1 }";
    document.head.append(style);
    if (getComputedStyle(document.documentElement).getPropertyValue("--from-inline")) done.push("inline style sheet");
    const box = document.body.appendChild(document.createElement("p"));
    box.setAttribute("style", "--from-inline: 1");
    if (getComputedStyle(box).getPropertyValue("--from-inline")) done.push("inline style");
    const button = document.createElement("button");
    button.setAttribute("onclick", "inlineRan()");
    button.click();
    // A separate task, because the driver's evaluation is exempt from the policy.
    await new Promise<void>((next) => {
      setTimeout(() => {
        try {
          (0, eval)("1");
          done.push("eval");
        } catch {
          // The policy works.
        }
        next();
      });
    });
    try {
      await fetch("https://example.org/");
      done.push("fetch from another host");
    } catch {
      // The policy works.
    }
    return done;
  });
  expect(ran).toEqual([]);
  for (const directive of ["script-src-elem", "script-src-attr", "script-src", "style-src-elem", "style-src-attr", "connect-src"]) {
    await expect.poll(() => console.heard(new RegExp(`policy: ${directive} `)), directive).toBe(true);
  }
});

test("a page whose script does not arrive says so after a while", async ({ page, console }) => {
  console.expect(/Failed to load resource/);
  await page.route(/boot\.js/, (route) => route.abort());
  await page.goto(".");
  const late = page.getByText("A part of the page has not arrived");
  // The delay of the message is an animation, which the test finishes instead of waiting.
  await page.evaluate(() => document.getAnimations().forEach((animation) => {
    animation.pause();
    animation.currentTime = 0;
  }));
  await expect(late).toBeHidden();
  await page.evaluate(() => document.getAnimations().forEach((animation) => animation.finish()));
  await expect(late).toBeVisible();
  expect(await accessibilityFaults(page)).toEqual([]);
});

test("a model that cannot be downloaded is explained, and trying again starts the page", async ({ page, stage, console }) => {
  console.expect(/Failed to load resource/);
  await page.route(isModel, (route) => route.abort());
  await page.goto(".");
  await expect(stage.trouble()).toContainText("The page could not start");
  await expect(stage.trouble()).toContainText("The model could not be downloaded");
  await expect(page.getByRole("status")).toHaveText("The model is not loaded.");
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.unroute(isModel);
  await stage.trouble().getByRole("button", { name: "Try again" }).click();
  await stage.isReady();
  await expect(stage.trouble()).toBeHidden();
});

test("a model that the server no longer has is named with the server's answer", async ({ page, stage, console }) => {
  console.expect(/Failed to load resource/);
  await page.route(isModel, (route) => route.fulfill({ status: 404, body: "not found" }));
  await page.goto(".");
  await expect(stage.trouble()).toContainText("the server answered 404 for /some/sub/");
});

test("a broken model is distinguished from a missing one", async ({ page, stage }) => {
  await page.route(isModel, (route) => route.fulfill({ contentType: "application/wasm", body: "no wasm" }));
  await page.goto(".");
  await expect(stage.trouble()).toContainText("The model could not be compiled");
});

test("after a panic the run is shown as text that can be copied", async ({ page, stage, console, context }) => {
  console.expect(/error: .*extents overlap/);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await stage.open();
  await page.evaluate(() => window.extentscopePanic("src/es/mod.rs:7: extents overlap", "t1 aio_write 0+4\nirq end_io"));
  await expect(stage.trouble()).toContainText("The page has stopped");
  await expect(stage.report()).toHaveValue(/extents overlap[^]*run:\nt1 aio_write 0\+4\nirq end_io/);
  await expect(stage.report()).toHaveAttribute("readonly", "");
  expect(await accessibilityFaults(page)).toEqual([]);
  await expect(stage.trouble(), "the keyboard goes on there").toBeFocused();

  await stage.trouble().getByRole("button", { name: "Copy" }).click();
  await expect(stage.trouble().getByRole("button", { name: "Copied" })).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe(await stage.report().inputValue());

  await page.evaluate(() => window.extentscopePanic("a later one", "another run"));
  await expect(stage.report(), "the first panic is the one that explains").toHaveValue(/extents overlap/);

  await stage.trouble().getByRole("button", { name: "Reload" }).click();
  await stage.isReady();
  await expect(stage.trouble()).toBeHidden();
});

test("after a panic a link opens the run in another tab, also one that was opened by a link", async ({ page, stage, console }) => {
  console.expect(/error: .*extents overlap/);
  await stage.open("#v0;design=kara;preset=S1;choices=t1,t1;at=1");
  await page.evaluate(() => window.extentscopePanic("extents overlap"));
  await expect(stage.report()).toHaveValue(/run:\ntitle S1[^]*# at step 1 of 2/);
  const opened = page.waitForEvent("popup");
  await stage.trouble().getByRole("link", { name: "The run as a link" }).click();
  const other = await opened;
  await expect(other.getByText("step 1 of 2", { exact: true })).toBeVisible();
  await expect(other.getByRole("combobox", { name: "design" })).toHaveValue("kara");
});

test("a panic behind a dialog is shown in front of it", async ({ page, stage, console }) => {
  console.expect(/(uncaught|error): unreachable/);
  await stage.open();
  await page.keyboard.press("?");
  await page.evaluate(() => setTimeout(() => { throw new WebAssembly.RuntimeError("unreachable"); }));
  await expect(stage.trouble()).toBeFocused();
  await expect(page.getByRole("dialog")).toBeHidden();
});

test("a trap that reaches no panic hook still shows the run", async ({ page, stage, console }) => {
  console.expect(/(uncaught|error): unreachable/);
  await stage.open();
  await page.evaluate(() => {
    window.extentscopeNoteRun("t1 aio_write 0+4");
    // A module with one function, which traps.
    const bytes = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 5, 1, 3, 0, 0, 11];
    const trap = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(bytes))).exports.f as () => void;
    setTimeout(trap);
  });
  await expect(stage.report()).toHaveValue(/unreachable[^]*run:\nt1 aio_write 0\+4/);
});

declare global {
  interface Window {
    extentscopePanic(message: string, run?: string): void;
    extentscopeNoteRun(run: string): void;
  }
}
