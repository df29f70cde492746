//! The layers of each file over one ruler of blocks.

use leptos::prelude::*;

use super::desk::Desk;
use super::parts::PanelHead;
use crate::view::{FileStrata, Mark, MarkKind, Segment, Strata, Stratum, strata};

/// All files, one ruler each.
#[component]
pub fn StrataPanel() -> impl IntoView {
    let layers = Desk::of_page().memo(|s| strata(s.run().setup(), s.run().state(), None));
    let table = RwSignal::new(false);
    let physical = RwSignal::new(false);
    // What is drawn at all; what it says changes without anything being made anew.
    let files = Memo::new(move |_| {
        let rows = |f: &FileStrata| f.rows.iter().map(|row| row.id).collect::<Vec<_>>();
        layers.with(|l| l.files.iter().map(|f| (f.ino, f.blocks, rows(f))).collect::<Vec<_>>())
    });
    view! {
        <section class="panel area-strata" aria-labelledby="strata-title">
            <div class="row spread">
                <PanelHead id="strata-title" title="Strata" table />
                <label class="check">
                    <input
                        type="checkbox"
                        prop:checked=physical
                        on:change=move |ev| physical.set(event_target_checked(&ev))
                    />
                    "physical blocks"
                </label>
            </div>
            <div class="panel-body" class:shows-pblk=physical>
                {move || {
                    if table.get() {
                        view! { <StrataTable layers /> }.into_any()
                    } else {
                        let files = files.get().into_iter();
                        files
                            .map(|(ino, blocks, _)| view! { <FilePicture ino blocks layers /> })
                            .collect_view()
                            .into_any()
                    }
                }}
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn FilePicture(ino: u8, blocks: u8, layers: Memo<Strata>) -> impl IntoView {
    let file = move |l: &Strata| l.files.iter().find(|f| f.ino == ino).cloned();
    let head = Memo::new(move |_| {
        layers.with(|l| file(l).map_or((String::new(), String::new()), |f| (f.name, f.counters)))
    });
    let rows = layers.with_untracked(|l| file(l).map_or(Vec::new(), |f| f.rows));
    let summary = move || {
        let text = |row: &Stratum| format!("{}: {}", row.name, words(row));
        layers.with(|l| file(l).map_or(Vec::new(), |f| f.rows).iter().map(text).collect::<Vec<_>>())
    };
    let ticks = (0..blocks).map(|block| {
        let every = if blocks > 8 { 4 } else { 2 };
        let text = (block % every == 0).then(|| block.to_string());
        view! { <span class:tick=block % every == 0>{text}</span> }
    });
    let rows = rows.into_iter().map(|row| view! { <Layer ino row layers /> });
    view! {
        <div
            class="strata-file"
            class:is-compact=move || layers.with(|l| l.files.len() > 1)
            role="img"
            aria-label=move || format!("File {}. {}", head.get().0, summary().join(". "))
            style=("--blocks", blocks.to_string())
        >
            <div class="stratum ruler">
                <span class="stratum-name">"file " <b>{move || head.get().0}</b></span>
                <div class="stratum-blocks">{ticks.collect_view()}</div>
            </div>
            {rows.collect_view()}
            <p class="counters mono">{move || head.get().1}</p>
        </div>
    }
    .into_any()
}

#[component]
fn Layer(ino: u8, row: Stratum, layers: Memo<Strata>) -> impl IntoView {
    let id = row.id;
    let here = Memo::new(move |_| {
        layers.with(|l| {
            let file = l.files.iter().find(|f| f.ino == ino)?;
            file.rows.iter().find(|r| r.id == id).cloned()
        })
    });
    let segments = move || here.get().map_or(Vec::new(), |r| r.segments);
    let marks = move || here.get().map_or(Vec::new(), |r| r.marks);
    view! {
        <div class=format!("stratum stratum-{id}") title=row.about>
            <span class="stratum-name">{row.name}</span>
            <div class="stratum-blocks">
                <For
                    each=segments
                    // A segment that says something else is another one: it fades in.
                    key=|s| (s.lblk, s.len, s.label.clone(), s.pblk)
                    children=segment
                />
                <For each=marks key=|m| (m.lblk, m.len, m.kind as u8) children=mark />
                <span class="stratum-remark">{move || here.get().and_then(|r| r.remark)}</span>
            </div>
        </div>
    }
    .into_any()
}

const PENDING: &str = "written here, not yet in the disk tree";

fn column(lblk: u8, len: u8) -> String {
    format!("{} / span {len}", lblk + 1)
}

fn segment(segment: Segment) -> impl IntoView {
    let Segment { lblk, len, kind, label, pblk, title, .. } = segment;
    view! {
        <span
            class=format!("segment {}", kind.class())
            style:grid-column=column(lblk, len)
            title=title
        >
            <b>{label}</b>
            {pblk.map(|pblk| view! { <span class="pblk mono">{format!("@{pblk}")}</span> })}
        </span>
    }
}

fn mark(mark: Mark) -> impl IntoView {
    let (class, word, glyph, title) = match mark.kind {
        MarkKind::Pending => ("mark-pending", "pending", "*", PENDING),
        MarkKind::Dirty => ("mark-dirty", "dirty", "*", "newer than the device"),
        MarkKind::Writeback => ("mark-volatile", "writeback", "", "under PageWriteback"),
        MarkKind::Wrong => ("mark-wrong", "", "!", "breaks a promise"),
        MarkKind::Volatile => ("mark-volatile", "cache", "", "only in the device's cache"),
    };
    // The word only where there is room for it beside the segment's own.
    let word = (mark.len > 3).then_some(word);
    view! {
        <span
            class=format!("mark {class}")
            style:grid-column=column(mark.lblk, mark.len)
            title=title
        >
            <span class="mark-word">{word}</span>
            <b>{glyph}</b>
        </span>
    }
}

/// A layer in words.
fn words(row: &Stratum) -> String {
    let segments = row.segments.iter().map(|s| s.title.as_str());
    let marks = row.marks.iter().filter_map(|m| match m.kind {
        MarkKind::Pending => Some(format!("[{}/{}) pending", m.lblk, m.len)),
        MarkKind::Wrong => Some(format!("[{}/{}) breaks a promise", m.lblk, m.len)),
        MarkKind::Dirty => Some(format!("[{}/{}) dirty", m.lblk, m.len)),
        MarkKind::Writeback => Some(format!("[{}/{}) under writeback", m.lblk, m.len)),
        // The segment's own words say it.
        MarkKind::Volatile => None,
    });
    let all: Vec<String> = segments.map(String::from).chain(marks).collect();
    match (all.is_empty(), row.remark) {
        (true, remark) => remark.unwrap_or("empty").into(),
        (false, None) => all.join(", "),
        (false, Some(remark)) => format!("{}; {remark}", all.join(", ")),
    }
}

#[component]
fn StrataTable(layers: Memo<Strata>) -> impl IntoView {
    let tables = move || {
        layers
            .get()
            .files
            .into_iter()
            .map(|file| {
                let rows = file.rows.iter().map(|row| {
                    view! {
                        <tr>
                            <th scope="row">{row.name}</th>
                            <td class="mono">{words(row)}</td>
                        </tr>
                    }
                });
                view! {
                    <table class="twin">
                        <caption>{format!("File {}: {}", file.name, file.counters)}</caption>
                        <thead>
                            <tr>
                                <th scope="col">"layer"</th>
                                <th scope="col">"ranges, as start/length"</th>
                            </tr>
                        </thead>
                        <tbody>{rows.collect_view()}</tbody>
                    </table>
                }
            })
            .collect_view()
    };
    view! { {tables} }.into_any()
}
