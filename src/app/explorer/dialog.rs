//! The explorer's dialog: the findings of an exhaustive search, and the matrix of designs by
//! scenarios. It is a separate program (`src/bin/explore.rs`) and exchanges only texts with the
//! page. `static/explorer.js` searches, in a worker that runs `src/bin/search.rs`.

use core::cell::Cell as Slot;

use crate::app::kit::prelude::*;
use js_sys::{Array, Function};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

use crate::app::kit::copy_and_tell;
use crate::app::kit::rove;
use crate::app::kit::{by_id, derived, focus, list, when_focus_is_lost};
use crate::kernel::Promise;
use crate::scenario::{Cell, Scenario};
use crate::view::{Event, Explorer, FindingRow, Job, Subject};

#[wasm_bindgen]
extern "C" {
    /// The page's functions, which `static/explorer-dialog.js` passes in.
    pub type Host;

    /// What the page runs: a [`Subject`].
    #[wasm_bindgen(method)]
    fn subject(this: &Host) -> String;

    /// Sends jobs to the worker, which reports their results.
    #[wasm_bindgen(method)]
    fn explore(this: &Host, jobs: &Array, in_full: bool, tell: &Function);

    /// Sends `pause`, `resume` or `stop` to the worker.
    #[wasm_bindgen(method)]
    fn order(this: &Host, word: &str);

    /// Closes the dialog and opens a run, given as a link, on the page.
    #[wasm_bindgen(method)]
    fn take(this: &Host, link: &str, notice: &str);

    /// Has the page forget a design that was tried.
    #[wasm_bindgen(method, js_name = leaveOut)]
    fn leave_out(this: &Host, design: &str);

    /// Shows how searches grow, in a dialog over this one.
    #[wasm_bindgen(method)]
    fn charts(this: &Host);

    /// Closes the dialog.
    #[wasm_bindgen(method)]
    fn close(this: &Host);
}

/// The explorer's state and the page's functions; copies share the state.
#[derive(Clone, Copy)]
struct Board {
    explorer: RwSignal<Explorer>,
    /// The design that the page runs, whose column cannot be left out.
    current: RwSignal<String>,
    host: StoredValue<Host, LocalStorage>,
    tell: StoredValue<Option<Function>, LocalStorage>,
}

thread_local! {
    /// The explorer of this page: there is one.
    static BOARD: Slot<Option<Board>> = const { Slot::new(None) };
}

/// Builds the explorer in an element.
///
/// # Errors
/// The page cannot name what it runs: it has another version, or has stopped.
pub fn open(place: HtmlElement, host: Host) -> Result<(), String> {
    let subject = Subject::parse(&host.subject())?;
    let build = move || {
        let board = Board {
            explorer: RwSignal::new(Explorer::new(&subject)),
            current: RwSignal::new(subject.design.to_string()),
            host: StoredValue::new_local(host),
            tell: StoredValue::new_local(None),
        };
        let tell = Closure::<dyn Fn(String, u32, String, f64)>::new(
            move |kind: String, position, text: String, ms| board.hear(&kind, position, &text, ms),
        );
        // The explorer lives as long as the page, so its handle is never dropped.
        board.tell.set_value(Some(tell.into_js_value().unchecked_into()));
        BOARD.set(Some(board));
        view! { {head(board)} {findings(board)} {matrix(board)} }.into_any()
    };
    mount_to(place, build).forget();
    Ok(())
}

/// Reads the page's script again when the dialog is shown again.
pub fn show() {
    if let Some(board) = BOARD.get() {
        board.with_subject(|_| ());
    }
}

/// Fills the matrix, unless it is being filled.
pub fn fill() {
    let Some(board) = BOARD.get() else { return };
    let is_filling =
        board.with_subject(|it| board.explorer.with_untracked(|e| e.is_filling_for(it)));
    if is_filling == Some(false) {
        board.begin(Explorer::begin_matrix, false);
    }
}

/// The dialog was closed. A search goes on.
pub fn rest() {
    if let Some(board) = BOARD.get() {
        board.explorer.write().leave();
    }
}

impl Board {
    fn text(self, read: impl Fn(&Explorer) -> String + Send + Sync + 'static) -> Signal<String> {
        derived(move || self.explorer.with(&read))
    }

    fn keys(
        self,
        read: impl Fn(&Explorer) -> Vec<String> + Send + Sync + 'static,
    ) -> Signal<Vec<String>> {
        derived(move || self.explorer.with(&read))
    }

    fn hidden(self, read: impl Fn(&Explorer) -> bool + Send + Sync + 'static) -> Signal<bool> {
        derived(move || self.explorer.with(&read))
    }

    /// The script and design that the page runs now.
    fn with_subject<T>(self, act: impl FnOnce(&Subject) -> T) -> Option<T> {
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
        self.tell.with_value(|tell| {
            if let Some(tell) = tell {
                self.host.with_value(|host| host.explore(&jobs, in_full, tell));
            }
        });
    }

