// What cannot be tested in Firefox, and why; everything else runs in both engines.

/** By title, each with its reason. */
export const CHROMIUM_ONLY: Record<string, string> = {
  "a bio overtakes another": "Firefox's driver opens no context menu for Shift+F10; a person's key does",
  "without scripts the page says what it needs": "Firefox's driver cannot switch JavaScript off",
  "reduced motion is respected": "Firefox's driver cannot emulate prefers-reduced-motion",
  "no motion where none is wanted": "Firefox's driver cannot emulate prefers-reduced-motion",
  "a table says what its chart is drawn from, and the CSV is the table": "Firefox's driver tells of no download",
  "a chart is saved as a picture with its title and legend": "Firefox's driver tells of no download",
};

/** Matches a test in the list, by its whole title. */
export function isChromiumOnly(): RegExp {
  const titles = Object.keys(CHROMIUM_ONLY).map((title) => title.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`(?:${titles.join("|")})$`);
}
