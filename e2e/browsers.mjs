// Finds the browsers of the distribution; none is downloaded.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The first of these programs that is on PATH. */
export function find(...names) {
  for (const name of names) {
    for (const folder of process.env.PATH.split(delimiter)) {
      const program = join(folder, name);
      try {
        accessSync(program, constants.X_OK);
        return program;
      } catch {
        // This folder does not have it.
      }
    }
  }
  throw new Error(`none of these is on PATH: ${names.join(", ")}. make test installs what is missing.`);
}

/** The limit for starting a browser in milliseconds, for a machine with other work. */
const START = 300_000;

export const chromium = () => ({
  timeout: START,
  executablePath: find("chromium", "chromium-browser", "google-chrome"),
  // Root has no sandbox, and a test makes no network requests of its own.
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});

export const firefox = () => ({ timeout: START, executablePath: find("firefox-esr", "firefox") });
