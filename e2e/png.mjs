// Makes pictures of pages small: a palette of at most 256 colours, and the best compression of
// zlib.

import { deflateSync, inflateSync, crc32 } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/**
 * The same picture with at most 256 colours, from an 8-bit PNG without a palette, as browsers write
 * it. Rare colours, which are the edges of letters, are replaced by the nearest remaining colour.
 */
export function small(png) {
  const { width, height, pixels } = decode(png);
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const kept = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, 256);
  const palette = kept.map(([colour]) => colour).sort((a, b) => a - b);
  const index = new Map(palette.map((colour, i) => [colour, i]));
  const rows = Buffer.alloc(height * (width + 1)); // each begins with its filter: none
  for (let i = 0; i < pixels.length; i++) {
    if (!index.has(pixels[i])) index.set(pixels[i], nearest(palette, pixels[i]));
    rows[i + Math.floor(i / width) + 1] = index.get(pixels[i]);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const colours = Buffer.from(palette.flatMap((colour) => channels(colour)));
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("PLTE", colours),
    chunk("IDAT", deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

const channels = (colour) => [colour >> 16, (colour >> 8) & 255, colour & 255];

function nearest(palette, colour) {
  const [r, g, b] = channels(colour);
  let best = 0;
  let least = Infinity;
  palette.forEach((other, i) => {
    const [x, y, z] = channels(other);
    const distance = (r - x) ** 2 + (g - y) ** 2 + (b - z) ** 2;
    if (distance < least) [best, least] = [i, distance];
  });
  return best;
}

/** The pixels as 0xrrggbb; pictures of pages have no transparency. */
function decode(png) {
  const chunks = {};
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    (chunks[png.toString("latin1", at + 4, at + 8)] ??= []).push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const [header] = chunks.IHDR;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const size = { 2: 3, 6: 4 }[header[9]];
  if (header[8] !== 8 || !size || header[12]) throw new Error("expected a PNG of 8-bit RGB or RGBA, not interlaced");
  const bytes = inflateSync(Buffer.concat(chunks.IDAT));
  const stride = width * size;
  const lines = Buffer.alloc(height * stride);
  for (let y = 0; y < height; y++) {
    const filter = bytes[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const left = x >= size ? lines[at - size] : 0;
      const above = y ? lines[at - stride] : 0;
      const corner = x >= size && y ? lines[at - stride - size] : 0;
      const guess = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter];
      lines[at] = bytes[y * (stride + 1) + 1 + x] + guess;
    }
  }
  const pixels = new Uint32Array(width * height);
  for (let i = 0; i < pixels.length; i++) pixels[i] = lines.readUIntBE(i * size, 3);
  return { width, height, pixels };
}

function paeth(left, above, corner) {
  const [l, a, c] = [left, above, corner].map((value) => Math.abs(left + above - corner - value));
  if (l <= a && l <= c) return left;
  return a <= c ? above : corner;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