    fn begin(self, begin: fn(&mut Explorer, &Subject) -> Vec<Job>, in_full: bool) {
        let jobs = self.with_subject(|subject| begin(&mut self.explorer.write(), subject));
        self.search(jobs.unwrap_or_default(), in_full);
    }

    fn hear(self, kind: &str, position: u32, text: &str, ms: f64) {
        let ms = ms as u32;
        let event = match kind {
            "progress" => Event::Progress { text, ms },
            "report" => Event::Report { position, text, ms },
            "failed" => Event::Failed { position, why: text },
            _ => Event::End,
        };
        let more = self.explorer.write().hear(event);
        self.search(more, false);
        self.take_opened();
        if kind == "end" {
            // The buttons that end a search disappear with it, and one of them may have the focus.
            when_focus_is_lost(Box::new(|| {
                if let Some(button) = by_id("matrix") {
                    focus(&button);
                }
            }));
        }
    }

    fn open_finding(self, promise: Promise, calm: bool) {
        self.explorer.write().open_finding(promise, calm);
        self.take_opened();
    }

    fn open_cell(self, number: u32) {
        let jobs = self.explorer.write().open_cell(number);
        self.search(jobs, false);
        self.take_opened();
    }

    /// Opens the chosen run on the page, if there is one.
    fn take_opened(self) {
        let witness = self.explorer.try_update_untracked(Explorer::take_opened).flatten();
        if let Some(witness) = witness {
            self.host.with_value(|host| host.take(&witness.link(), &witness.notice));
        }
    }

    fn order(self, word: &str) {
        self.host.with_value(|host| host.order(word));
    }
}

fn head(board: Board) -> AnyView {
    let idle = board.hidden(|e| !e.is_busy());
    let pause = move |_| {
        let paused = board.explorer.with_untracked(|e| !e.is_paused());
        board.explorer.write().set_paused(paused);
        board.order(if paused { "pause" } else { "resume" });
    };
    let stop = move |_| {
        board.explorer.write().stop();
        board.order("stop");
    };
    view! {
        <div class="explorer-top">
            <header class="explorer-head">
                <h2 class="wordmark">"Explorer"</h2>
                {button("Search this script", Signal::stored(false), move |_| {
                    board.begin(Explorer::begin_scenario, true);
                })}
                <button
                    type="button"
                    id="matrix"
                    on:click=move |_| board.begin(Explorer::begin_matrix, false)
                >
                    "Fill the matrix"
                </button>
                {button(
                    board.text(|e| if e.is_paused() { "Resume" } else { "Pause" }.into()),
                    idle,
                    pause,
                )}
                {button("Stop", idle, stop)}
                {button("Copy the matrix", board.hidden(|e| e.matrix().cells().next().is_none()), move |_| {
                    let text = board.explorer.with_untracked(|e| e.matrix().to_string());
                    copy_and_tell("matrix", &text, move |told| board.explorer.write().say(told));
                })}
                {button("Charts", Signal::stored(false), move |_| {
                    board.host.with_value(Host::charts);
                })}
                {button("Close", Signal::stored(false), move |_| {
                    board.host.with_value(Host::close);
                })}
            </header>
            // Screen readers announce results, not progress.
            <p
                class="explorer-status"
                aria-live=board.text(|e| if e.is_busy() { "off" } else { "polite" }.into())
            >
                {board.text(Explorer::status)}
            </p>
            <p class="script-error" role="status">{board.text(|e| e.trouble().into())}</p>
        </div>
    }
    .into_any()
}

fn button(
    name: impl Into<Signal<String>>,
    hidden: Signal<bool>,
    act: impl Fn(web_sys::MouseEvent) + 'static,
) -> AnyView {
    let name: Signal<String> = name.into();
    let act: Box<dyn Fn(web_sys::MouseEvent)> = Box::new(act);
    view! { <button type="button" hidden=hidden on:click=act>{name}</button> }.into_any()
}

fn findings(board: Board) -> AnyView {
    // A row with another text is a new element.
    let keys = board.keys(|e| e.findings().iter().map(FindingRow::key).collect());
    let item = move |key: String| {
        let id = key.split(' ').next().unwrap_or_default();
        let rows = board.explorer.with_untracked(Explorer::findings);
        match rows.into_iter().find(|row| row.promise.id() == id) {
            Some(row) => finding(board, row),
            None => ().into_any(),
        }
    };
    view! {
        <section
            class="panel"
            aria-labelledby="findings-title"
            hidden=board.hidden(|e| e.findings().is_empty())
        >
            <h3 class="panel-title" id="findings-title">{board.text(Explorer::subject)}</h3>
            <p class="quiet">{board.text(Explorer::extent)}</p>
            <ul class="findings">{list(keys, item)}</ul>
        </section>
    }
    .into_any()
}

