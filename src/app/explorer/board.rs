//! The explorer's state on the page, and its calls to the page.

use js_sys::{Array, Function};
use wasm_bindgen::prelude::*;

use crate::app::kit::prelude::*;
use crate::app::kit::{Followed, Keys, by_id, focus, memo, when_focus_is_lost};
use crate::kernel::Promise;
use crate::view::{Event, Explorer, Job, Subject};

#[wasm_bindgen]
extern "C" {
    /// The page's functions, which `static/explorer-dialog.js` passes in.
    pub type Host;

    /// The script and design that the page runs: a [`Subject`] as text.
    #[wasm_bindgen(method)]
    pub fn subject(this: &Host) -> String;

    /// Sends jobs to the worker, which reports their results. If they begin paused, it waits for
    /// an order.
    #[wasm_bindgen(method)]
    pub fn explore(this: &Host, jobs: &Array, in_full: bool, paused: bool, tell: &Function);

    /// Sends `pause`, `resume` or `stop` to the worker.
    #[wasm_bindgen(method)]
    pub fn order(this: &Host, word: &str);

    /// Closes the dialog and opens a run, given as a link, on the page.
    #[wasm_bindgen(method)]
    pub fn take(this: &Host, link: &str, notice: &str);

    /// Makes the page drop a tried design.
    #[wasm_bindgen(method, js_name = leaveOut)]
    pub fn leave_out(this: &Host, design: &str);

    /// Opens the growth of searches in a dialog above this one.
    #[wasm_bindgen(method)]
    pub fn charts(this: &Host);

    /// Closes the dialog; the explorer and its searches stay.
    #[wasm_bindgen(method)]
    pub fn close(this: &Host);
}

/// The explorer's state and the page's functions; copies share the state.
#[derive(Clone, Copy)]
pub struct Board {
    /// What was searched and found.
    pub explorer: RwSignal<Explorer>,
    /// The design that the page runs. Its column cannot be removed.
    pub current: RwSignal<String>,
    /// The functions of the page that the explorer calls.
    pub host: StoredValue<Host, LocalStorage>,
    /// What the searches call.
    pub tell: StoredValue<Option<Function>, LocalStorage>,
    /// The cell that is the first chosen one of two.
    pub picked: Signal<Option<u32>>,
}

impl Board {
    /// A text about the explorer.
    pub fn text(
        self,
        read: impl Fn(&Explorer) -> String + Send + Sync + 'static,
    ) -> Signal<String> {
        self.fact(read)
    }

    /// The keys of a list.
    pub fn keys<K: Followed>(
        self,
        read: impl Fn(&Explorer) -> Vec<K> + Send + Sync + 'static,
    ) -> Keys<K> {
        Keys::new(|number| memo(move || number(self.explorer.with(&read))))
    }

    /// A flag about the explorer.
    pub fn hidden(self, read: impl Fn(&Explorer) -> bool + Send + Sync + 'static) -> Signal<bool> {
        self.fact(read)
    }

    /// A fact about the explorer. What shows it is notified only when the fact changes: most events
    /// of a search change one cell of a thousand.
    fn fact<T: PartialEq + Send + Sync + 'static>(
        self,
        read: impl Fn(&Explorer) -> T + Send + Sync + 'static,
    ) -> Signal<T> {
        memo(move || self.explorer.with(&read))
    }

    /// The script and design that the page runs now.
    pub fn with_subject<T>(self, act: impl FnOnce(&Subject) -> T) -> Option<T> {
        match Subject::parse(&self.host.with_value(Host::subject)) {
            Ok(subject) => {
                self.current.set(subject.design.to_string());
                self.explorer.write().show(&subject);
                Some(act(&subject))
            }
            Err(why) => {
                let told =
                    format!("The explorer cannot read the page's script ({why}): reload the page.");
                self.explorer.write().say(told);
                None
            }
        }
    }

    fn search(self, jobs: Vec<Job>, in_full: bool) {
        if jobs.is_empty() {
            return;
        }
        let jobs: Array = jobs.into_iter().map(JsValue::from).collect();
        let paused = self.explorer.with_untracked(Explorer::is_paused);
        self.tell.with_value(|tell| {
            if let Some(tell) = tell {
                self.host.with_value(|host| host.explore(&jobs, in_full, paused, tell));
            }
        });
    }

    /// Starts what the reader asked for.
    pub fn begin(self, begin: fn(&mut Explorer, &Subject) -> Vec<Job>, in_full: bool) {
        let jobs = self.with_subject(|subject| begin(&mut self.explorer.write(), subject));
        self.search(jobs.unwrap_or_default(), in_full);
    }

    /// Takes events of the searches: several at once, so that the dialog is updated once.
    pub fn hear(self, events: &Array) {
        let mut more = Vec::new();
        let mut has_ended = false;
        self.explorer.update(|explorer| {
            for event in events.iter().map(|event| Array::from(&event)) {
                let number = |at: u32| event.get(at).as_f64().unwrap_or_default() as u32;
                let [kind, text] = [0, 2].map(|at| event.get(at).as_string().unwrap_or_default());
                let (position, text, ms) = (number(1), text.as_str(), number(3));
                let event = Event::read(&kind, position, text, ms);
                has_ended |= event == Event::End;
                more.extend(explorer.hear(event));
            }
        });
        let in_full = self.explorer.with_untracked(Explorer::wants_detail);
        self.search(more, in_full);
        self.take_opened();
        if has_ended {
            // The buttons that end a search disappear with it, and one of them may have the focus.
            when_focus_is_lost(Box::new(|| {
                if let Some(button) = by_id("matrix") {
                    focus(&button);
                }
            }));
        }
    }

    /// Opens the run of a finding on the page.
    pub fn open_finding(self, promise: Promise, calm: bool) {
        self.explorer.write().open_finding(promise, calm);
        self.take_opened();
    }

    /// Opens the run of a cell, or chooses the cell.
    pub fn open_cell(self, number: u32) {
        if self.explorer.with_untracked(Explorer::is_picking) {
            self.explorer.write().pick_cell(number);
            return self.take_opened();
        }
        let jobs = self.explorer.write().open_cell(number);
        self.search(jobs, false);
        self.take_opened();
    }

    /// Opens the chosen run on the page, if there is one.
    pub fn take_opened(self) {
        let witness = self.explorer.try_update_untracked(Explorer::take_opened).flatten();
        if let Some(witness) = witness {
            self.host.with_value(|host| host.take(&witness.link(), &witness.notice));
        }
    }

    /// Sends `pause`, `resume` or `stop` to the searches.
    pub fn order(self, word: &str) {
        self.host.with_value(|host| host.order(word));
    }
}
