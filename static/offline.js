// Starts sw.js, which keeps the page for use without network, and offers a new version when there
// is one. The page does not change until the reader asks for it.
//
// Contract with the tests: <html data-kept="true"> once everything is kept.

const byId = (id) => document.getElementById(id);
const LOOK_AGAIN_MS = 60 * 60 * 1000;

/** `writeAddress` writes the run into the address, which the new version opens again. */
export async function keep(writeAddress) {
  const workers = navigator.serviceWorker;
  if (!workers) return;
  let registration;
  try {
    registration = await workers.register("./sw.js", { updateViaCache: "none" });
  } catch {
    return; // the page works all the same, as long as there is a network
  }
  const isUpdate = Boolean(workers.controller);
  workers.ready.then(() => (document.documentElement.dataset.kept = "true"));
  const offer = (worker) => {
    if (worker?.state !== "installed" || !workers.controller) return;
    byId("update").hidden = false;
    byId("update-take").onclick = () => {
      writeAddress();
      // Another tab has taken it already.
      if (worker.state !== "installed") return location.reload();
      workers.addEventListener("controllerchange", () => location.reload(), { once: true });
      worker.postMessage("take over");
    };
  };
  const watch = (worker) => {
    offer(worker);
    worker?.addEventListener("statechange", () => offer(worker));
  };
  registration.addEventListener("updatefound", () => watch(registration.installing));
  // The browser looks for a new version by itself, and may have found one before this file arrived.
  if (isUpdate) [registration.waiting, registration.installing].forEach(watch);
  byId("update-later").onclick = () => (byId("update").hidden = true);
  // A page that stays open for days looks for a new version; errors without network are ignored.
  setInterval(() => registration.update().catch(() => {}), LOOK_AGAIN_MS);
}
