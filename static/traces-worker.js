// Reads a trace without holding up the page, with the dialog's module (src/bin/traces.rs). A
// message is `{ read: file or text }`, `{ ask: … }` or
// `{ choose: kernel }`. A report is a kind ("progress", "done",
// "chosen", "sight", "failed") and its contents.

const BETWEEN_REPORTS_MS = 100;
const GZIP = [0x1f, 0x8b];

const tell = (kind, what) => postMessage([kind, what]);
const ready = import("./traces.js").then(async (module) => {
  await module.default();
  return module;
});

/** The bytes of a blob as they come, unpacked if it is gzipped. */
async function stream(blob) {
  const head = new Uint8Array(await blob.slice(0, 2).arrayBuffer());
  if (head[0] !== GZIP[0] || head[1] !== GZIP[1]) return { chunks: blob.stream(), seen: () => 0 };
  let seen = 0;
  const count = new TransformStream({
    transform(chunk, controller) {
      seen += chunk.byteLength;
      controller.enqueue(chunk);
    },
  });
  return { chunks: blob.stream().pipeThrough(count).pipeThrough(new DecompressionStream("gzip")), seen: () => seen };
}

async function read(module, source) {
  const blob = typeof source === "string" ? new Blob([source]) : source;
  module.begin();
  const { chunks, seen } = await stream(blob);
  const reader = chunks.getReader();
  let bytes = 0;
  let told = performance.now();
  for (;;) {
    let piece;
    try {
      piece = await reader.read();
    } catch (error) {
      throw new Error(`The file cannot be read (${error.message}): is it whole?`);
    }
    if (piece.done) break;
    const wrong = module.feed(piece.value);
    if (wrong) throw new Error(wrong);
    bytes += piece.value.byteLength;
    if (performance.now() - told < BETWEEN_REPORTS_MS) continue;
    told = performance.now();
    const hundredths = Math.floor((100 * (seen() || bytes)) / Math.max(blob.size, 1));
    tell("progress", [Math.min(hundredths, 100), module.summary().events]);
  }
  return module.finish();
}

addEventListener("message", async ({ data }) => {
  try {
    const module = await ready;
    if (data.ask) tell("sight", module.look(data.ask));
    else if (data.choose !== undefined) tell("chosen", module.choose(data.choose));
    else tell("done", await read(module, data.read));
  } catch (error) {
    tell("failed", String(error?.message ?? error));
  }
});
