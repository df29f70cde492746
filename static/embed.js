// The page embedded in another page. It tells its host that it is ready and which step it shows;
// the host may go to other steps. docs/embed.md describes the messages. All other messages are
// ignored.

const VERSION = 1;
const host = window.parent;

/** What is told at each step. */
function standing(kind) {
  const { step, steps, caption, design, verdict } = window.extentscope.view();
  return { extentscope: kind, version: VERSION, step, steps, caption, design, verdict: verdict.kind, height: document.documentElement.scrollHeight };
}

// Any host may receive the messages: they contain only what the reader sees.
const tell = (message, origin = "*") => host.postMessage(message, origin);

const ORDERS = {
  ping: () => {},
  seek: ({ step }) => {
    if (!Number.isInteger(step) || step < 0) throw new Error("seek: expected a step, a whole number from 0");
    window.extentscope.seek(step);
  },
  open: ({ link }) => {
    if (typeof link !== "string") throw new Error("open: expected a link's fragment");
    window.extentscope.open(link);
  },
  theme: ({ theme }) => window.extentscopeTheme(String(theme)),
};

addEventListener("message", ({ data, source, origin }) => {
  if (source !== host || typeof data?.extentscope !== "string") return;
  const order = Object.hasOwn(ORDERS, data.extentscope) && ORDERS[data.extentscope];
  const answers = origin === "null" ? "*" : origin;
  try {
    if (!order) throw new Error(`${data.extentscope.slice(0, 24)}: expected ${Object.keys(ORDERS).join(", ")}`);
    order(data);
    tell({ ...standing("pong"), to: data.extentscope }, answers);
  } catch (error) {
    tell({ extentscope: "error", version: VERSION, message: error.message }, answers);
  }
});

let told = "";
/** After every command: says where the run stands, if that is elsewhere. */
export function moved() {
  const now = standing("step");
  const text = JSON.stringify(now);
  if (text !== told) tell(now);
  told = text;
}

tell(standing("ready"));
told = JSON.stringify(standing("step"));
