//! The contents of the dialog: the source of the trace, the events in lanes, the tree beside them.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlInputElement, HtmlTextAreaElement};

use super::desk::{Desk, Host, Reading};
use crate::app::kit::by_id;
use crate::app::kit::prelude::*;
use crate::app::kit::{aria, derived};
use crate::view::charts::grouped;
use crate::view::traces::{Go, LANES, Row, Sight, TreeRow};

/// The purpose of this dialog.
const ABOUT: &str = "The events of a running kernel's extent status trees, and the tree at each of \
                     them. The tree and the machine agree with traces of kernels 6.1 and 6.12:";

/// The contents of the dialog: the choice of a trace, its events, and a tree.
pub(super) fn traces(desk: Desk) -> impl IntoView {
    let done = derived(move || desk.reading.with(|reading| *reading == Reading::Done));
    view! {
        <header class="traces-head">
            <h2 class="wordmark">"Traces"</h2>
            <p class="traces-about">
                {ABOUT} " "
                <a href="conformance.md" {..named("target", "_blank")}>"what was compared"</a> "."
            </p>
            <button type="button" class="traces-close" on:click=move |_| desk.host.with_value(Host::close)>
                "Close traces"
            </button>
        </header>
        {source(desk)}
        <div class="traces-found" hidden=move || !done.get()>
            {bar(desk)}
            <div class="traces-body">{lanes(desk)} {tree(desk)}</div>
        </div>
    }
}

/// The controls that choose a file or a text.
fn source(desk: Desk) -> AnyView {
    let choose = move |ev: web_sys::Event| {
        let input: HtmlInputElement = event_target(&ev);
        let file = js_sys::Reflect::get(&input, &"files".into()).ok();
        let file = file.and_then(|files| js_sys::Reflect::get_u32(&files, 0).ok());
        if let Some(file) = file.filter(JsValue::is_object) {
            desk.read(&file);
        }
        // So that the same file can be chosen again.
        input.set_value("");
    };
    let paste = move |_| {
        let text = by_id("traces-text").and_then(|it| it.dyn_into::<HtmlTextAreaElement>().ok());
        if let Some(text) = text {
            desk.read(&JsValue::from_str(&text.value()));
        }
    };
    let under = derived(move || desk.reading.with(|it| matches!(it, Reading::Under { .. })));
    let hundredths = derived(move || match desk.reading.get() {
        Reading::Under { hundredths, .. } => hundredths.to_string(),
        Reading::Nothing | Reading::Done | Reading::Failed(_) => "0".into(),
    });
    view! {
        <section class="traces-source" aria-label="Source">
            <label class="field">
                <span>"trace file, plain or .gz; it can be dropped here too"</span>
                <input id="traces-file" type="file" on:change=choose />
            </label>
            <details>
                <summary>"Paste a trace"</summary>
                <label class="field">
                    <span>"the text of /sys/kernel/tracing/trace"</span>
                    <textarea id="traces-text" class="mono" rows="4" spellcheck="false"></textarea>
                </label>
                <button type="button" on:click=paste>"Read the text"</button>
            </details>
            <div class="traces-progress" hidden=move || !under.get()>
                <progress max="100" prop:value=move || hundredths.get() aria-label="Read so far"></progress>
                <button type="button" on:click=move |_| desk.stop()>"Stop"</button>
            </div>
            <p class="traces-status" role="status">{derived(move || status(desk))}</p>
            <ul class="traces-faults mono" hidden=move || desk.summary.with(|it| it.faults.is_empty())>
                {move || {
                    let faults = desk.summary.with(|it| it.faults.clone());
                    faults.into_iter().map(|fault| view! { <li>{fault}</li> }.into_any()).collect::<Vec<_>>()
                }}
            </ul>
        </section>
    }
    .into_any()
}

