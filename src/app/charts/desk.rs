//! The state of the charts' dialog, and its connections to the page and the worker.

use js_sys::{Array, Function};
use leptos::prelude::*;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::view::charts::{Board, Chart, Growth, LoadJob, LoadReport, Page};

#[wasm_bindgen]
extern "C" {
    /// The page around the charts; `static/charts-dialog.js` implements it.
    pub type Host;

    /// The script and design that the page runs: a [`Subject`] as text.
    #[wasm_bindgen(method)]
    pub(super) fn subject(this: &Host) -> String;

    /// Sends jobs to the worker. The worker stops its current jobs and reports the results of the
    /// new ones.
    #[wasm_bindgen(method)]
    pub(super) fn run(this: &Host, jobs: &Array, tell: &Function);

    /// Stops the worker's jobs.
    #[wasm_bindgen(method)]
    pub(super) fn stop(this: &Host);

    /// Asks for reports of the growth of the explorer's search.
    #[wasm_bindgen(method)]
    pub(super) fn follow(this: &Host, tell: &Function);

    /// Closes the dialog; the charts stay.
    #[wasm_bindgen(method)]
    pub(super) fn close(this: &Host);
}

/// A job of the worker.
#[derive(Serialize)]
enum Work {
    Load(LoadJob),
    /// A name, and a job as the explorer writes it.
    Search(String, String),
}

/// The dialog's state and its page; copies share the state.
#[derive(Clone, Copy)]
pub struct Desk {
    pub(super) board: RwSignal<Board>,
    pub(super) charts: Memo<Vec<Chart>>,
    pub(super) host: StoredValue<Host, LocalStorage>,
    pub(super) tell: StoredValue<Option<Function>, LocalStorage>,
    /// Increases when the theme or the device's pixel ratio changes, so that charts are drawn
    /// again.
    pub(super) look: RwSignal<u32>,
}

impl Desk {
    pub(super) fn read<T: PartialEq + Send + Sync + 'static>(
        self,
        read: impl Fn(&Board) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        Memo::new(move |_| self.board.with(&read))
    }

    pub(super) fn turn_to(self, page: Page) {
        self.board.write().turn_to(page);
        match page {
            Page::Load => self.load(),
            Page::Search => {}
        }
    }

    /// Runs the loads that have no result yet.
    pub(super) fn load(self) {
        let jobs = self.board.write().load_jobs();
        self.run(jobs.into_iter().map(Work::Load));
    }

    /// Runs the searches that have no result yet.
    pub(super) fn search(self) {
        let jobs = self.board.write().search_jobs();
        self.run(jobs.into_iter().map(|(name, job)| Work::Search(name, job)));
    }

    fn run(self, jobs: impl Iterator<Item = Work>) {
        let jobs = jobs.filter_map(|job| serde_wasm_bindgen::to_value(&job).ok()).collect();
        self.tell.with_value(|tell| {
            if let Some(tell) = tell {
                self.host.with_value(|host| host.run(&jobs, tell));
            }
        });
    }

    pub(super) fn stop(self) {
        self.host.with_value(Host::stop);
        self.board.write().end();
    }

    /// Takes a report of the worker or of the explorer.
    pub(super) fn hear(self, kind: &str, what: JsValue) {
        let mut board = self.board.write();
        match kind {
            "load" => match serde_wasm_bindgen::from_value::<LoadReport>(what) {
                Ok(report) => board.hear_load(report),
                Err(wrong) => board.fail(&wrong.to_string()),
            },
            "growth" => match serde_wasm_bindgen::from_value::<Growth>(what) {
                Ok(growth) => board.hear_growth(growth),
                Err(wrong) => board.fail(&wrong.to_string()),
            },
            "explorer" => match serde_wasm_bindgen::from_value::<Growth>(what) {
                Ok(growth) => board.hear_explorer(growth),
                Err(wrong) => board.fail(&wrong.to_string()),
            },
            "failed" => board.fail(&what.as_string().unwrap_or_default()),
            _ => board.end(),
        }
    }
}
