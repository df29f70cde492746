//! The state of the dialog, and its connections to the page and the worker.

use std::collections::VecDeque;

use js_sys::Function;
use wasm_bindgen::prelude::*;

use crate::app::kit::prelude::*;
use crate::view::traces::{Ask, Go, Sight, Summary};

#[wasm_bindgen]
extern "C" {
    /// The page around the dialog; `static/traces-dialog.js` implements it.
    pub type Host;

    /// Sets the function that takes the worker's reports.
    #[wasm_bindgen(method)]
    pub(super) fn follow(this: &Host, tell: &Function);

    /// Reads a file or a text in place of the current trace.
    #[wasm_bindgen(method)]
    pub(super) fn read(this: &Host, source: &JsValue);

    /// Stops reading the trace in the worker.
    #[wasm_bindgen(method)]
    pub(super) fn stop(this: &Host);

    /// Sends an `Ask` to the worker.
    #[wasm_bindgen(method)]
    pub(super) fn ask(this: &Host, ask: &JsValue);

    /// Chooses the rules of the trees by their kernel; the empty text leaves the choice to the
    /// format of the events.
    #[wasm_bindgen(method)]
    pub(super) fn choose(this: &Host, kernel: &str);

    /// Opens a link on the page, and closes the dialog.
    #[wasm_bindgen(method)]
    pub(super) fn visit(this: &Host, fragment: &str);

    /// Closes the dialog; the trace stays open.
    #[wasm_bindgen(method)]
    pub(super) fn close(this: &Host);
}

/// The progress of reading.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Reading {
    /// Nothing has been chosen.
    Nothing,
    /// Reading, with the part of the file that has been read.
    Under { hundredths: u32, events: u32 },
    /// The whole trace has been read.
    Done,
    /// Reading was stopped or failed, with the reason.
    Failed(String),
}

/// The dialog's state; copies share it.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    pub(super) host: StoredValue<Host, LocalStorage>,
    pub(super) reading: RwSignal<Reading>,
    pub(super) summary: RwSignal<Summary>,
    pub(super) sight: RwSignal<Sight>,
    pub(super) inode: RwSignal<Option<u16>>,
    asked: StoredValue<u32>,
    /// The worker has not answered the last question.
    is_asking: StoredValue<bool>,
    /// Moves that start where the answer to the last question leads.
    later: StoredValue<VecDeque<Go>>,
}

impl Desk {
    pub(super) fn new(host: Host) -> Desk {
        Desk {
            host: StoredValue::new_local(host),
            reading: RwSignal::new(Reading::Nothing),
            summary: RwSignal::new(Summary::default()),
            sight: RwSignal::new(Sight::default()),
            inode: RwSignal::new(None),
            asked: StoredValue::new(0),
            is_asking: StoredValue::new(false),
            later: StoredValue::new(VecDeque::new()),
        }
    }

    /// Begins to read a file or a text.
    pub(super) fn read(self, source: &JsValue) {
        self.summary.set(Summary::default());
        self.sight.set(Sight::default());
        self.inode.set(None);
        self.reading.set(Reading::Under { hundredths: 0, events: 0 });
        self.is_asking.set_value(false);
        self.host.with_value(|host| host.read(source));
    }

    pub(super) fn stop(self) {
        self.host.with_value(Host::stop);
        self.reading.set(Reading::Failed("Reading was stopped.".into()));
    }

    /// Moves to another event, which the worker finds. A move before the worker has answered starts
    /// from the event of that answer, so that two quick presses move by two.
    pub(super) fn go(self, go: Go) {
        if self.is_asking.get_value() {
            return self.later.update_value(|later| later.push_back(go));
        }
        self.ask(self.sight.with_untracked(|sight| sight.at), go);
    }

    /// Moves from a given event; the moves before it no longer count.
    pub(super) fn go_from(self, at: u32, go: Go) {
        self.later.update_value(VecDeque::clear);
        self.ask(at, go);
    }

    fn ask(self, at: u32, go: Go) {
        let id = self.asked.get_value().wrapping_add(1);
        self.asked.set_value(id);
        let ask = Ask { id, at, inode: self.inode.get_untracked(), go };
        if let Ok(ask) = serde_wasm_bindgen::to_value(&ask) {
            self.is_asking.set_value(true);
            self.host.with_value(|host| host.ask(&ask));
        }
    }

    /// Handles a report of the worker.
    pub(super) fn hear(self, kind: &str, what: JsValue) {
        match kind {
            "progress" => {
                let numbers: (u32, u32) = serde_wasm_bindgen::from_value(what).unwrap_or((0, 0));
                let (hundredths, events) = numbers;
                self.reading.set(Reading::Under { hundredths, events });
            }
            "done" => match serde_wasm_bindgen::from_value::<Summary>(what) {
                Ok(summary) => {
                    self.summary.set(summary);
                    self.reading.set(Reading::Done);
                    self.go_from(0, Go::Here);
                }
                Err(wrong) => self.reading.set(Reading::Failed(wrong.to_string())),
            },
            "chosen" => {
                if let Ok(summary) = serde_wasm_bindgen::from_value::<Summary>(what) {
                    self.summary.set(summary);
                    self.go(Go::Here);
                }
            }
            "sight" => {
                let late = |sight: &Sight| sight.id != self.asked.get_value();
                if let Ok(sight) = serde_wasm_bindgen::from_value::<Sight>(what)
                    && !late(&sight)
                {
                    let at = sight.at;
                    self.sight.set(sight);
                    self.is_asking.set_value(false);
                    if let Some(go) = self.later.try_update_value(VecDeque::pop_front).flatten() {
                        self.ask(at, go);
                    }
                }
            }
            _ => self.reading.set(Reading::Failed(what.as_string().unwrap_or_default())),
        }
    }
}
