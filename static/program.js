// A program of its own on the page: a dialog, and a module that is fetched when the dialog is first
// opened. It lives on while the dialog is closed. One that cannot be fetched, or that dies, says so in
// the dialog and can be tried again; the page behind it is another module and does not notice.

/** Makes an element; text is never markup here. */
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
   * About a program:
   *   title, noun              what the dialog is called, and how sentences speak of it
   *   module, sheet            its module's name, and that of its style sheet if it has one
   *   className                of the dialog; `${className}-notice` says what is to be said of it
   *   report, kept(place)      what a person's work is called, and that work, when the module dies
   *   mistake                  what is said then
   *   begin(module, place, word), show(module, place, word), rest(module)
   *                            what it does when it has arrived, when it is shown again, when its
   *                            dialog is closed; what is wrong if it cannot begin
   *   died, diedName           what is done when it dies, and the global function that its module calls
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
    // Focus has a place in it also where no control is: the page would take the keys for its own.
    const dialog = { className: about.className, ariaLabel: about.title, tabIndex: -1 };
    this.#dialog = element("dialog", dialog, this.#notice);
    document.body.append(this.#dialog);
    this.#listen();
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

  /** A function of the module, to be called for as long as the module lives. */
  whileItLives(call) {
    const place = this.#place;
    return (...what) => place.isConnected && this.#guard(() => call(...what));
  }

  #listen() {
    this.#again.addEventListener("click", () => this.#load());
    this.#close.addEventListener("click", () => this.close());
    this.#dialog.addEventListener("close", () => {
      this.#guard(() => this.#module && this.#about.rest(this.#module));
      // Unless somebody put it elsewhere, focus goes back to where it was.
      if (document.activeElement === document.body) this.#opener?.focus();
    });
    // The page's keys are for the run behind the dialog. One that is closed still has the focus until
    // the next frame.
    this.#dialog.addEventListener("keydown", (event) => this.#dialog.open && event.stopPropagation());
    window[this.#about.diedName] = (message) => this.#die(message);
    // What reaches no panic hook: a stack overflow, a failed allocation.
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
    // A browser may keep that a module could not be fetched, or has a dead one: another address is
    // another module.
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
    // Not within the key press that may have led here: it would press the button too.
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

  /** Whether an error comes out of the program's module. */
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
