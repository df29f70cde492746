//! Traces of a running kernel as a separate module. `static/traces-dialog.js` fetches it when a
//! reader first opens the traces, and gives it a dialog as its container. A second instance, in the
//! worker that `static/traces-worker.js` starts, reads the trace. Natively it does nothing.

fn main() {
    #[cfg(target_arch = "wasm32")]
    module::hear_panics();
}

#[cfg(target_arch = "wasm32")]
mod module {
    use core::cell::RefCell;

    use extentscope::app::traces::{self, Host};
    use extentscope::view::traces::{Ask, Book};
    use wasm_bindgen::prelude::*;
    use web_sys::HtmlElement;

    #[wasm_bindgen]
    extern "C" {
        /// Shows in the dialog that this module has ended. The worker does not have this function;
        /// there the call fails, and the dialog gets the worker's error.
        #[wasm_bindgen(catch, js_name = extentscopeTracesDied)]
        fn died(message: &str) -> Result<(), JsValue>;
    }

    thread_local! {
        static BOOK: RefCell<Book> = RefCell::new(Book::new());
    }

    /// Installs the panic hook: a panic ends this module, and the dialog reports it.
    pub fn hear_panics() {
        extentscope::app::kit::panic::hear_panics(died);
    }

    /// Builds the dialog's contents in an element.
    #[wasm_bindgen]
    pub fn open(place: HtmlElement, host: Host) {
        traces::open(place, host);
    }

    /// In the worker: drops the current trace.
    #[wasm_bindgen]
    pub fn begin() {
        BOOK.set(Book::new());
    }

    /// In the worker: takes more of the text. Returns an error sentence, or nothing.
    #[wasm_bindgen]
    pub fn feed(bytes: &[u8]) -> String {
        BOOK.with_borrow_mut(|book| book.feed(bytes).err().unwrap_or_default())
    }

    /// In the worker: a `Summary` of the trace so far.
    #[wasm_bindgen]
    pub fn summary() -> Result<JsValue, JsError> {
        Ok(serde_wasm_bindgen::to_value(&BOOK.with_borrow(Book::summary))?)
    }

    /// In the worker: ends the text. Returns a `Summary`, or an error sentence.
    #[wasm_bindgen]
    pub fn finish() -> Result<JsValue, JsError> {
        let summary = BOOK.with_borrow_mut(Book::finish).map_err(|why| JsError::new(&why))?;
        Ok(serde_wasm_bindgen::to_value(&summary)?)
    }

    /// In the worker: chooses the rules of the trees by their kernel, as `v6.5`; an unknown one, as
    /// the empty text, leaves the choice to the format of the events.
    #[wasm_bindgen]
    pub fn choose(kernel: &str) -> Result<JsValue, JsError> {
        BOOK.with_borrow_mut(|book| book.choose(kernel.parse().ok()));
        summary()
    }

    /// In the worker: answers an `Ask` with a `Sight`.
    #[wasm_bindgen]
    pub fn look(ask: JsValue) -> Result<JsValue, JsError> {
        let ask: Ask = serde_wasm_bindgen::from_value(ask)?;
        Ok(serde_wasm_bindgen::to_value(&BOOK.with_borrow(|book| book.look(&ask)))?)
    }
}
