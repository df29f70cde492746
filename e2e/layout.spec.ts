// In common states at six sizes: no two panels overlap, no word is cut, no panel is wider than the
// screen, and nothing is out of sight if the page does not scroll. `make look` takes pictures of
// the same states.

import { expect, test } from "./fixtures";
import { SIZES, STATES } from "./states.mjs";

for (const { name, link, reach } of STATES) {
  test(`nothing collides and no word is cut: ${name}`, async ({ page, stage }) => {
    for (const viewport of SIZES) {
      await page.setViewportSize(viewport);
      await page.goto("about:blank");
      await stage.open(`#${link}`);
      await reach(page);
      const faults = await page.evaluate(measure);
      expect(faults, `${name} at ${viewport.width} by ${viewport.height}`).toEqual([]);
    }
  });
}

/** Runs on the page. */
function measure(): string[] {
  const faults: string[] = [];
  const isSeen = (it: Element) => it.checkVisibility({ visibilityProperty: true }) && it.getBoundingClientRect().width > 0;
  const name = (it: Element) =>
    it.getAttribute("aria-labelledby") ? it.querySelector("h2")?.textContent?.trim() || it.className : it.className;
  // The areas of the grid, except containers whose parts are areas themselves.
  const areas = [...document.querySelectorAll(".stage [class*='area-'], .stage .embed-line")].filter(
    (it) => isSeen(it) && !it.matches(".area-inspector, .area-bar *"),
  );
  const dialog = document.querySelector("dialog[open]");
  for (const [at, one] of areas.entries()) {
    const a = one.getBoundingClientRect();
    for (const other of areas.slice(at + 1)) {
      if (one.contains(other) || other.contains(one)) continue;
      const isFixed = [one, other].some((it) => getComputedStyle(it).position === "fixed");
      const b = other.getBoundingClientRect();
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 1 && high > 1 && !isFixed) faults.push(`${name(one)} lies over ${name(other)} by ${wide.toFixed(0)} × ${high.toFixed(0)}`);
    }
    if (a.right > innerWidth + 1 || a.left < -1) faults.push(`${name(one)} is wider than the screen`);
  }
  if (document.documentElement.scrollWidth > innerWidth) faults.push(`the page is ${document.documentElement.scrollWidth} wide`);
  // Words: no line of text is cut by a box that neither scrolls nor shows an ellipsis.
  const texts = document.createTreeWalker(dialog ?? document.querySelector(".stage")!, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (texts.nextNode()) {
    const text = texts.currentNode as Text;
    const around = text.parentElement!;
    if (!text.data.trim() || !isSeen(around) || around.closest(".visually-hidden, select, textarea, [aria-hidden=true]")) continue;
    if (parseFloat(getComputedStyle(around).fontSize) < 2) continue;
    range.selectNodeContents(text);
    for (const line of range.getClientRects()) {
      if (line.width < 1) continue;
      for (let box: Element | null = around; box && box !== document.body; box = box.parentElement) {
        const style = getComputedStyle(box);
        if (style.overflowX === "visible" && style.overflowY === "visible") continue;
        if (/auto|scroll/.test(style.overflowX + style.overflowY)) break; // the reader scrolls it
        const room = box.getBoundingClientRect();
        // A line that is wholly outside is hidden on purpose; a line that is partly inside is cut.
        const isOut = line.top >= room.bottom - 1 || line.bottom <= room.top + 1 || line.left >= room.right - 1;
        const isCut = line.bottom > room.bottom + 4 || line.top < room.top - 4 || line.right > room.right + 2;
        if (!isOut && isCut && style.textOverflow !== "ellipsis") {
          faults.push(`"${text.data.trim().slice(0, 40)}" is cut by ${box.className || box.tagName}`);
        }
        break;
      }
    }
  }
  // Headings must not overlap their neighbours in the row.
  for (const head of [...document.querySelectorAll(".panel-head, .area-top")].filter(isSeen)) {
    const parts = [...head.children].filter(isSeen);
    for (const [at, one] of parts.entries()) {
      const a = one.getBoundingClientRect();
      for (const other of parts.slice(at + 1)) {
        const b = other.getBoundingClientRect();
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (wide > 1 && high > 2) faults.push(`"${one.textContent?.trim()}" runs into "${other.textContent?.trim()}"`);
      }
    }
  }
  // Where the page is one screen, all panels are on it.
  const root = document.documentElement;
  if (root.scrollHeight <= innerHeight + 1) {
    for (const area of areas) {
      const { top, bottom } = area.getBoundingClientRect();
      if (bottom > innerHeight + 1 || top < -1) faults.push(`${name(area)} is out of sight`);
    }
  }
  // A panel that has not even one line is invisible.
  for (const area of areas.filter((it) => it.matches(".panel"))) {
    const body = area.querySelector(".panel-body:not([hidden])");
    if (body && isSeen(body) && body.clientHeight < Math.min(body.scrollHeight, 24)) {
      faults.push(`${name(area)} has ${body.clientHeight} pixels for its content of ${body.scrollHeight}`);
    }
  }
  return [...new Set(faults)];
}
