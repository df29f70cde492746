// The page as a reader uses it. Tests find elements by role and name, never by structure. If a name
// on the page changes, it changes only here.

import { expect, type Locator, type Page } from "@playwright/test";

export class Stage {
  constructor(readonly page: Page) {}

  /** Opens the page and waits until it answers; `rest` is a query or a hash. Without a run in the
      address the greeting comes first, and is closed. */
  async open(rest = "") {
    await this.page.goto(rest || ".");
    await this.isReady();
    if (!rest.includes("#")) await this.greeting().getByRole("button", { name: /Free stage/ }).click();
  }

  greeting(): Locator {
    return this.page.getByRole("dialog", { name: "When is a write done?" });
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

  // Script and design.

  async choose(scenario: string, design?: string) {
    await this.page.getByRole("combobox", { name: "scenario" }).selectOption(scenario);
    if (design) await this.chooseDesign(design);
  }

  async chooseDesign(design: string) {
    await this.page.getByRole("combobox", { name: "design" }).selectOption(design);
  }

  script(): Locator {
    return this.page.getByRole("textbox", { name: "Script text" });
  }

  async runScript(text: string) {
    await this.script().fill(text);
    await this.page.getByRole("button", { name: "Load script" }).click();
  }

  scriptError(): Locator {
    return this.panel("Script").getByRole("status");
  }

  // The op console.

  operation(): Locator {
    return this.page.getByRole("textbox", { name: "Operation as text" });
  }

  async issue() {
    await this.page.getByRole("button", { name: "Issue" }).click();
  }

  // The run.

  forward(): Locator {
    return this.page.getByRole("button", { name: "Step forward" });
  }

  back(): Locator {
    return this.page.getByRole("button", { name: "Step back" });
  }

  /** A button to a context switch: "to the next", "back to the last". */
  switch(which: string): Locator {
    return this.page.getByRole("button", { name: `Go ${which} context switch` });
  }

  slider(): Locator {
    return this.page.getByRole("slider", { name: "Step of the run" });
  }

  /** A step of the list by its actor, as in "kworker:1". */
  step(actor: string): Locator {
    return this.panel("Next steps").getByRole("button", { name: new RegExp(`^${actor}\\b`) });
  }

  /** Steps forward until no step is possible; returns the number of steps. */
  async runOut(): Promise<number> {
    let steps = 0;
    for (; (await this.forward().getAttribute("aria-disabled")) === "false"; steps++) {
      await this.forward().click();
    }
    return steps;
  }

  // Messages.

  /** The live region: the caption, and the message about the last command. */
  status(): Locator {
    return this.page.getByRole("status", { name: "What happened" });
  }

  verdict(): Locator {
    return this.page.getByRole("group", { name: "Verdict" });
  }

  place(): Locator {
    return this.page.getByRole("group", { name: "Run" }).getByText(/^step \d+ of \d+$/);
  }

  // The inspector.

  branches(): Locator {
    return this.page.getByRole("navigation", { name: "Branches" });
  }

  branch(sentence: RegExp): Locator {
    return this.branches().getByRole("button", { name: sentence });
  }

  /** The name of a layer or of a file, which opens it. */
  object(name: string): Locator {
    return this.panel("Strata").getByRole("button", { name, exact: true });
  }

  inspector(title: string): Locator {
    return this.page.getByRole("complementary", { name: title });
  }

  async showTable(panel: string) {
    await this.page.getByRole("button", { name: `${panel} as a table` }).click();
  }
}