fn status(desk: Desk) -> String {
    match desk.reading.get() {
        Reading::Nothing => "No trace yet.".into(),
        Reading::Under { events, .. } => format!("Reading: {} events so far.", grouped(events)),
        Reading::Failed(why) => why,
        Reading::Done => desk.summary.with(|summary| {
            let many = |n: u32, what: &str| match n {
                0 => String::new(),
                n => format!(" {} {what}.", grouped(n)),
            };
            format!(
                "{} events in {} lines; trees under the rules of {}.{}{}{} {}",
                grouped(summary.events),
                grouped(summary.lines),
                summary.rules,
                many(summary.differences, "lookups differ"),
                many(summary.lost, "events are missing"),
                many(summary.damaged, "lines could not be read"),
                summary.said,
            )
            .trim_end()
            .into()
        }),
    }
}

/// The targets of a move.
fn bar(desk: Desk) -> AnyView {
    // The lists stay as they are, with what is selected in them, when only counts change.
    let names = Memo::new(move |_| desk.summary.with(|summary| summary.inodes.clone()));
    let kernels = Memo::new(move |_| desk.summary.with(|summary| summary.choices.clone()));
    let inodes = move || {
        names
            .get()
            .into_iter()
            .enumerate()
            .map(|(at, name)| view! { <option value=at.to_string()>{name}</option> }.into_any())
            .collect::<Vec<_>>()
    };
    let filter = move |ev: web_sys::Event| {
        desk.inode.set(event_target_value(&ev).parse().ok());
        desk.go(Go::Here);
    };
    let last = derived(move || desk.summary.with(|it| it.events.saturating_sub(1)).to_string());
    let at = derived(move || desk.sight.with(|sight| sight.at.to_string()));
    let jump = move |ev: web_sys::Event| {
        if let Ok(at) = event_target_value(&ev).parse() {
            desk.go_from(at, Go::Here);
        }
    };
    let number = |id: &str| {
        let input = by_id(id).and_then(|it| it.dyn_into::<HtmlInputElement>().ok());
        input.and_then(|input| input.value().trim().parse::<u32>().ok()).unwrap_or(0)
    };
    let button = move |text: &'static str, go: Go| {
        view! { <button type="button" on:click=move |_| desk.go(go)>{text}</button> }.into_any()
    };
    let none = derived(move || desk.summary.with(|it| it.differences == 0));
    let rules = move || {
        kernels
            .get()
            .into_iter()
            .map(|kernel| {
                view! { <option value=kernel.clone()>{kernel.clone()}</option> }.into_any()
            })
            .collect::<Vec<_>>()
    };
    let choose = move |ev: web_sys::Event| {
        desk.host.with_value(|host| host.choose(&event_target_value(&ev)));
    };
    let one = derived(move || kernels.with(Vec::is_empty));
    view! {
        <div class="traces-bar">
            <label class="field" hidden=move || one.get()>
                <span>"rules of"</span>
                <select on:change=choose>
                    <option value="">"automatic"</option>
                    {rules}
                </select>
            </label>
            <label class="field">
                <span>"inode"</span>
                <select on:change=filter>
                    <option value="">"all"</option>
                    {inodes}
                </select>
            </label>
            {button("Previous event", Go::By(-1))}
            {button("Next event", Go::By(1))}
            <label class="field">
                <span>"line"</span>
                <input id="traces-line" type="number" min="1" value="1" />
            </label>
            <button type="button" on:click=move |_| desk.go(Go::Line(number("traces-line")))>"Go to line"</button>
            <label class="field">
                <span>"block"</span>
                <input id="traces-block" type="number" min="0" value="0" />
            </label>
            <button type="button" on:click=move |_| desk.go(Go::NextOf(number("traces-block")))>
                "Next event of the block"
            </button>
            <button type="button" prop:disabled=move || none.get() on:click=move |_| desk.go(Go::FirstDifference)>
                "First difference"
            </button>
            <button type="button" prop:disabled=move || none.get() on:click=move |_| desk.go(Go::NextDifference)>
                "Next difference"
            </button>
            <input
                class="traces-slider"
                type="range"
                min="0"
                aria-label="Event"
                prop:max=move || last.get()
                prop:value=move || at.get()
                on:input=jump
            />
            <p class="traces-said" role="status">{derived(move || desk.sight.with(|sight| sight.said.clone()))}</p>
        </div>
    }
    .into_any()
}

