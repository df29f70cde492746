// The browsers of the distribution: none is downloaded.

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
        // Not here.
      }
    }
  }
  throw new Error(`none of these is on PATH: ${names.join(", ")}. make test installs what is missing.`);
}

/** Milliseconds for a browser to start, on a machine with other work. */
const START = 300_000;

export const chromium = () => ({
  timeout: START,
  executablePath: find("chromium", "chromium-browser", "google-chrome"),
  // Root has no sandbox, and a test makes no call that it did not ask for.
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});

export const firefox = () => ({ timeout: START, executablePath: find("firefox-esr", "firefox") });
