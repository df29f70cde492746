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

    use extentscope::check::{Bounds, Detail, Reporting, Search};
    use extentscope::kernel::Setup;
    use extentscope::view::{Asked, RUNS, progress_text};
    use wasm_bindgen::prelude::*;

    /// The job that is being done.
    struct Work {
        search: Search,
        detail: Detail,
        /// Once the search is done.
        reporting: Option<Reporting>,
        stopped: bool,
    }

    thread_local! {
        static WORK: RefCell<Option<Work>> = const { RefCell::new(None) };
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
    pub fn begin(job: &str, in_full: bool) -> String {
        let begun = Asked::parse(job).map(|asked| {
            let setup = Setup { design: asked.design, ..asked.script.setup };
            let bounds = Bounds { states: asked.states, ..Bounds::default() };
            let search = Search::new(setup, bounds);
            let search = if asked.reduced { search.reduced() } else { search };
            let detail = if in_full { Detail::Full } else { Detail::Verdicts };
            WORK.set(Some(Work { search, detail, reporting: None, stopped: false }));
        });
        begun.err().unwrap_or_default()
    }

    /// Goes on over so many states, of the search and then of what its report looks into, and says
    /// how far it has come; nothing once all is done.
    #[wasm_bindgen]
    pub fn advance(states: u32) -> String {
        on_work(|Work { search, detail, reporting, stopped }| match reporting {
            None => {
                let progress = search.advance(states);
                *reporting = progress.done.then(|| Reporting::new(search, *detail));
                progress_text(&progress)
            }
            Some(reporting) => {
                if *stopped {
                    reporting.hurry();
                }
                let goes_on = reporting.advance(search, states);
                if goes_on { RUNS.into() } else { String::new() }
            }
        })
    }

    /// Ends the job where it is: what was found until then is its result, which takes some more
    /// slices of [`advance`].
    #[wasm_bindgen]
    pub fn stop() {
        on_work(|work| {
            work.search.stop();
            work.stopped = true;
            String::new()
        });
    }

    /// The result as text; the search is gone afterwards, and its memory with it.
    #[wasm_bindgen]
    pub fn report() -> String {
        let Some(Work { search, detail, reporting, .. }) = WORK.take() else {
            return String::new();
        };
        let reporting = reporting.unwrap_or_else(|| Reporting::new(&search, detail));
        reporting.report(&search).to_string()
    }

    fn on_work(act: impl FnOnce(&mut Work) -> String) -> String {
        WORK.with_borrow_mut(|work| work.as_mut().map(act)).unwrap_or_default()
    }
}
