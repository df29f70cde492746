// Keeps all files of the page, so that everything works without network after the first load. The
// build writes the list of files and its version (e2e/offline.mjs). Each version has its own cache,
// so the files of two versions are never mixed. A new version waits until the reader asks for it
// (offline.js), so no run is interrupted.

const VERSION = "{{version}}";
const FILES = "{{files}}";

const OURS = `extentscope ${registration.scope} `;
const CACHE = OURS + VERSION;

addEventListener("install", (event) => {
  const requests = FILES.map((file) => new Request(file, { cache: "no-cache" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)));
});

addEventListener("activate", (event) => {
  const forget = async () => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith(OURS) && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    // From now on this worker also serves the page that was loaded from the network.
    await clients.claim();
  };
  event.waitUntil(forget());
});

addEventListener("message", ({ data }) => {
  if (data === "take over") skipWaiting();
});

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(registration.scope)) return;
  event.respondWith(answer(request));
});

async function answer(request) {
  const cache = await caches.open(CACHE);
  // Queries only force a reload or pass names; the file is the same.
  const kept = await cache.match(request, { ignoreSearch: true });
  // The page has several names: its folder, and index.html.
  const isPage = request.mode === "navigate" && /\/(index\.html)?$/.test(new URL(request.url).pathname);
  const answer = kept ?? (isPage && (await cache.match("./")));
  if (!answer) return fetch(request);
  // A script finds what stands in its query in its own address, which is the answer's where that has one.
  return new Response(answer.body, answer);
}