/// The events around the current one, each in the lane of its context.
fn lanes(desk: Desk) -> AnyView {
    let rows = move || {
        let (rows, at) = desk.sight.with(|sight| (sight.rows.clone(), sight.at));
        rows.into_iter().map(|row| event(desk, row, at)).collect::<Vec<_>>()
    };
    let heads: Vec<AnyView> = LANES
        .iter()
        .map(|lane| view! { <th {..named("scope", "col")}>{*lane}</th> }.into_any())
        .collect();
    view! {
        <div class="traces-lanes" tabindex="0" role="group" aria-label="Events, scrollable">
            <table aria-label="Events">
                <thead>
                    <tr>
                        <th {..named("scope", "col")}>"line"</th>
                        <th {..named("scope", "col")}>"time"</th>
                        {heads}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn event(desk: Desk, row: Row, at: u32) -> AnyView {
    let Row { event, line, time, lane, who, text, differs } = row;
    let current = event == at;
    let cells: Vec<AnyView> = (0..LANES.len())
        .map(|column| {
            if column != usize::from(lane) {
                return view! { <td></td> }.into_any();
            }
            let (who, text) = (who.clone(), text.clone());
            view! {
                <td class="traces-event">
                    <button
                        type="button"
                        aria-current=aria(derived(move || current))
                        on:click=move |_| desk.go_from(event, Go::Here)
                    >
                        <span class="quiet">{who}</span>
                        " "
                        {text}
                        {differs.then_some(" (differs)")}
                    </button>
                </td>
            }
            .into_any()
        })
        .collect();
    let class = if current { "is-current" } else { "" };
    view! {
        <tr class=class>
            <td>{line}</td>
            <td>{time}</td>
            {cells}
        </tr>
    }
    .into_any()
}

/// The tree after the event.
fn tree(desk: Desk) -> AnyView {
    let title = derived(move || {
        desk.sight.with(|sight: &Sight| match (sight.tree_of.as_str(), sight.extents) {
            ("", _) => "Tree".to_string(),
            (of, 1) => format!("Tree of {of} after the event: 1 extent"),
            (of, count) => format!("Tree of {of} after the event: {} extents", grouped(count)),
        })
    });
    let rows = move || {
        let rows = desk.sight.with(|sight| sight.tree.clone());
        rows.into_iter().map(extent).collect::<Vec<_>>()
    };
    let link = derived(move || desk.sight.with(|sight| sight.link.clone()));
    let script = derived(move || desk.sight.with(|sight| sight.script.clone()));
    let visit = move |_| {
        if let Some(link) = link.get_untracked() {
            desk.host.with_value(|host| host.visit(&link));
        }
    };
    view! {
        <section class="traces-tree" aria-labelledby="traces-tree-title">
            <h3 id="traces-tree-title">{title}</h3>
            <p class="traces-script">
                <button type="button" prop:disabled=move || link.get().is_none() on:click=visit>
                    "Open as a script"
                </button>
                " "
                <span>{script}</span>
            </p>
            <div class="traces-extents" tabindex="0" role="group" aria-label="Extents, scrollable">
                <table aria-label="Extents">
                    <thead>
                        <tr>
                            <th {..named("scope", "col")}>"block"</th>
                            <th {..named("scope", "col")}>"blocks"</th>
                            <th {..named("scope", "col")}>"on disk"</th>
                            <th {..named("scope", "col")}>"status"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn extent(row: TreeRow) -> AnyView {
    let TreeRow { lblk, len, pblk, status, touched } = row;
    let letter = status.chars().next().unwrap_or('H').to_ascii_lowercase();
    let class = if touched { "is-current" } else { "" };
    view! {
        <tr class=class>
            <td>{lblk}</td>
            <td>{len}</td>
            <td>{pblk.map_or("-".to_string(), |pblk| pblk.to_string())}</td>
            <td><span class=format!("traces-status-letter status-{letter}")>{status}</span></td>
        </tr>
    }
    .into_any()
}
