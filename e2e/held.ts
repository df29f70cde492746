// What would go by too fast for a test to see stands still until the test has looked: no test depends
// on how fast the machine is, or how busy.

import type { Page } from "@playwright/test";

declare global {
  interface Window {
    held: { search: string | null; resume: () => void; beats: Map<number, () => void> };
  }
}

/**
 * A search that stands still in its middle. The worker is paused after its first slice, then let go
 * slice by slice until its progress matches; there it stays until `release`, or until the page stops it.
 * The page hears all that the worker says, and its orders arrive, but for "resume" while it stands.
 */
export class HeldSearch {
  private constructor(private readonly page: Page) {}

  /** Before the page is opened. */
  static async on(page: Page): Promise<HeldSearch> {
    await page.addInitScript(() => {
      const held = (window.held = { search: null as string | null, resume: () => {}, beats: new Map() });
      class Held extends Worker {
        set onmessage(hear: (event: MessageEvent) => void) {
          super.onmessage = (event: MessageEvent) => {
            const [kind, , text] = event.data;
            if (held.search !== null && kind === "progress" && !new RegExp(held.search).test(text)) {
              for (const order of ["resume", "pause"]) super.postMessage({ order });
            }
            hear(event);
          };
        }

        postMessage(message: { jobs?: unknown; order?: string }) {
          if (held.search !== null && message.order === "resume") return;
          super.postMessage(message);
          if (held.search === null || !message.jobs) return;
          held.resume = () => super.postMessage({ order: "resume" });
          super.postMessage({ order: "pause" });
        }
      }
      Object.assign(window, { Worker: Held });
    });
    return new HeldSearch(page);
  }

  /** Searches that begin from now on stand still as soon as their progress, as the worker tells it, matches. */
  async hold(progress = /^/) {
    await this.page.evaluate((search) => Object.assign(window.held, { search }), progress.source);
  }

  /** Searches that begin from now on do not stand; the one that stands goes on standing. */
  async spare() {
    await this.page.evaluate(() => Object.assign(window.held, { search: null }));
  }

  /** The one that stands goes on, and those that begin do not stand. */
  async release() {
    await this.spare();
    await this.page.evaluate(() => window.held.resume());
  }
}

/** What the page does at intervals is done when the test says `beat`, and not else. */
export class HeldBeat {
  private constructor(private readonly page: Page) {}

  /** Before the page is opened. */
  static async on(page: Page): Promise<HeldBeat> {
    await page.addInitScript(() => {
      const beats = new Map<number, () => void>();
      window.held = { search: null, resume: () => {}, beats };
      let last = 0;
      Object.assign(window, {
        setInterval: (beat: () => void) => (beats.set(++last, beat), last),
        clearInterval: (id: number) => beats.delete(id),
      });
    });
    return new HeldBeat(page);
  }

  async beat() {
    await this.page.evaluate(() => [...window.held.beats.values()].forEach((beat) => beat()));
  }
}

/** Waits until nothing moves or fades any more. */
export async function still(page: Page) {
  await page.evaluate(async () => {
    const moving = () => document.getAnimations().filter(({ playState }) => playState === "running");
    for (let now = moving(); now.length; now = moving()) {
      await Promise.allSettled(now.map(({ finished }) => finished));
    }
  });
}

/** The page's module, or one of its programs'. The address of boot.js names one too, in its query. */
export const isModel = (url: URL) => url.pathname.endsWith(".wasm");

/** Holds the model back until the returned function is called. */
export async function holdModel(page: Page) {
  let release = () => {};
  const released = new Promise<void>((done) => (release = done));
  await page.route(isModel, async (route) => {
    await released;
    await route.continue();
  });
  return release;
}