fn finding(board: Board, row: FindingRow) -> AnyView {
    let promise: Promise = row.promise;
    let run = |steps: Option<usize>, calm: bool| {
        let steps = steps?;
        let which = if calm { "fewest switches" } else { "shortest run" };
        let name = format!("{which}, {steps} steps");
        Some(button(name, Signal::stored(false), move |_| board.open_finding(promise, calm)))
    };
    let no_return = match row.no_return.as_str() {
        "" => String::new(),
        text => format!(". {text}"),
    };
    view! {
        <li class="finding" data-word=row.word>
            <strong>{row.word}</strong>
            <span class="mono">{promise.id()}</span>
            <span class="finding-text">
                {row.text}
                <span class="quiet">{no_return}</span>
            </span>
            <span class="finding-runs">{run(row.steps, false)} {run(row.calm_steps, true)}</span>
        </li>
    }
    .into_any()
}

fn matrix(board: Board) -> AnyView {
    let designs = board.keys(|e| e.matrix().designs().iter().map(ToString::to_string).collect());
    let rows = board.keys(|e| {
        let columns = e.matrix().designs().len();
        let key = |(row, scenario): (usize, &Scenario)| {
            format!("{}\n{} {} {columns}", scenario.name, scenario.about(), row * columns)
        };
        e.matrix().scenarios().iter().enumerate().map(key).collect()
    });
    view! {
        <section class="panel matrix-panel" aria-labelledby="matrix-title">
            <h3 class="panel-title" id="matrix-title">"Verdict matrix"</h3>
            <p class="quiet">
                "What some run breaks, by its short name; ok: every promise holds in every run; "
                "-: the script does not exercise the promise; ?: a bound was reached. A large cell is searched "
                "reduced: fewer states, the same verdict. A cell opens its run, of a large one the "
                "shortest, which is searched first."
            </p>
            <p class="quiet">{board.text(Explorer::columns_gone)}</p>
            <div
                class="matrix-scroll"
                tabindex="0"
                role="group"
                aria-label="Designs by scenarios; arrows go from cell to cell"
                on:keydown=|ev| rove(&ev, ".matrix-cell")
            >
                <table class="matrix mono">
                    <thead>
                        <tr>
                            <td></td>
                            {list(designs, move |name| column_head(board, name))}
                        </tr>
                    </thead>
                    <tbody>{list(rows, move |key| matrix_row(board, &key))}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

/// The head of a column. A design with changed knobs can be removed, unless the page runs it.
fn column_head(board: Board, name: String) -> AnyView {
    let (text, design) = (name.clone(), name.clone());
    let is_row = !name.contains(' ');
    let hidden = derived(move || {
        is_row || board.current.with(|it| *it == name) || board.explorer.with(Explorer::is_filling)
    });
    let leave_out = move |_| {
        board.host.with_value(|host| host.leave_out(&design));
        board.with_subject(|_| ());
    };
    view! {
        <th {..named("scope", "col")}>
            <span>{text.clone()}</span>
            <button
                type="button"
                class="matrix-out"
                aria-label=format!("Leave out {text}")
                title="Leave out"
                hidden=hidden
                on:click=leave_out
            >
                "\u{d7}"
            </button>
        </th>
    }
    .into_any()
}

/// A row of the matrix: the scenario's name and title, its first cell, its number of cells.
fn matrix_row(board: Board, key: &str) -> AnyView {
    let mut words = key.rsplitn(3, ' ');
    let mut number = || words.next().and_then(|word| word.parse().ok()).unwrap_or(0_u32);
    let (columns, first) = (number(), number());
    let (name, about) = words.next().unwrap_or_default().split_once('\n').unwrap_or_default();
    let (name, about) = (name.to_string(), about.to_string());
    let cells = board.keys(move |e| {
        // The key says how a cell was searched, so that a better result redraws it.
        let state =
            |cell: &Cell| format!("{} {} {}", cell.short(), cell.limit.is_some(), cell.reduced);
        let key = |n: u32| e.matrix().cell(n).map_or(String::new(), state);
        (first..first + columns).map(|n| format!("{n} {}", key(n))).collect()
    });
    view! {
        <tr>
            <th {..named("scope", "row")}>
                <span>{name}</span>
                <span class="matrix-about quiet">{about}</span>
            </th>
            {list(cells, move |key| matrix_cell(board, &key))}
        </tr>
    }
    .into_any()
}

fn matrix_cell(board: Board, key: &str) -> AnyView {
    let mut words = key.split(' ');
    let number: u32 = words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
    let short = words.next().unwrap_or_default();
    if short.is_empty() {
        return view! { <td class="quiet">"."</td> }.into_any();
    }
    let kind = match short.trim_end_matches('?') {
        "ok" => "ok",
        "-" => "idle",
        _ => "broken",
    };
    let text = board.explorer.with_untracked(|e| e.cell_text(number));
    let open = move |_| board.open_cell(number);
    view! {
        <td>
            <button
                type="button"
                class="matrix-cell"
                tabindex="-1"
                data-kind=kind
                title=text.clone()
                // The accessible name contains the visible text.
                aria-label=format!("{text}, {short}")
                on:click=open
            >
                {short.to_string()}
            </button>
        </td>
    }
    .into_any()
}
