// The tests that cannot run in Firefox, with the reasons; all others run in both engines.

import { STATES } from "./states.mjs";

/** The reason for each test, by title. */
export const CHROMIUM_ONLY: Record<string, string> = {
  "a bio overtakes another": "Firefox's driver opens no context menu for Shift+F10; a person's key does",
  "without scripts the page says what it needs": "Firefox's driver cannot switch JavaScript off",
  "reduced motion is respected": "Firefox's driver cannot emulate prefers-reduced-motion",
  "no motion with reduced motion": "Firefox's driver cannot emulate prefers-reduced-motion",
  "a table has the values of its chart, and the CSV equals the table": "Firefox's driver tells of no download",
  "strata, lanes, tree and cycle are saved as SVG with caption and link, and as PNG": "Firefox's driver tells of no download",
  "two designs are saved side by side, and each run as JSON": "Firefox's driver tells of no download",
  "the matrix is saved once it is filled": "Firefox's driver tells of no download",
  "the run is JSON in ITF's shape, which its schema accepts": "Firefox's driver tells of no download",
  "the mail text and the embed code": "Firefox's driver tells of no download",
  "a printed page has script, steps and end, black on white": "Firefox's driver cannot emulate the print medium",
  "a chart is saved as a picture with its title and legend": "Firefox's driver tells of no download",
};

for (const { name } of STATES) {
  CHROMIUM_ONLY[`nothing collides and no word is cut: ${name}`] = "it measures line boxes, which are a pixel higher in Firefox";
}

/** Matches a test in the list, by its whole title. */
export function isChromiumOnly(): RegExp {
  const titles = Object.keys(CHROMIUM_ONLY).map((title) => title.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`(?:${titles.join("|")})$`);
}
