// A smoke test in the third engine, Debian's WebKitGTK, driven by WebDriver on a virtual display.
// The page opens, S7 runs to the deadlock, the explorer finds it, the laboratory opens, and the
// console stays empty.
//
//   node webkit.mjs        against dist/ as it is

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { find } from "./browsers.mjs";
import { serve } from "./server.mjs";
import { DIST } from "./sizes.mjs";

/** The limit in milliseconds that stops a hang; it does not measure speed. */
const LIMIT = 600_000;
const POLL = 100;

/** Runs before the page's scripts, and records console messages and policy violations. */
const PROBE = `
const said = (window.said = []);
for (const kind of ["error", "warn"]) {
  const tell = console[kind];
  console[kind] = (...words) => (said.push(kind + ": " + words.join(" ")), tell.apply(console, words));
}
addEventListener("error", (event) => said.push("uncaught: " + event.message));
addEventListener("unhandledrejection", (event) => said.push("rejected: " + event.reason));
document.addEventListener("securitypolicyviolation", (event) => said.push("policy: " + event.violatedDirective));
`;

const children = [];

async function main() {
  const server = await serve(DIST, 0, "/some/sub/", PROBE);
  try {
    const session = await open(await display());
    await walk(session, server.url);
    await session.end();
    console.log("WebKit: the page, S7 to the deadlock, the explorer and the laboratory work, and the console is quiet.");
  } finally {
    for (const child of children) child.kill();
    await server.close();
  }
}

/** The actions of the reader. Each wait ends when the page shows the result. */
async function walk(session, url) {
  await session.go(url);
  await session.until("the page is ready", "return document.documentElement.dataset.ready === 'true'");
  await session.click(await session.element('//button[@id="greeting-free"]'));
  for (let steps = 0; ; steps++) {
    const forward = await session.element('//button[@aria-label="Step forward"]');
    if ((await session.attribute(forward, "aria-disabled")) === "true") break;
    if (steps > 100) throw new Error("S7 does not end");
    await session.click(forward);
  }
  await session.until("the deadlock", "return /Deadlock/.test(document.querySelector('[role=group][aria-label=Verdict]').textContent)");
  await session.click(await session.element('//button[normalize-space()="Explore"]'));
  await session.click(await session.element('//dialog//button[normalize-space()="Search this script"]'));
  await session.until("the search", "return /395 states, 842 transitions, depth 38, .*complete/.test(document.querySelector('dialog[open]').textContent)");
  await session.click(await session.element('//dialog[@open]//button[@aria-label="Close explorer" or normalize-space()="Close"]'));
  await session.click(await session.element('//button[normalize-space()="laboratory"]'));
  await session.element('//dialog[@open]//button[@aria-label="Next line"]');
  await session.until("the stage's tree in the laboratory", "return /line ([1-9]\\d*) of \\1/.test(document.querySelector('dialog[open]').textContent)");
  const said = await session.run("return window.said");
  if (said.length) throw new Error(`the console is not quiet:\n${said.join("\n")}`);
}

/** Starts a virtual display; returns its name. */
async function display() {
  const child = start(find("Xvfb"), ["-displayfd", "3", "-screen", "0", "1440x900x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const [number] = await once(child.stdio[3], "data");
  return `:${String(number).trim()}`;
}

async function open(screen) {
  const port = await freePort();
  start(find("WebKitWebDriver"), [`--port=${port}`], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, DISPLAY: screen, GDK_BACKEND: "x11", NO_AT_BRIDGE: "1" },
  });
  const session = new Session(`http://127.0.0.1:${port}`);
  await session.begin();
  return session;
}

function start(program, args, options) {
  const child = spawn(program, args, options);
  children.push(child);
  child.once("error", (error) => {
    throw error;
  });
  return child;
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Debian installs it beside the library, in a folder named after the library's version. */
function miniBrowser() {
  for (const folder of ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/libexec", "/usr/lib"]) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder).filter((name) => name.startsWith("webkit2gtk-")).sort().reverse()) {
      const program = `${folder}/${name}/MiniBrowser`;
      if (existsSync(program)) return program;
    }
  }
  throw new Error("WebKitGTK's MiniBrowser is missing: make test installs Debian's webkit2gtk-driver, which brings it.");
}

/** The WebDriver commands (https://www.w3.org/TR/webdriver2/) that this test needs. */
class Session {
  constructor(server) {
    this.server = server;
  }

  async begin() {
    const options = { binary: miniBrowser(), args: ["--automation"] };
    const capabilities = { alwaysMatch: { "webkitgtk:browserOptions": options } };
    await until("WebKitWebDriver", () => fetch(`${this.server}/status`).then((it) => it.ok, () => false));
    const { sessionId } = await this.call("POST", "/session", { capabilities });
    this.prefix = `/session/${sessionId}`;
    await this.ask("/timeouts", { script: LIMIT, pageLoad: LIMIT, implicit: 0 });
  }

  end = () => this.call("DELETE", this.prefix);
  go = (url) => this.ask("/url", { url });
  run = (script) => this.ask("/execute/sync", { script, args: [] });
  click = (element) => this.ask(`/element/${element}/click`, {});
  attribute = (element, name) => this.call("GET", `${this.prefix}/element/${element}/attribute/${name}`);
  ask = (path, body) => this.call("POST", this.prefix + path, body);
  until = (what, script) => until(what, () => this.run(script));

  /** The first element that an XPath finds, as soon as it exists. */
  async element(value) {
    const found = () => this.ask("/elements", { using: "xpath", value });
    const [first] = await until(value, async () => {
      const all = await found();
      return all.length > 0 && all;
    });
    return Object.values(first)[0];
  }

  async call(method, path, body) {
    const response = await fetch(this.server + path, { method, body: body && JSON.stringify(body) });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${value?.error}: ${value?.message}`);
    return value;
  }
}

/** Asks until the answer is true. */
async function until(what, ask) {
  for (let waited = 0; waited < LIMIT; waited += POLL) {
    const answer = await ask();
    if (answer) return answer;
    await sleep(POLL);
  }
  throw new Error(`WebKit waits for ${what} forever`);
}

await main();
