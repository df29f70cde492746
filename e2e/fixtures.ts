// Tests import `test` and `expect` from here. Every test fails on any console output, on any page
// error and on any violation of the policy, except those announced with `console.expect`.

import { test as base, expect, type Page } from "@playwright/test";
import axe from "axe-core";
import { still } from "./held";
import { Stage } from "./stage";

export { expect };

/** Console output, page errors and policy violations that were not expected. */
export class Console {
  private readonly lines: string[] = [];
  private readonly expected: RegExp[] = [];

  async listen(page: Page) {
    page.on("console", (message) => this.lines.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => this.lines.push(`uncaught: ${error.message}`));
    page.on("crash", () => this.lines.push("the page crashed"));
    await page.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        console.error(`policy: ${event.violatedDirective} blocked ${event.blockedURI}`);
      });
    });
  }

  /** Announces an expected message of a test that breaks something. */
  expect(pattern: RegExp) {
    this.expected.push(pattern);
  }

  surprises() {
    return this.lines.filter((line) => !this.expected.some((pattern) => pattern.test(line)));
  }

  heard(pattern: RegExp) {
    return this.lines.some((line) => pattern.test(line));
  }
}

type Fixtures = { console: Console; stage: Stage; keepsPage: boolean };

export const test = base.extend<Fixtures>({
  baseURL: async ({}, use) => use(process.env.PAGE_URL),

  // A page that is kept for use without network fetches nothing, so a test could not delay a file:
  // only the tests of that keep the page.
  keepsPage: [false, { option: true }],

  console: [
    async ({ page, keepsPage }, use) => {
      if (!keepsPage) await page.addInitScript(() => Object.defineProperty(navigator, "serviceWorker", { value: undefined }));
      const console = new Console();
      await console.listen(page);
      await use(console);
      expect(console.surprises(), "the console is clean").toEqual([]);
    },
    { auto: true },
  ],

  stage: async ({ page }, use) => use(new Stage(page)),
});

/** Throws what a trap out of a program beside the page looks like: later, with the program's file in its stack, which is
    its module's or, in WebKit, that of the script beside it. */
export async function trapIn(page: Page, file: string) {
  await page.evaluate((file) => {
    const trap = new WebAssembly.RuntimeError("unreachable");
    const isModule = file.endsWith(".wasm");
    trap.stack = isModule ? `RuntimeError: unreachable at ${file}:wasm-function[7]:0x1` : `849@<?>:wasm-function[849]\nW@http://localhost/${file}:1:6029`;
    setTimeout(() => {
      throw trap;
    });
  }, file);
}

/** The findings of axe, one line per rule and place; a test expects []. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await still(page); // parts that fade in have their full contrast only afterwards
  // Axe's own driver needs a newer Node. It only evaluates the source, which works here too.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => window.axe.run());
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target }) => `${id}: ${help} (${target.join(" ")})`),
  );
}

declare global {
  interface Window {
    axe: typeof axe;
  }
}
