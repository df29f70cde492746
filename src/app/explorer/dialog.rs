//! The explorer's dialog: the findings of an exhaustive search, and the matrix of designs by
//! scenarios. It is a separate program (`src/bin/explore.rs`) and exchanges only texts with the
//! page. `static/explorer.js` searches, in a worker that runs `src/bin/search.rs`.

use core::cell::Cell as Slot;
use core::ops::Range;

use crate::app::kit::prelude::*;
use js_sys::Array;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

use super::board::{Board, Host};
use super::graph::graph;
use crate::app::kit::copy_and_tell;
use crate::app::kit::rove;
use crate::app::kit::{derived, list, memo};
use crate::kernel::Promise;
use crate::scenario::{Cell, Scenario, offered_designs};
use crate::view::{Explorer, FindingRow, Subject};

thread_local! {
    /// The explorer of this page; there is one instance.
    static BOARD: Slot<Option<Board>> = const { Slot::new(None) };
}

/// Builds the explorer in an element.
///
/// # Errors
/// The page cannot name what it runs, because it has another version or has stopped.
pub fn open(place: HtmlElement, host: Host) -> Result<(), String> {
    let subject = Subject::parse(&host.subject())?;
    let build = move || {
        let explorer = RwSignal::new(Explorer::new(&subject));
        let board = Board {
            explorer,
            picked: memo(move || explorer.with(Explorer::picked)),
            current: RwSignal::new(subject.design.to_string()),
            host: StoredValue::new_local(host),
            tell: StoredValue::new_local(None),
        };
        let tell = Closure::<dyn Fn(Array)>::new(move |events: Array| board.hear(&events));
        // The explorer lives as long as the page, so its handle is never dropped.
        board.tell.set_value(Some(tell.into_js_value().unchecked_into()));
        BOARD.set(Some(board));
        view! { {head(board)} {findings(board)} {graph(board)} {matrix(board)} }.into_any()
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

/// Starts to fill the matrix, unless that is in progress.
pub fn fill() {
    let Some(board) = BOARD.get() else { return };
    let is_filling =
        board.with_subject(|it| board.explorer.with_untracked(|e| e.is_filling_for(it)));
    if is_filling == Some(false) {
        board.begin(Explorer::begin_matrix, false);
    }
}

/// Called when the dialog was closed. A search continues.
pub fn rest() {
    if let Some(board) = BOARD.get() {
        board.explorer.write().leave();
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
                    board.begin(Explorer::begin_scenario, false);
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
    // The key of a row is its content: a row with another text is a new element.
    let keys = board.keys(Explorer::findings);
    view! {
        <section
            class="panel"
            aria-labelledby="findings-title"
            hidden=board.hidden(|e| e.findings().is_empty())
        >
            <h3 class="panel-title" id="findings-title">{board.text(Explorer::subject)}</h3>
            <p class="quiet">{board.text(Explorer::extent)}</p>
            <ul class="findings">{list(keys, move |row| finding(board, row))}</ul>
            {button("Copy the result, to quote it", Signal::stored(false), move |_| {
                let text = board.explorer.with_untracked(Explorer::artefact);
                copy_and_tell("result", &text, move |told| board.explorer.write().say(told));
            })}
        </section>
    }
    .into_any()
}

fn finding(board: Board, row: FindingRow) -> AnyView {
    let promise: Promise = row.promise;
    let is_shortest = row.is_shortest;
    let run = |steps: Option<usize>, calm: bool| {
        let steps = steps?;
        let which = match (calm, is_shortest) {
            (true, _) => "fewest switches",
            (false, true) => "shortest run",
            (false, false) => "a run",
        };
        let name = format!("{which}, {steps} steps");
        Some(button(name, Signal::stored(false), move |_| board.open_finding(promise, calm)))
    };
    let more = match (row.no_return.as_str(), row.idle.as_str()) {
        ("", "") => String::new(),
        ("", text) | (text, _) => format!(". {text}"),
    };
    view! {
        <li class="finding" data-word=row.word>
            <strong>{row.word}</strong>
            <span class="mono">{promise.id()}</span>
            <span class="finding-text">
                {row.text}
                <span class="quiet">{more}</span>
            </span>
            <span class="finding-runs">{run(row.steps, false)} {run(row.calm_steps, true)}</span>
        </li>
    }
    .into_any()
}

/// A row of the matrix: the scenario's name and title, and the numbers of its cells.
#[derive(Clone, PartialEq, Eq)]
struct MatrixRow {
    name: String,
    about: String,
    cells: Range<u32>,
}

fn matrix(board: Board) -> AnyView {
    let designs = board.keys(|e| e.matrix().designs().iter().map(ToString::to_string).collect());
    let rows = board.keys(|e| {
        let columns = u32::try_from(e.matrix().designs().len()).unwrap_or(0);
        let row = |(row, scenario): (u32, &Scenario)| MatrixRow {
            name: scenario.name.to_string(),
            about: scenario.about().to_string(),
            cells: row * columns..(row + 1) * columns,
        };
        (0..).zip(e.matrix().scenarios()).map(row).collect()
    });
    view! {
        <section class="panel matrix-panel" aria-labelledby="matrix-title">
            <h3 class="panel-title" id="matrix-title">"Verdict matrix"</h3>
            <p class="quiet">
                "What some run breaks, by its short name; framed: known before this search; ok: every "
                "promise holds in every run; .: not searched yet; "
                "-: the script does not exercise the promise; ?: a bound was reached. A large cell is searched "
                "reduced: fewer states, the same verdict. A cell opens its run, of a large one the "
                "shortest, which is searched first."
            </p>
            <p class="quiet">{board.text(Explorer::columns_gone)}</p>
            <p class="matrix-pick row">
                <button
                    type="button"
                    aria-pressed=board.text(|e| e.is_picking().to_string())
                    on:click=move |_| board.explorer.write().toggle_picking()
                >
                    "Compare two cells"
                </button>
                <span role="status" aria-label="What to choose">{board.text(Explorer::picking_text)}</span>
            </p>
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
                    <tbody>{list(rows, move |row| matrix_row(board, row))}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

/// The head of a column. A design with changed knobs can be removed, unless the page runs it.
fn column_head(board: Board, name: String) -> AnyView {
    let (text, design) = (name.clone(), name.clone());
    let is_row = offered_designs().iter().any(|design| design.to_string() == name);
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

fn matrix_row(board: Board, MatrixRow { name, about, cells }: MatrixRow) -> AnyView {
    let cells = board.keys(move |e| {
        // The key says how a cell was searched, so that a better result redraws it.
        let result = |cell: &Cell| (cell.short(), cell.limit.is_some(), cell.reduced);
        // A cell that has not been searched shows a known run that breaks a promise.
        let known = |number: u32| {
            Some((e.known_short(number)?.to_string(), false, false)).map(|it| (it, true))
        };
        let of = |number: u32| match e.matrix().cell(number) {
            Some(cell) => Some((result(cell), false)),
            None => known(number),
        };
        cells.clone().map(|number| (number, of(number))).collect()
    });
    view! {
        <tr>
            <th {..named("scope", "row")}>
                <span>{name}</span>
                <span class="matrix-about quiet">{about}</span>
            </th>
            {list(cells, move |(number, result)| {
                matrix_cell(board, number, result.map(|((short, ..), is_known)| (short, is_known)))
            })}
        </tr>
    }
    .into_any()
}

/// A cell of the matrix: a point until it is searched, then the short text of its result.
fn matrix_cell(board: Board, number: u32, short: Option<(String, bool)>) -> AnyView {
    let Some((short, is_known)) = short else {
        return view! { <td class="quiet">"."</td> }.into_any();
    };
    let kind = match (short.trim_end_matches('?'), is_known) {
        (_, true) => "known",
        ("ok", false) => "ok",
        ("-", false) => "idle",
        _ => "broken",
    };
    let text = board.explorer.with_untracked(|e| e.cell_text(number));
    let open = move |_| board.open_cell(number);
    let picked = derived(move || (board.picked.get() == Some(number)).then_some("true"));
    view! {
        <td>
            <button
                type="button"
                class="matrix-cell"
                tabindex="-1"
                data-kind=kind
                aria-pressed=picked
                title=text.clone()
                // The accessible name contains the visible text.
                aria-label=format!("{text}, {short}")
                on:click=open
            >
                {short.clone()}
            </button>
        </td>
    }
    .into_any()
}
