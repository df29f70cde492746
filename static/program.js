// A separate program on the page: a dialog, and a module that is fetched when the dialog is first
// opened. The module stays loaded while the dialog is closed. If the module cannot be fetched or
// has died, the dialog says so and offers to try again; the page behind it is another module and
// continues to work.

/** Makes an element. A text is never parsed as markup. */
function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

export class Program {
  #about;
  #dialog;
  #notice;
  #said = element("p", { role: "status" });
  #report;
  #again = element("button", { type: "button", textContent: "Try again" });
  #close;
  #module = null; // once it answers
  #place = null; // where it stands
  #word = "";
  #isLoading = false;
  #tries = 0;
  #styled = null;
  #opener = null;

  /**
   * The properties of a program:
   *   title, noun              the dialog's title, and the program's name inside sentences
   *   module, sheet            the names of its module and of its style sheet, if it has one
   *   className                of the dialog; `${className}-notice` is the element of its messages
   *   report, kept(place)      the name of the reader's work, and the work itself when the module dies
   *   mistake                  the end of the sentence that is shown then
   *   begin(module, place, word), show(module, place, word), rest(module)
   *                            called when it has loaded, when it is shown again, and when its dialog
   *                            is closed; `begin` returns an error message if it cannot start
   *   died, diedName           called when it dies, and the global function that its module calls
   */
  constructor(about) {
    this.#about = about;
    this.#close = element("button", { type: "button", textContent: `Close ${about.noun}` });
    this.#report = element("textarea", {
      ...{ className: "mono", rows: 8, readOnly: true, hidden: true },
      ariaLabel: about.report,
    });
    this.#notice = element(
      "div",
      { className: `${about.className}-notice` },
      element("h2", { className: "wordmark", textContent: about.title }),
      this.#said,
      this.#report,
      element("p", {}, this.#again, " ", this.#close),
    );
    // The dialog itself can take the focus, even without a control; otherwise the page would handle
    // the keys.
    const dialog = { className: about.className, ariaLabel: about.title, tabIndex: -1 };
    this.#dialog = element("dialog", dialog, this.#notice);
    document.body.append(this.#dialog);
    this.#listen();
  }

  get isOpen() {
    return this.#dialog.open;
  }

  open(word = "") {
    if (this.#dialog.open) return;
    this.#word = word;
    this.#opener = document.activeElement;
    this.#dialog.showModal();
    if (!this.#module) return this.#load();
    this.#guard(() => this.#about.show(this.#module, this.#place, word));
  }

  close() {
    this.#dialog.close();
  }

  /** Wraps a function of the module so that it does nothing once the module is dead. */
  whileItLives(call) {
    const place = this.#place;
    return (...what) => place.isConnected && this.#guard(() => call(...what));
  }

  #listen() {
    this.#again.addEventListener("click", () => this.#load());
    this.#close.addEventListener("click", () => this.close());
    this.#dialog.addEventListener("close", () => {
      this.#guard(() => this.#module && this.#about.rest(this.#module));
      // If no other element took the focus, it returns to the element that had it before.
      if (document.activeElement === document.body) this.#opener?.focus();
    });
    // The page's keys control the run behind the dialog, so the dialog keeps them. A closed dialog
    // has the focus until the next frame, but keeps no keys.
    this.#dialog.addEventListener("keydown", (event) => this.#dialog.open && event.stopPropagation());
    window[this.#about.diedName] = (message) => this.#die(message);
    // Errors that call no panic hook: a stack overflow, a failed allocation.
    for (const kind of ["error", "unhandledrejection"]) {
      addEventListener(kind, (event) => {
        const error = event.error ?? event.reason;
        if (this.#isOurs(error)) this.#die(error.message);
      });
    }
  }

  async #load() {
    if (this.#isLoading) return;
    this.#isLoading = true;
    const { noun, module: name, sheet, begin } = this.#about;
    this.#tell(`Loading the ${noun}.`);
    // A browser may remember that a module could not be fetched, or may keep a dead module; another
    // address loads it again.
    const version = this.#tries++ ? `?${this.#tries}` : "";
    this.#place?.remove();
    this.#place = element("div", { className: `${this.#about.className}-place` });
    let hasBegun = false;
    try {
      const [module] = await Promise.all([import(`./${name}.js${version}`), sheet && this.#style(sheet)]);
      await module.default();
      this.#notice.hidden = true;
      this.#dialog.append(this.#place);
      hasBegun = true;
      const wrong = begin(module, this.#place, this.#word);
      if (wrong) this.#fail(`could not be started (${wrong}). Reload the page.`);
      else this.#module = module;
    } catch (error) {
      if (hasBegun && this.#isOurs(error)) this.#die(error.message);
      else {
        this.#fail(
          `could not be downloaded (${error.message}). Check the connection and try again; if the site was just updated, reload the page. The run behind this dialog is untouched.`,
        );
      }
    } finally {
      this.#isLoading = false;
    }
  }

  #style(sheet) {
    this.#styled ??= new Promise((done, failed) => {
      const href = new URL(sheet, import.meta.url).href;
      const link = element("link", { rel: "stylesheet", href });
      link.onload = done;
      link.onerror = () => {
        this.#styled = null;
        link.remove();
        failed(new Error("its style sheet did not arrive"));
      };
      document.head.append(link);
    });
    return this.#styled;
  }

  #fail(why) {
    this.#place.remove();
    this.#tell(`The ${this.#about.noun} ${why}`, true);
  }

  #tell(text, isTrouble = false) {
    this.#notice.hidden = false;
    this.#said.textContent = text;
    this.#report.hidden = true;
    this.#again.hidden = this.#close.hidden = !isTrouble;
    // Not during the key press that may have led here, because that key would also press the
    // button.
    if (isTrouble) setTimeout(() => this.#again.focus());
    else this.#dialog.focus();
  }

  #guard(call) {
    try {
      call();
    } catch (error) {
      if (!this.#isOurs(error)) throw error;
      this.#die(error.message);
    }
  }

  /** Whether an error comes from the program's module. */
  #isOurs(error) {
    return window.extentscopeTrapIsOf(error, this.#about.module);
  }

  #die(message) {
    if (!this.#module && !this.#place?.isConnected) return;
    const { noun, mistake, kept, died } = this.#about;
    const work = kept(this.#place);
    this.#module = null;
    this.#place.remove();
    this.#tell(
      `The ${noun} has stopped: a mistake in extentscope, ${mistake} The run behind this dialog is untouched.`,
      true,
    );
    this.#report.value = `${message}\n\n${work}`;
    this.#report.hidden = false;
    died?.();
  }
}
