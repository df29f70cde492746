// Shows the meaning of explained words, the elements with `data-says` (src/app/shell/words.rs), on
// hover, on focus and on tap. All share one box, in the top layer, so no dialog covers it.

const GAP = 6;
const box = Object.assign(document.createElement("div"), { id: "term-tip", role: "tooltip", className: "term-tip" });
box.popover = "manual";

let shown = null; // the word that is explained

function show(word) {
  if (word === shown || !word.isConnected) return;
  hide();
  shown = word;
  box.textContent = word.dataset.says;
  // The box is inside the word's dialog or the main element, so it is in a landmark.
  (word.closest("dialog, main") ?? document.body).append(box);
  word.setAttribute("aria-describedby", box.id);
  box.showPopover?.();
  box.classList.add("is-shown");
  const at = word.getBoundingClientRect();
  const { width, height } = box.getBoundingClientRect();
  const left = Math.max(GAP, Math.min(at.left, innerWidth - width - GAP));
  const below = at.bottom + GAP;
  const top = below + height > innerHeight ? at.top - height - GAP : below;
  box.style.left = `${left}px`;
  box.style.top = `${Math.max(GAP, top)}px`;
}

function hide() {
  shown?.removeAttribute("aria-describedby");
  shown = null;
  box.classList.remove("is-shown");
  if (box.isConnected && box.matches(":popover-open")) box.hidePopover();
}

const wordOf = (target) => target instanceof Element && target.closest("[data-says]");

addEventListener("pointerover", ({ target, pointerType }) => {
  if (pointerType === "touch") return; // a tap is a click
  const word = wordOf(target);
  if (word) show(word);
  else if (shown && shown !== document.activeElement) hide();
});
addEventListener("focusin", ({ target }) => {
  // A word in a button does not take the focus.
  const word = wordOf(target) || target.closest?.("button")?.querySelector("[data-says]");
  if (word) show(word);
  else hide();
});
addEventListener("focusout", hide);
addEventListener("click", ({ target }) => {
  const word = wordOf(target);
  // Pressing a button only runs the button's command.
  if (word && !word.closest("button")) show(word);
  else hide();
});
// The box disappears with its word, and when the word scrolls. Escape hides it; if the word has the focus, Escape does nothing
// else.
addEventListener("scroll", ({ target }) => target.contains(shown) && hide(), { capture: true, passive: true });
addEventListener(
  "keydown",
  (event) => {
    if (shown && !shown.isConnected) hide();
    if (event.key !== "Escape" || !shown) return;
    const isFocused = shown === document.activeElement;
    hide();
    if (!isFocused) return;
    event.stopPropagation();
    event.preventDefault();
  },
  { capture: true },
);
new MutationObserver(() => shown && !shown.isConnected && hide()).observe(document.body, { childList: true, subtree: true });
