//! The state of the dialog, and the page and the worker around it.

use js_sys::{Array, Function};
use leptos::prelude::*;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::view::charts::{Board, Chart, Growth, LoadJob, LoadReport, Page};

#[wasm_bindgen]
extern "C" {
    /// The page around the charts, as `static/charts-dialog.js` speaks for it.
    pub type Host;

    /// What the page runs: a [`Subject`].
    #[wasm_bindgen(method)]
    pub(super) fn subject(this: &Host) -> String;

    /// Hands jobs to the worker, which ends what it did and tells what becomes of these.
    #[wasm_bindgen(method)]
    pub(super) fn run(this: &Host, jobs: &Array, tell: &Function);

    /// Ends what the worker does.
    #[wasm_bindgen(method)]
    pub(super) fn stop(this: &Host);

    /// Has the explorer tell how its search grows.
    #[wasm_bindgen(method)]
    pub(super) fn follow(this: &Host, tell: &Function);

    /// Closes the dialog.
    #[wasm_bindgen(method)]
    pub(super) fn close(this: &Host);
}

/// A job for the worker.
#[derive(Serialize)]
enum Work {
    Load(LoadJob),
    /// A name and a job of the explorer's kind.
    Search(String, String),
}

/// The dialog's state and the page around it, to be handed around.
#[derive(Clone, Copy)]
pub struct Desk {
    pub(super) board: RwSignal<Board>,
    pub(super) charts: Memo<Vec<Chart>>,
    pub(super) host: StoredValue<Host, LocalStorage>,
    pub(super) tell: StoredValue<Option<Function>, LocalStorage>,
    /// Grows when the theme or the device's pixels change: what is drawn is drawn anew.
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

    /// Runs the loads that are missing.
    pub(super) fn load(self) {
        let jobs = self.board.write().load_jobs();
        self.run(jobs.into_iter().map(Work::Load));
    }

    /// Runs the searches that are missing.
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

    /// Takes what the worker or the explorer tells.
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
