//! The layers of each file over one ruler of blocks.

use leptos::prelude::*;

use super::desk::Desk;
use super::grid;
use super::parts::{list, name, panel_head, tables, turn};
use crate::view::{FileStrata, Mark, MarkKind, Segment, Stage, Stratum, Switch};

/// All files, one ruler each.
pub fn strata_panel() -> AnyView {
    let desk = Desk::of_page();
    let hidden = desk.flag(|s| s.panels.has(Switch::Strata));
    // What is drawn at all; what it says changes without anything being made anew.
    let files = desk.keys(|s| s.strata.files.iter().map(shape).collect());
    view! {
        <section class="panel area-strata" aria-labelledby="strata-title">
            <div class="row spread">
                {panel_head("strata-title", "Strata", None, Some(Switch::Strata))}
                {turn(Switch::Physical, "physical blocks", None)}
            </div>
            <div
                class="panel-body"
                class:shows-pblk=desk.flag(|s| s.panels.has(Switch::Physical))
                hidden=hidden
            >
                {list(files, move |key| picture(desk, &key))}
            </div>
            {tables(desk, Switch::Strata, |s| s.strata.tables())}
        </section>
    }
    .into_any()
}

/// A key for everything about a file's picture that never changes while it stands.
fn shape(file: &FileStrata) -> String {
    let rows: Vec<&str> = file.rows.iter().map(|row| row.id).collect();
    format!("{} {} {}", file.ino, file.blocks, rows.join(" "))
}

fn file(stage: &Stage, ino: u8) -> Option<&FileStrata> {
    stage.strata.files.iter().find(|file| file.ino == ino)
}

fn picture(desk: Desk, key: &str) -> AnyView {
    let Some(here) = desk.peek(|s| s.strata.files.iter().find(|f| shape(f) == key).cloned()) else {
        return ().into_any();
    };
    let (ino, blocks) = (here.ino, here.blocks);
    let text = move |read: fn(&FileStrata) -> String| {
        desk.text(move |s| file(s, ino).map_or(String::new(), read))
    };
    let summary = |file: &FileStrata| {
        let rows = file.rows.iter().map(|row| format!("{}: {}", row.name, row.words()));
        format!("File {}. {}", file.name, rows.collect::<Vec<_>>().join(". "))
    };
    let every = if blocks > 8 { 4 } else { 2 };
    let ticks = (0..blocks).map(|block| {
        let is_tick = block % every == 0;
        let text = if is_tick { block.to_string() } else { String::new() };
        view! { <span class=if is_tick { "tick" } else { "" }>{text}</span> }.into_any()
    });
    let rows = here.rows.iter().map(|row| layer(desk, ino, row));
    view! {
        <div
            class="strata-file"
            class:is-compact=desk.flag(|s| s.strata.files.len() > 1)
            style=("--blocks", blocks.to_string())
        >
            <div class="stratum ruler">
                <span class="stratum-name">
                    {name(format!("inode.{ino}"), text(|f| format!("file {}", f.name)))}
                </span>
                <div class="stratum-blocks" aria-hidden="true">{ticks.collect::<Vec<_>>()}</div>
            </div>
            <div
                class="strata-rows"
                role="grid"
                aria-readonly="true"
                aria-label=text(summary)
                tabindex="0"
                on:keydown=|ev| grid::rove(&ev, "[role=gridcell][data-object]")
            >
                {rows.collect::<Vec<_>>()}
            </div>
            <p class="counters mono">{text(|f| f.counters.clone())}</p>
        </div>
    }
    .into_any()
}

fn layer(desk: Desk, ino: u8, row: &Stratum) -> AnyView {
    let id = row.id;
    let find =
        move |s: &Stage| file(s, ino).and_then(|f| f.rows.iter().find(|r| r.id == id)).cloned();
    // What says something else is another element: it fades in, and what it replaces is gone.
    let keys = desk.keys(move |s| match find(s) {
        Some(row) => pieces(&row).iter().map(Piece::key).collect(),
        None => Vec::new(),
    });
    let piece = move |key: String| {
        let row = desk.peek(find);
        let found = row.and_then(|row| pieces(&row).into_iter().find(|p| p.key() == key));
        found.map_or_else(|| ().into_any(), |piece| piece.draw(ino))
    };
    view! {
        <div class=format!("stratum stratum-{id}") role="row" title=row.about>
            <span class="stratum-name" role="rowheader">
                {name(format!("{id}.{ino}"), row.name.to_string())}
            </span>
            <div class="stratum-blocks" role="presentation">
                {list(keys, piece)}
                <span class="stratum-remark" aria-hidden="true">
                    {desk.text(move |s| find(s).and_then(|r| r.remark).unwrap_or_default().into())}
                </span>
            </div>
        </div>
    }
    .into_any()
}

/// A segment or a mark, as it is drawn.
struct Piece {
    class: String,
    is_mark: bool,
    lblk: u8,
    len: u8,
    title: String,
    label: String,
    more: String,
}

fn pieces(row: &Stratum) -> Vec<Piece> {
    row.segments.iter().map(segment).chain(row.marks.iter().map(mark)).collect()
}

fn segment(segment: &Segment) -> Piece {
    Piece {
        class: format!("segment {}", segment.kind.class()),
        is_mark: false,
        lblk: segment.lblk,
        len: segment.len,
        title: segment.title.clone(),
        label: segment.label.clone(),
        more: segment.pblk.map_or(String::new(), |pblk| format!("@{pblk}")),
    }
}

fn mark(mark: &Mark) -> Piece {
    let (class, word, glyph, title) = match mark.kind {
        MarkKind::Pending => {
            ("mark mark-pending", "pending", "*", "written here, not yet in the disk tree")
        }
        MarkKind::Dirty => ("mark mark-dirty", "dirty", "*", "newer than the device"),
        MarkKind::Writeback => ("mark mark-volatile", "writeback", "", "under PageWriteback"),
        MarkKind::Wrong => ("mark mark-wrong", "", "!", "breaks a promise"),
        MarkKind::Volatile => ("mark mark-volatile", "cache", "", "only in the device's cache"),
    };
    // The word only where there is room for it beside the segment's own.
    let more = if mark.len > 3 { word } else { "" };
    Piece {
        class: class.into(),
        is_mark: true,
        lblk: mark.lblk,
        len: mark.len,
        title: title.into(),
        label: glyph.into(),
        more: more.into(),
    }
}

impl Piece {
    fn key(&self) -> String {
        let Piece { class, lblk, len, title, .. } = self;
        format!("{lblk} {len} {class} {title}")
    }

    fn draw(self, ino: u8) -> AnyView {
        let Piece { lblk, len, .. } = self;
        // A mark is in front of the segment that it is about: focus goes to that.
        let object = (!self.is_mark).then(|| format!("block.{ino}.{lblk}"));
        view! {
            <span
                class=self.class
                role="gridcell"
                tabindex=object.as_ref().map(|_| "-1")
                data-object=object
                style:grid-column=format!("{} / span {len}", lblk + 1)
                title=self.title
            >
                <b>{self.label}</b>
                <span class="more">{self.more}</span>
            </span>
        }
        .into_any()
    }
}
