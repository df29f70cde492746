// The page as a person uses it, in verbs; tests reach it by roles and names, never by structure.
// Where a name on the page changes, it changes here and nowhere else.

import { expect, type Locator, type Page } from "@playwright/test";

export class Stage {
  constructor(readonly page: Page) {}

  /** Opens the page and waits until it answers; `rest` is a query or a hash. */
  async open(rest = "") {
    await this.page.goto(rest || ".");
    await this.isReady();
  }

  async isReady() {
    await expect(this.page.locator("html")).toHaveAttribute("data-ready", "true");
  }

  name(): Locator {
    return this.page.getByRole("heading", { level: 1, name: "extentscope" });
  }

  panel(name: string): Locator {
    return this.page.getByRole("region", { name });
  }

  /** The banner of static/boot.js. */
  trouble(): Locator {
    return this.page.getByRole("alert");
  }

  report(): Locator {
    return this.trouble().getByRole("textbox", { name: /as text/ });
  }
}
