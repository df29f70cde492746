// Pictures of panels as SVG and PNG. The elements are drawn again at their places, as shapes and
// text: boxes with fills, edges and patterns, and lines of text. The caption and the link are
// below, so a picture without context still has its description and source.

const NS = "http://www.w3.org/2000/svg";
const MARGIN = 16;
const FOOT = 14;
/** The space between two parts. */
const BETWEEN = 32;
/** Pixels of a PNG to a pixel of the page. */
const SCALE = 2;
const HIDDEN = /^(none|hidden|collapse)$/;

/** An SVG element. */
function shape(name, attributes, ...children) {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== "") made.setAttribute(key, typeof value === "number" ? Math.round(value * 100) / 100 : value);
  }
  made.append(...children);
  return made;
}

const isClear = (color) => !color || color === "transparent" || /^rgba\(.*, 0\)$|\/ 0\)$/.test(color);

class Painter {
  #out;
  #defs;
  #origin;
  #patterns;

  constructor(root, out, defs, patterns) {
    const { left, top } = root.getBoundingClientRect();
    this.#origin = { x: left - root.scrollLeft, y: top - root.scrollTop };
    this.#out = out;
    this.#defs = defs;
    this.#patterns = patterns;
  }

  paint(element, clip) {
    const style = getComputedStyle(element);
    if (HIDDEN.test(style.display) || HIDDEN.test(style.visibility) || style.clipPath !== "none") return;
    const rect = element.getBoundingClientRect();
    const box = { x: rect.left - this.#origin.x, y: rect.top - this.#origin.y, width: rect.width, height: rect.height };
    if (element instanceof SVGSVGElement) return this.#copy(element, box);
    const seen = cut(box, clip);
    if (seen) this.#box(element, style, seen);
    const inner = style.overflow === "visible" ? clip : seen;
    if (!inner) return;
    for (const child of element.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) this.#text(child, style, inner);
      else if (child.nodeType === Node.ELEMENT_NODE) this.paint(child, inner);
    }
  }

