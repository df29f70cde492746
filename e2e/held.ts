// Holds things that would pass too fast for a test to see, so that no test depends on the speed of
// the machine.

import type { Page } from "@playwright/test";

declare global {
  interface Window {
    held: { from: number | null; resume: () => void; beats: Map<number, () => void> };
  }
}

/**
 * A search that pauses in its middle. Each worker begins paused and is released slice by slice, each as
 * short as can be, until a job has visited enough states; it then stays paused until `release`, or
 * until the page stops it. The page receives all messages of the workers, and
 * all its orders arrive, except "resume" while the search is held.
 */
export class HeldSearch {
  private constructor(private readonly page: Page) {}

  /** Must be called before the page is opened. */
  static async on(page: Page): Promise<HeldSearch> {
    await page.addInitScript(() => {
      const workers = new Set<Held>();
      const resume = () => workers.forEach((worker) => worker.resume());
      const held = (window.held = { from: null as number | null, resume, beats: new Map() });
      class Held extends Worker {
        set onmessage(hear: (event: MessageEvent) => void) {
          super.onmessage = (event: MessageEvent) => {
            const [kind, , text] = event.data;
            // What it is paused before: the first slice of a job, or another one.
            const isEarly = kind === "progress" ? Number.parseInt(text) < (held.from ?? 0) : ["ready", "report", "failed"].includes(kind);
            if (held.from !== null && workers.has(this) && isEarly) {
              for (const order of ["resume", "pause"]) super.postMessage({ order });
            }
            hear(event);
          };
        }

        postMessage(message: { model?: unknown; order?: string }) {
          if (held.from !== null && message.order === "resume" && !message.model) return;
          if (held.from === null || !message.model) return super.postMessage(message);
          workers.add(this);
          super.postMessage({ ...message, sliceMs: 0, order: "pause" });
        }

        resume() {
          super.postMessage({ order: "resume" });
        }
      }
      Object.assign(window, { Worker: Held });
    });
    return new HeldSearch(page);
  }

  /** Searches that start from now on are held as soon as they have visited so many states. */
  async hold(from = 0) {
    await this.page.evaluate((from) => Object.assign(window.held, { from }), from);
  }

  /** Searches that start from now on are not held; one that is held stays held. */
  async spare() {
    await this.page.evaluate(() => Object.assign(window.held, { from: null }));
  }

  /** Releases a held search, and does not hold searches that start from now on. */
  async release() {
    await this.spare();
    await this.page.evaluate(() => window.held.resume());
  }
}

/** The page's interval callbacks run only when the test calls `beat`. */
export class HeldBeat {
  private constructor(private readonly page: Page) {}

  /** Must be called before the page is opened. */
  static async on(page: Page): Promise<HeldBeat> {
    await page.addInitScript(() => {
      const beats = new Map<number, () => void>();
      window.held = { from: null, resume: () => {}, beats };
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

/** Waits until no animation is running. */
export async function still(page: Page) {
  await page.evaluate(async () => {
    const moving = () => document.getAnimations().filter(({ playState }) => playState === "running");
    for (let now = moving(); now.length; now = moving()) {
      await Promise.allSettled(now.map(({ finished }) => finished));
    }
  });
}

/** Matches the module of the page or of a program. The address of boot.js contains a module's name
 * too, in its query. */
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
