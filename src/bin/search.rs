//! The explorer's search, as a module of its own: `static/explorer.js` runs it in a worker. It has
//! no page in it and is built for speed (`Cargo.toml`, profile `search`); natively there is nothing
//! to run, since the command searches by itself.

fn main() {
    #[cfg(target_arch = "wasm32")]
    worker::log_panics();
}

#[cfg(target_arch = "wasm32")]
mod worker {
    use core::cell::RefCell;

    use extentscope::check::{Bounds, Detail, Report, Search};
    use extentscope::kernel::Setup;
    use extentscope::view::{Asked, progress_text};
    use wasm_bindgen::prelude::*;

    thread_local! {
        /// The search that is under way.
        static SEARCH: RefCell<Option<Search>> = const { RefCell::new(None) };
    }

    /// A panic ends the module, and the page then says that the worker died; the console says why.
    pub fn log_panics() {
        std::panic::set_hook(Box::new(|info| {
            web_sys::console::error_1(&info.to_string().into());
        }));
    }

    /// What the page compares with its own, so that the two are never of two versions.
    #[wasm_bindgen]
    pub fn model() -> String {
        extentscope::view::model_checksum()
    }

    /// Begins a job; what is wrong with it, or nothing.
    #[wasm_bindgen]
    pub fn begin(job: &str) -> String {
        let begun = Asked::parse(job).map(|asked| {
            let setup = Setup { design: asked.design, ..asked.script.setup };
            let bounds = Bounds { states: asked.states, ..Bounds::default() };
            SEARCH.set(Some(Search::new(setup, bounds)));
        });
        begun.err().unwrap_or_default()
    }

    /// Expands so many states and says how far the search has come.
    #[wasm_bindgen]
    pub fn advance(states: u32) -> String {
        on_search(|search| progress_text(&search.advance(states)))
    }

    /// Ends the search where it is: what was found until then is its result.
    #[wasm_bindgen]
    pub fn stop() {
        on_search(|search| {
            search.stop();
            String::new()
        });
    }

    /// The result as text; the search is gone afterwards, and its memory with it.
    #[wasm_bindgen]
    pub fn report(in_full: bool) -> String {
        let detail = if in_full { Detail::Full } else { Detail::Verdicts };
        let text = on_search(|search| Report::of(search, detail).to_string());
        SEARCH.set(None);
        text
    }

    fn on_search(act: impl FnOnce(&mut Search) -> String) -> String {
        SEARCH.with_borrow_mut(|search| search.as_mut().map(act)).unwrap_or_default()
    }
}
