//! The explorer: a dialog with what an exhaustive search found, and the matrix of designs by
//! scenarios. The searching is done by `static/explorer.js`, in a worker that runs `src/bin/search.rs`.

use js_sys::{Array, Function};
use leptos::html::Dialog;
use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::*;

use super::desk::Desk;
use super::parts::{close, derived, focus_step, list, show};
use super::top::copy_and_tell;
use crate::kernel::Promise;
use crate::scenario::Cell;
use crate::view::{Event, Explorer, FindingRow, Job, Witness, model_checksum};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = extentscopeExplore)]
    fn explore(model: &str, jobs: &Array, in_full: bool, tell: &Function);

    #[wasm_bindgen(js_name = extentscopeOrder)]
    fn order(word: &str);
}

/// The explorer's state and the dialog, to be handed around.
#[derive(Clone, Copy)]
struct Board {
    desk: Desk,
    explorer: RwSignal<Explorer>,
    dialog: NodeRef<Dialog>,
    tell: StoredValue<Option<Function>, LocalStorage>,
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

    fn search(self, jobs: Vec<Job>, in_full: bool) {
        if jobs.is_empty() {
            return;
        }
        let jobs: Array = jobs.into_iter().map(JsValue::from).collect();
        self.tell.with_value(|tell| {
            if let Some(tell) = tell {
                explore(&model_checksum(), &jobs, in_full, tell);
            }
        });
    }

    fn begin(self, begin: fn(&mut Explorer, &crate::view::Session) -> Vec<Job>, in_full: bool) {
        let jobs = self.desk.read(|session| begin(&mut self.explorer.write(), session));
        self.search(jobs, in_full);
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
    }

    fn open(self, witness: Option<Witness>) {
        let Some(witness) = witness else { return };
        self.desk.act(|session| session.open_witness(&witness));
        close(self.dialog);
        // The run is what was asked for, not the button that opened the explorer.
        focus_step();
    }
}

/// The button that opens the explorer, and the explorer.
pub fn explorer_button() -> AnyView {
    let desk = Desk::of_page();
    let board = Board {
        desk,
        explorer: RwSignal::new(desk.read(Explorer::new)),
        dialog: NodeRef::new(),
        tell: StoredValue::new_local(None),
    };
    let tell = Closure::<dyn Fn(String, u32, String, f64)>::new(
        move |kind: String, position, text: String, ms| board.hear(&kind, position, &text, ms),
    );
    // It lives as long as the page.
    board.tell.set_value(Some(tell.into_js_value().unchecked_into()));
    view! {
        <button type="button" id="explore" on:click=move |_| show(board.dialog)>
            "Explore"
        </button>
        <dialog
            class="explorer"
            aria-labelledby="explorer-title"
            node_ref=board.dialog
            // The page's keys are for the run behind the dialog.
            on:keydown=|ev| ev.stop_propagation()
        >
            {head(board)}
            {findings(board)}
            {matrix(board)}
        </dialog>
    }
    .into_any()
}

fn head(board: Board) -> AnyView {
    let idle = board.hidden(|e| !e.is_busy());
    let pause = move |_| {
        let paused = board.explorer.with_untracked(|e| !e.is_paused());
        board.explorer.write().set_paused(paused);
        order(if paused { "pause" } else { "resume" });
    };
    let stop = move |_| {
        board.explorer.write().stop();
        order("stop");
    };
    view! {
        <header class="explorer-head">
            <h2 class="wordmark" id="explorer-title">"Explorer"</h2>
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
            {button("Close", Signal::stored(false), move |_| {
                close(board.dialog);
            })}
        </header>
        <p class="explorer-status">{board.text(Explorer::status)}</p>
        <p class="script-error" role="status">{board.text(|e| e.trouble().into())}</p>
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
    // A row that says something else is another element.
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
        let open = move |_| {
            board.open(board.explorer.with_untracked(|e| e.witness(promise, calm)));
        };
        Some(button(name, Signal::stored(false), open))
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
        let names = e.matrix().scenarios().iter().map(|scenario| scenario.name.clone());
        let columns = e.matrix().designs().len();
        names.enumerate().map(|(row, name)| format!("{name} {} {columns}", row * columns)).collect()
    });
    view! {
        <section class="panel matrix-panel" aria-labelledby="matrix-title">
            <h3 class="panel-title" id="matrix-title">"Verdict matrix"</h3>
            <p class="quiet">
                "What some run breaks, by its short name; ok: every promise holds in every run; "
                "-: the situation never came up; ?: a bound was reached. A large cell is searched "
                "reduced: fewer states, the same verdict. A cell opens its run."
            </p>
            <div class="matrix-scroll" tabindex="0" role="group" aria-label="Designs by scenarios">
                <table class="matrix mono">
                    <thead>
                        <tr>
                            <td></td>
                            {list(designs, |name| {
                                view! { <th scope="col"><span>{name}</span></th> }.into_any()
                            })}
                        </tr>
                    </thead>
                    <tbody>{list(rows, move |key| matrix_row(board, &key))}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

/// A scenario by name, its first cell and how many it has.
fn matrix_row(board: Board, key: &str) -> AnyView {
    let mut words = key.rsplitn(3, ' ');
    let mut number = || words.next().and_then(|word| word.parse().ok()).unwrap_or(0_u32);
    let (columns, first) = (number(), number());
    let name = words.next().unwrap_or_default().to_string();
    let cells = board.keys(move |e| {
        // A cell is drawn anew also if it was seen only in part before.
        let state = |cell: &Cell| format!("{} {}", cell.short(), cell.limit.is_some());
        let key = |n: u32| e.matrix().cell(n).map_or(String::new(), state);
        (first..first + columns).map(|n| format!("{n} {}", key(n))).collect()
    });
    view! {
        <tr>
            <th scope="row">{name}</th>
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
    let open = move |_| board.open(board.explorer.with_untracked(|e| e.cell_witness(number)));
    view! {
        <td>
            <button
                type="button"
                class="matrix-cell"
                data-kind=kind
                title=text.clone()
                // What is read out has what is seen.
                aria-label=format!("{text}, {short}")
                on:click=open
            >
                {short.to_string()}
            </button>
        </td>
    }
    .into_any()
}