  #box(element, style, box) {
    const radius = Math.min(parseFloat(style.borderTopLeftRadius) || 0, box.width / 2, box.height / 2);
    if (!isClear(style.backgroundColor)) this.#rect(box, radius, { fill: style.backgroundColor });
    if (element.matches(".stratum-blocks")) this.#ruler(element, style, box);
    else if (style.backgroundImage.includes("gradient") && !element.matches(".lane-cursor, .span-ran")) {
      this.#rect(box, radius, { fill: this.#pattern(style.backgroundImage) });
    }
    const inset = /(rgba?\([^)]*\)) 0px 0px 0px ([\d.]+)px inset/.exec(style.boxShadow);
    if (inset) this.#stroke(box, radius, inset[1], parseFloat(inset[2]), "");
    if (!HIDDEN.test(style.outlineStyle) && element.matches(".status-h")) {
      this.#stroke(box, radius, style.outlineColor, parseFloat(style.outlineWidth), "4 3");
    }
    this.#borders(style, box, radius);
  }

  #borders(style, { x, y, width, height }, radius) {
    const side = (name) => {
      const wide = HIDDEN.test(style[`border${name}Style`]) ? 0 : parseFloat(style[`border${name}Width`]);
      const color = style[`border${name}Color`];
      return { wide: isClear(color) ? 0 : wide, color, dash: /dashed|dotted/.test(style[`border${name}Style`]) ? "4 3" : "" };
    };
    const [top, right, bottom, left] = ["Top", "Right", "Bottom", "Left"].map(side);
    const all = [top, right, bottom, left];
    if (all.every((it) => it.wide > 0 && it.wide === top.wide && it.color === top.color)) {
      return this.#stroke({ x, y, width, height }, radius, top.color, top.wide, top.dash);
    }
    const line = ({ wide, color, dash }, x1, y1, x2, y2) => {
      if (wide > 0) this.#out.append(shape("line", { x1, y1, x2, y2, stroke: color, "stroke-width": wide, "stroke-dasharray": dash }));
    };
    line(top, x, y + top.wide / 2, x + width, y + top.wide / 2);
    line(bottom, x, y + height - bottom.wide / 2, x + width, y + height - bottom.wide / 2);
    line(left, x + left.wide / 2, y, x + left.wide / 2, y + height);
    line(right, x + width - right.wide / 2, y, x + width - right.wide / 2, y + height);
  }

  #rect({ x, y, width, height }, rx, more) {
    this.#out.append(shape("rect", { x, y, width, height, rx: rx || null, ...more }));
  }

  #stroke({ x, y, width, height }, rx, stroke, wide, dash) {
    const inner = { x: x + wide / 2, y: y + wide / 2, width: Math.max(width - wide, 0), height: Math.max(height - wide, 0) };
    this.#rect(inner, rx, { fill: "none", stroke, "stroke-width": wide, "stroke-dasharray": dash });
  }

  /** The hairlines of the ruler that runs through all layers, every four blocks. */
  #ruler(element, style, { x, y, width, height }) {
    const blocks = Number(style.getPropertyValue("--blocks")) || 16;
    if (element.closest(".ruler")) return;
    for (let block = 0; block <= blocks; block += 4) {
      const at = x + (width * block) / blocks;
      this.#out.append(shape("line", { x1: at, y1: y, x2: at, y2: y + height, stroke: style.getPropertyValue("--edge") && getComputedStyle(element).color, "stroke-opacity": 0.2 }));
    }
  }

  /** A hatch or dots, as a style sheet draws them with gradients. */
  #pattern(image) {
    const known = this.#patterns.get(image);
    if (known) return known;
    const colors = [...image.matchAll(/(?:rgba?|color|oklab|oklch)\([^)]*\)/g)].map(([color]) => color).filter((color) => !isClear(color));
    const id = `pattern-${this.#patterns.size}`;
    const mark = colors[0] ?? "gray";
    const isDots = image.startsWith("radial");
    const size = isDots ? 6 : 7;
    const drawn = isDots
      ? shape("circle", { cx: 3, cy: 3, r: 1.1, fill: mark })
      : shape("rect", { width: 1.5, height: size, fill: mark });
    this.#defs.append(
      shape("pattern", { id, width: size, height: size, patternUnits: "userSpaceOnUse", patternTransform: isDots ? null : "rotate(45)" }, drawn),
    );
    this.#patterns.set(image, `url(#${id})`);
    return `url(#${id})`;
  }

  /** A text, line by line as it was broken. */
  #text(node, style, clip) {
    const size = parseFloat(style.fontSize);
    if (!node.data.trim() || size < 1 || isClear(style.color)) return;
    for (const { words, rect } of lines(node)) {
      const x = rect.left - this.#origin.x;
      const middle = rect.top - this.#origin.y + rect.height / 2;
      if (middle < clip.y - 1 || middle > clip.y + clip.height + 1 || x > clip.x + clip.width) continue;
      const text = style.textTransform === "uppercase" ? words.toUpperCase() : words;
      const look = { "font-family": style.fontFamily, "font-size": size, "font-weight": style.fontWeight === "400" ? null : style.fontWeight };
      const place = style.writingMode.startsWith("vertical") ? this.#upward(rect, size) : { x, y: middle + size * 0.35, textLength: rect.width };
      this.#out.append(shape("text", { ...place, fill: style.color, ...look, lengthAdjust: "spacingAndGlyphs" }, text));
    }
  }

  /** The place of a text that reads from the bottom to the top, as the heads of the matrix do. */
  #upward(rect, size) {
    const x = rect.left - this.#origin.x + rect.width / 2 + size * 0.35;
    const y = rect.bottom - this.#origin.y;
    return { x, y, transform: `rotate(-90 ${x.toFixed(2)} ${y.toFixed(2)})`, textLength: rect.height };
  }

  /** A picture that is SVG already, with the style that it has on the page. */
  #copy(svg, { x, y, width, height }) {
    const copy = svg.cloneNode(true);
    const kept = ["fill", "stroke", "stroke-width", "stroke-dasharray", "opacity", "font-size", "font-weight", "font-family", "text-anchor", "vector-effect", "paint-order"];
    const [from, to] = [svg, copy].map((root) => [root, ...root.querySelectorAll("*")]);
    to.forEach((element, at) => {
      const style = getComputedStyle(from[at]);
      const moved = from[at].style.transform;
      for (const name of [...element.getAttributeNames()]) {
        if (/^(class|style|role|tabindex|data-|aria-)/.test(name)) element.removeAttribute(name);
      }
      if (moved) element.setAttribute("transform", moved.replaceAll("px", ""));
      if (element === copy || element.tagName === "title") return;
      for (const name of kept) {
        const value = style.getPropertyValue(name);
        if (value && !(name === "fill" && /url/.test(value))) element.setAttribute(name, value);
      }
      const fill = /url\("?#([\w-]+)"?\)/.exec(style.fill);
      if (fill) element.setAttribute("fill", this.#filled(fill[1]));
    });
    for (const [name, value] of Object.entries({ x, y, width, height })) copy.setAttribute(name, value);
    this.#out.append(copy);
  }

  /** A pattern of index.html, with its colours. */
  #filled(id) {
    if (!this.#patterns.has(id)) {
      const pattern = document.getElementById(id).cloneNode(true);
      const from = document.getElementById(id).children;
      [...pattern.children].forEach((child, at) => {
        child.setAttribute("fill", getComputedStyle(from[at]).fill);
        child.removeAttribute("class");
      });
      this.#defs.append(pattern);
      this.#patterns.set(id, `url(#${id})`);
    }
    return this.#patterns.get(id);
  }
}

