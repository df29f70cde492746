//! The explorer's search as a separate module. `static/explorer.js` runs it in a worker. It
//! contains no page and is built for speed (`Cargo.toml`, profile `search`). Natively it does
//! nothing, because the command searches by itself.

fn main() {
    #[cfg(target_arch = "wasm32")]
    worker::log_panics();
}

#[cfg(target_arch = "wasm32")]
mod worker {
    use core::cell::RefCell;

    use extentscope::bounds::GRAPH_STATES_MAX;
    use extentscope::check::{Bounds, Detail, Reporting, Search};
    use extentscope::kernel::Setup;
    use extentscope::view::charts::{LoadJob, LoadWork, Recorder};
    use extentscope::view::{Asked, RUNS, progress_text};
    use wasm_bindgen::prelude::*;

    /// The job in progress.
    struct Work {
        search: Search,
        /// The growth of the search, for the charts.
        growth: Recorder,
        detail: Detail,
        /// The report, once the search is done.
        reporting: Option<Reporting>,
        stopped: bool,
    }

    thread_local! {
        static WORK: RefCell<Option<Work>> = const { RefCell::new(None) };
        static LOAD: RefCell<Option<LoadWork>> = const { RefCell::new(None) };
    }

    /// Installs the panic hook: a panic ends the module, the console shows the reason, and the page
    /// reports that the worker died.
    pub fn log_panics() {
        std::panic::set_hook(Box::new(|info| {
            web_sys::console::error_1(&info.to_string().into());
        }));
    }

    /// The version of this module, which the page compares with its own.
    #[wasm_bindgen]
    pub fn model() -> String {
        extentscope::view::model_checksum()
    }

    /// Starts a job. Returns an error message, or nothing.
    #[wasm_bindgen]
    pub fn begin(job: &str, in_full: bool) -> String {
        let begun = Asked::parse(job).map(|asked| {
            let setup = Setup { design: asked.design, ..asked.script.setup };
            let bounds = Bounds { states: asked.states, ..Bounds::default() };
            let search = Search::new(setup, bounds);
            let search = if asked.reduced { search.reduced() } else { search };
            let detail = if in_full { Detail::Full } else { Detail::Verdicts };
            let growth = Recorder::default();
            WORK.set(Some(Work { search, growth, detail, reporting: None, stopped: false }));
        });
        begun.err().unwrap_or_default()
    }

    /// Continues for up to `states` states, first of the search and then of its report. Returns the
    /// progress, or nothing once all is done.
    #[wasm_bindgen]
    pub fn advance(states: u32) -> String {
        on_work(|Work { search, growth, detail, reporting, stopped }| match reporting {
            None => {
                growth.advance(search, states);
                let progress = search.progress();
                *reporting = progress.done.then(|| Reporting::new(search, *detail));
                progress_text(&progress, &search.layers())
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

    /// Stops the job. Its result is what was found until then, and needs some more slices of
    /// [`advance`].
    #[wasm_bindgen]
    pub fn stop() {
        on_work(|work| {
            work.search.stop();
            work.stopped = true;
            String::new()
        });
    }

    /// The graph of a search that is done as text, if the job wants all detail and the graph is
    /// small; otherwise nothing.
    #[wasm_bindgen]
    pub fn graph() -> String {
        on_work(|Work { search, detail, .. }| {
            let sketch = match detail {
                Detail::Full => search.sketch(GRAPH_STATES_MAX),
                Detail::Verdicts => None,
            };
            sketch.map_or(String::new(), |sketch| sketch.to_string())
        })
    }

    /// The result as text. The search and its memory are freed.
    #[wasm_bindgen]
    pub fn report() -> String {
        let Some(Work { search, detail, reporting, .. }) = WORK.take() else {
            return String::new();
        };
        let reporting = reporting.unwrap_or_else(|| Reporting::new(&search, detail));
        reporting.report(&search).to_string()
    }

    /// Continues a search of which only the growth is wanted, for up to `states` states. Returns
    /// false once it is done.
    #[wasm_bindgen(js_name = advanceGrowth)]
    pub fn advance_growth(states: u32) -> bool {
        WORK.with_borrow_mut(|work| {
            work.as_mut().is_some_and(|work| work.growth.advance(&mut work.search, states))
        })
    }

    /// The growth of the search under a name, as a `Growth`.
    #[wasm_bindgen]
    pub fn growth(name: &str) -> Result<JsValue, JsError> {
        WORK.with_borrow(|work| {
            let growth = work.as_ref().map(|work| work.growth.growth(&work.search, name));
            Ok(serde_wasm_bindgen::to_value(&growth)?)
        })
    }

    /// Starts S9 at length from a `LoadJob`. Returns an error message, or nothing.
    #[wasm_bindgen(js_name = beginLoad)]
    pub fn begin_load(job: JsValue) -> String {
        let job = serde_wasm_bindgen::from_value::<LoadJob>(job).map_err(|it| it.to_string());
        match job.and_then(|job| LoadWork::new(&job)) {
            Ok(work) => {
                LOAD.set(Some(work));
                String::new()
            }
            Err(wrong) => wrong,
        }
    }

    /// Takes up to `steps` steps of the load. Returns false once the load has ended.
    #[wasm_bindgen(js_name = advanceLoad)]
    pub fn advance_load(steps: u32) -> bool {
        LOAD.with_borrow_mut(|load| load.as_mut().is_some_and(|load| load.advance(steps)))
    }

    /// The current result of the load, as a `LoadReport`.
    #[wasm_bindgen(js_name = loadReport)]
    pub fn load_report() -> Result<JsValue, JsError> {
        LOAD.with_borrow(|load| {
            let report = load.as_ref().map(LoadWork::report);
            Ok(serde_wasm_bindgen::to_value(&report)?)
        })
    }

    fn on_work(act: impl FnOnce(&mut Work) -> String) -> String {
        WORK.with_borrow_mut(|work| work.as_mut().map(act)).unwrap_or_default()
    }
}
