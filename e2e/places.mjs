// Makes a module forget where in a library it panicked. Rust stores a place with every check: 16 bytes
// with the address and length of the file's name, the line and the column. They hardly compress. A
// report of a panic keeps the file and line of our own code; of a library its message is enough.

const [DATA, I32_CONST, END] = [11, 0x41, 0x0b];
/** What a report says in place of a file of another crate. */
const LIBRARY = "library";
const OWN = "src/";
const [LINES_MAX, COLUMNS_MAX, NAME_MAX] = [100_000, 1000, 250];

/** Changes the module's bytes in place, and returns the number of places that it found. */
export function forgetPlaces(bytes) {
  const segments = dataOf(bytes);
  const offsetOf = (address, length) => {
    const segment = segments.find((it) => it.address <= address && address + length <= it.address + it.length);
    return segment && segment.offset + address - segment.address;
  };
  const nameAt = (address, length) => {
    if (length < 4 || length > NAME_MAX) return;
    const offset = offsetOf(address, length);
    const name = offset && bytes.toString("latin1", offset, offset + length);
    return name && /^[\x20-\x7e]+\.rs$/.test(name) ? { name, offset } : undefined;
  };
  const libraries = new Map(); // the name of each library's file, by its address
  const places = [];
  for (const { address, offset, length } of segments) {
    for (let at = offset + (-address & 3); at + 16 <= offset + length; at += 4) {
      const [file, size, line, column] = [0, 4, 8, 12].map((field) => bytes.readUInt32LE(at + field));
      if (line === 0 || line > LINES_MAX || column === 0 || column > COLUMNS_MAX) continue;
      const place = nameAt(file, size);
      if (!place) continue;
      const isOwn = place.name.startsWith(OWN);
      if (!isOwn) libraries.set(file, { offset: place.offset, size });
      places.push({ at, isOwn });
    }
  }
  const [first] = libraries.keys();
  for (const { at, isOwn } of places) {
    bytes.writeUInt32LE(1, at + 12);
    if (isOwn) continue;
    [first, LIBRARY.length, 1].forEach((value, field) => bytes.writeUInt32LE(value, at + 4 * field));
  }
  for (const { offset, size } of libraries.values()) bytes.fill(" ", offset, offset + size);
  if (first !== undefined) bytes.write(LIBRARY, libraries.get(first).offset, "latin1");
  return places.length;
}

/** The data segments of a module: address in memory, offset in the file, length. */
function dataOf(bytes) {
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const section = bytes[at++];
    const length = number();
    if (section === DATA) return Array.from({ length: number() }, segment);
    at += length;
  }
  return [];

  function segment() {
    const mode = number();
    if (mode !== 0 || bytes[at++] !== I32_CONST) throw new Error("places: expected data at a constant address");
    const address = number(); // below 64 MB, so the sign never shows
    if (bytes[at++] !== END) throw new Error("places: expected the end of an address");
    const length = number();
    const offset = at;
    at += length;
    return { address, offset, length };
  }
}