/** What two boxes share; nothing if that is nothing. */
function cut(box, clip) {
  const x = Math.max(box.x, clip.x);
  const y = Math.max(box.y, clip.y);
  const width = Math.min(box.x + box.width, clip.x + clip.width) - x;
  const height = Math.min(box.y + box.height, clip.y + clip.height) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : null;
}

/** The lines of a text as it is broken on the page, each with its place. */
function lines(node) {
  const range = document.createRange();
  const found = [];
  for (const { 0: word, index } of node.data.matchAll(/\S+\s*/g)) {
    range.setStart(node, index);
    range.setEnd(node, index + word.trimEnd().length);
    const rect = range.getBoundingClientRect();
    if (!rect.width) continue;
    const last = found.at(-1);
    if (last && Math.abs(last.top - rect.top) < 2) {
      last.words += word;
      last.end = index + word.trimEnd().length;
    } else {
      found.push({ words: word, top: rect.top, start: index, end: index + word.trimEnd().length });
    }
  }
  return found.map(({ words, start, end }) => {
    range.setStart(node, start);
    range.setEnd(node, end);
    return { words: words.replace(/\s+/g, " ").trimEnd(), rect: range.getBoundingClientRect() };
  });
}

/** A wait-for cycle, station by station: on the page its arrows are drawn by the style sheet. */
function cycle(figure, out) {
  const style = getComputedStyle(figure.querySelector(".station-box"));
  const { color } = getComputedStyle(figure.querySelector(".station-arrow"));
  const font = { "font-family": style.fontFamily, "font-size": 13 };
  const [left, width] = [8, 560];
  let y = 8;
  const text = (words, x, fill) => {
    for (const line of broken(words, 72)) {
      out.append(shape("text", { x, y: (y += 18), fill, ...font }, line));
    }
  };
  const boxes = [...figure.querySelectorAll(".station")];
  for (const station of boxes) {
    const top = y;
    text(station.querySelector(".station-box").textContent.trim(), left + 12, style.color);
    y += 8;
    out.append(shape("rect", { x: left, y: top + 2, width, height: y - top - 2, rx: 4, fill: "none", stroke: station.matches(".is-actor") ? color : style.borderTopColor, "stroke-width": 2 }));
    const from = y;
    text(station.querySelector(".station-arrow").textContent.trim(), left + 44, color);
    y += 8;
    out.append(
      shape("line", { x1: left + 24, y1: from, x2: left + 24, y2: y - 6, stroke: color, "stroke-width": 3 }),
      shape("path", { d: `M${left + 17} ${y - 8}h14l-7 9z`, fill: color }),
    );
  }
  text(figure.querySelector(".cycle-back").textContent.trim(), left + 12, color);
  const right = left + width;
  out.append(
    shape("path", { d: `M${right - 60} ${y - 4}H${right + 24}V18H${right + 10}`, fill: "none", stroke: color, "stroke-width": 3 }),
    shape("path", { d: `M${right + 2} 18l10 -7v14z`, fill: color }),
  );
  return { width: right + 32, height: y + 8 };
}

/** A text in lines of so many characters. */
function broken(text, most) {
  const all = [];
  for (const word of text.split(/\s+/).flatMap((word) => word.match(new RegExp(`.{1,${most}}`, "g")) ?? [])) {
    if (all.length && all.at(-1).length + 1 + word.length <= most) all[all.length - 1] += ` ${word}`;
    else all.push(word);
  }
  return all;
}

/** The extent of what an element has painted, also where it scrolls. */
function extent(root) {
  const origin = root.getBoundingClientRect();
  let [width, height] = [Math.max(root.scrollWidth, origin.width), Math.max(root.scrollHeight, origin.height)];
  if (!root.scrollHeight) height = origin.height;
  return { width, height };
}

/**
 * Parts of the page as SVG text, side by side.
 *
 * @param {Element[]} roots what is drawn
 * @param {{ title: string, caption: string, link: string }} about what stands below it, and its name
 */
export function svgOf(roots, { title, caption, link }) {
  const [defs, drawn] = [shape("defs", {}), shape("g", {})];
  const patterns = new Map();
  const size = { width: 0, height: 0 };
  for (const root of roots) {
    const x = size.width ? size.width + BETWEEN : 0;
    const part = shape("g", { transform: `translate(${x} 0)` });
    const { width, height } = root.matches(".cycle") ? cycle(root, part) : extent(root);
    if (!root.matches(".cycle")) new Painter(root, part, defs, patterns).paint(root, { x: 0, y: 0, width, height });
    drawn.append(part);
    [size.width, size.height] = [x + width, Math.max(size.height, height)];
  }
  const page = getComputedStyle(document.documentElement);
  const look = { "font-family": page.fontFamily, "font-size": FOOT, fill: page.color };
  const width = Math.max(size.width, 480) + 2 * MARGIN;
  const most = Math.floor((width - 2 * MARGIN) / (FOOT * 0.56));
  let y = size.height + 2 * MARGIN;
  const foot = shape("g", look);
  for (const line of broken(caption, most)) foot.append(shape("text", { x: MARGIN, y: (y += FOOT * 1.4) }, line));
  const address = shape("a", { href: link, "font-size": 11, "font-family": "monospace" });
  for (const line of broken(link, Math.floor((width - 2 * MARGIN) / 7))) address.append(shape("text", { x: MARGIN, y: (y += 16) }, line));
  foot.append(address);
  const height = y + MARGIN;
  const picture = shape(
    "svg",
    { xmlns: NS, width, height, viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`, role: "img" },
    shape("title", {}, title),
    shape("desc", {}, `${caption} ${link}`),
    defs,
    shape("rect", { width: "100%", height: "100%", fill: page.backgroundColor }),
    shape("g", { transform: `translate(${MARGIN} ${MARGIN})` }, drawn),
    foot,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(picture)}\n`;
}

/** The same picture as PNG. */
export async function pngOf(svg) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth * SCALE, image.naturalHeight * SCALE];
  const context = canvas.getContext("2d");
  context.scale(SCALE, SCALE);
  context.drawImage(image, 0, 0);
  return new Promise((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("no picture was made"))), "image/png"));
}

/** Has the browser save a file. */
export function offer(blob, name) {
  const url = URL.createObjectURL(blob);
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  // Some browsers begin to read only after the click.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
