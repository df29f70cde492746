//! The layers of each file above a common ruler of blocks.

use crate::app::kit::prelude::*;

use super::sides::side_head;
use crate::app::kit::list;
use crate::app::kit::rove;
use crate::app::shell::{Desk, Parts, marked, name, tables, words};
use crate::session::Stage;
use crate::view::panels::Switch;
use crate::view::{FileStrata, Mark, MarkKind, Segment, Side, Stratum};

/// The state whose layers are shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// The state at the cursor.
    Cursor,
    /// One of two states side by side.
    Side(usize),
    /// The second of two designs.
    Second,
}

/// The layers of all files, with one ruler per file.
pub fn layers() -> Parts {
    let desk = Desk::of_page();
    let hidden = desk.flag(|s| s.panels.has(Switch::Strata));
    let body = view! {
        <div
            class="panel-body"
            class:shows-pblk=desk.flag(|s| s.panels.has(Switch::Physical))
            hidden=hidden
        >
            {side_head(desk, 0)} {pictures(desk, Of::Cursor)}
        </div>
        {tables(desk, Switch::Strata, |s| s.strata.tables())}
        {legend()}
    };
    Parts { aside: None, button: None, body: body.into_any() }
}

/// The layers under the second of two designs.
pub fn second_strata(desk: Desk) -> AnyView {
    view! {
        <section class="panel area-strata-b" aria-labelledby="strata-b-title">
            <div class="panel-head">
                <h2 class="panel-title" id="strata-b-title">
                    "Strata of B"
                </h2>
            </div>
            <div class="panel-body" class:shows-pblk=desk.flag(|s| s.panels.has(Switch::Physical))>
                {side_head(desk, 1)} {pictures(desk, Of::Second)}
            </div>
        </section>
    }
    .into_any()
}

/// The meaning of fills, letters and marks; folded at first.
fn legend() -> AnyView {
    let entry = |(class, letter, says): &(&'static str, &'static str, &'static str)| {
        view! {
            <li>
                <span class=format!("legend-box {class}") aria-hidden="true"><b>{*letter}</b></span>
                <span>{marked(says)}</span>
            </li>
        }
        .into_any()
    };
    let entries: Vec<AnyView> = LEGEND.iter().map(entry).collect();
    view! {
        <details class="legend">
            <summary>"Legend"</summary>
            <ul>{entries}</ul>
        </details>
    }
    .into_any()
}

/// Class, letter and meaning of each kind of segment.
const LEGEND: [(&str, &str, &str); 14] = [
    ("status-w", "W", "W: written, read as data"),
    ("status-u", "U", "U: unwritten, read as zeroes"),
    ("status-d", "D", "D: delayed, only in memory"),
    ("status-h", "H", "H: a hole, read as zeroes"),
    ("data", "A", "a letter: that write's data"),
    ("data data-old", "old", "the file's data before the run"),
    ("data-stale", "stale", "what a former owner left"),
    ("data-zeroes", "0", "zeroes of a read"),
    ("mark-pending", "", "a bar: the conversion is pending"),
    ("mark-volatile", "", "a broken frame: lost in a power cut"),
    ("mark-wrong", "!", "a thick frame: a promise breaks"),
    ("", "*", "newer than the device"),
    ("", "\u{b1}", "changed in this step"),
    ("", "\u{2260}", "differs under the other design"),
];

/// The layers before or after the last step, under a heading that says which.
pub fn strata_side(desk: Desk, number: usize) -> AnyView {
    view! {
        <div class="compare-side">
            <h3>{desk.text(move |s| side(s, number).map_or(String::new(), |it| it.head.clone()))}</h3>
            {pictures(desk, Of::Side(number))}
        </div>
    }
    .into_any()
}

fn side(stage: &Stage, number: usize) -> Option<&Side> {
    stage.inspector.as_ref()?.compare.as_ref()?.sides.get(number)
}

fn files(stage: &Stage, of: Of) -> &[FileStrata] {
    match of {
        Of::Cursor => &stage.strata.files,
        Of::Side(number) => side(stage, number).map_or(&[], |side| &side.strata.files),
        Of::Second => stage.beside.as_ref().map_or(&[], |it| &it.sides[1].strata.files),
    }
}

/// One picture per file.
fn pictures(desk: Desk, of: Of) -> AnyView {
    // The key contains the structure of the picture. Its texts change without rebuilding it.
    let shapes = desk.keys(move |s| files(s, of).iter().map(Shape::of).collect());
    list(shapes, move |shape| picture(desk, of, &shape))
}

/// What stays the same while the picture of a file exists.
#[derive(Clone, PartialEq, Eq)]
struct Shape {
    ino: u8,
    blocks: u8,
    rows: Vec<&'static str>,
}

impl Shape {
    fn of(file: &FileStrata) -> Shape {
        let rows = file.rows.iter().map(|row| row.id).collect();
        Shape { ino: file.ino, blocks: file.blocks, rows }
    }
}

fn file(stage: &Stage, of: Of, ino: u8) -> Option<&FileStrata> {
    files(stage, of).iter().find(|file| file.ino == ino)
}

fn picture(desk: Desk, of: Of, shape: &Shape) -> AnyView {
    let Shape { ino, blocks, .. } = *shape;
    let here = desk.peek(|s| files(s, of).iter().find(|f| Shape::of(f) == *shape).cloned());
    let Some(here) = here else { return ().into_any() };
    let text = move |read: fn(&FileStrata) -> String| {
        desk.text(move |s| file(s, of, ino).map_or(String::new(), read))
    };
    let summary = desk.text(move |s| {
        let Some(file) = file(s, of, ino) else { return String::new() };
        let rows = file.rows.iter().map(|row| format!("{}: {}", row.name, row.words()));
        let rows = rows.collect::<Vec<_>>().join(". ");
        match of {
            Of::Cursor => format!("File {}. {rows}", file.name),
            Of::Second => {
                let design = s.beside.as_ref().map_or("", |it| &it.sides[1].design);
                format!("File {} under {design}. {rows}", file.name)
            }
            Of::Side(number) => {
                let head = side(s, number).map_or("", |side| &side.head);
                format!("File {} {head}. {rows}", file.name)
            }
        }
    });
    let every = if blocks > 8 { 4 } else { 2 };
    let ticks = (0..blocks).map(|block| {
        let is_tick = block % every == 0;
        let text = if is_tick { block.to_string() } else { String::new() };
        view! { <span class=if is_tick { "tick" } else { "" }>{text}</span> }.into_any()
    });
    let rows = here.rows.iter().map(|row| layer(desk, of, ino, row));
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
                aria-label=summary
                tabindex="0"
                on:keydown=|ev| rove(&ev, "[role=gridcell][data-object]")
            >
                {rows.collect::<Vec<_>>()}
            </div>
            <p class="counters mono">{words(text(FileStrata::below))}</p>
        </div>
    }
    .into_any()
}

fn layer(desk: Desk, of: Of, ino: u8, row: &Stratum) -> AnyView {
    let id = row.id;
    let find =
        move |s: &Stage| file(s, of, ino).and_then(|f| f.rows.iter().find(|r| r.id == id)).cloned();
    // The key of a segment is its content: one with another text is a new element and fades in.
    let keys = desk.keys(move |s| match find(s) {
        Some(row) => pieces(&row),
        None => Vec::new(),
    });
    view! {
        <div class=format!("stratum stratum-{id}") role="row" title=row.about>
            <span class="stratum-name" role="rowheader">
                {name(format!("{id}.{ino}"), row.name.to_string())}
            </span>
            <div class="stratum-blocks" role="presentation">
                {list(keys, move |piece: Piece| piece.draw(ino))}
                <span class="stratum-remark" aria-hidden="true">
                    {desk.text(move |s| {
                        let alone = find(s).filter(|row| row.segments.is_empty());
                        alone.and_then(|row| row.remark).unwrap_or_default().into()
                    })}
                </span>
            </div>
        </div>
    }
    .into_any()
}

/// A segment or a mark, as it is drawn.
#[derive(Clone, PartialEq, Eq)]
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
    row.segments.iter().map(|s| segment(row, s)).chain(row.marks.iter().map(mark)).collect()
}

fn segment(row: &Stratum, segment: &Segment) -> Piece {
    Piece {
        class: format!("segment {}", segment.kind.class()),
        is_mark: false,
        lblk: segment.lblk,
        len: segment.len,
        title: row.words_of(segment),
        label: segment.label.clone(),
        more: segment.pblk.map_or(String::new(), |pblk| format!("@{pblk}")),
    }
}

fn mark(mark: &Mark) -> Piece {
    let (class, word, glyph, title) = match mark.kind {
        MarkKind::Pending => {
            ("mark mark-pending", "pending", "", "written here, not yet in the disk tree")
        }
        MarkKind::Dirty => ("mark mark-dirty", "dirty", "*", "newer than the device"),
        MarkKind::Astray => {
            ("mark mark-wrong", "astray", "!", "writeback will go to a block that it no longer has")
        }
        MarkKind::Writeback => ("mark mark-volatile", "writeback", "", "under PageWriteback"),
        MarkKind::Locked => ("mark mark-volatile", "locked", "", "locked, being read"),
        MarkKind::Wrong => ("mark mark-wrong", "", "!", "breaks a promise"),
        MarkKind::Volatile => ("mark mark-volatile", "cache", "", "only in the device's cache"),
        MarkKind::Changed => ("mark mark-changed", "changed", "\u{b1}", "changed in this step"),
        MarkKind::Differs => {
            ("mark mark-differs", "", "\u{2260}", "differs under the other design")
        }
    };
    // The word is shown if there is room; otherwise a changed segment has a sign.
    let more = if mark.len > 3 { word } else { "" };
    let glyph = if mark.kind == MarkKind::Changed && mark.len > 3 { "" } else { glyph };
    Piece {
        class: class.into(),
        is_mark: true,
        lblk: mark.lblk,
        len: mark.len,
        title: format!("[{}/{}) {title}", mark.lblk, mark.len),
        label: glyph.into(),
        more: more.into(),
    }
}

impl Piece {
    fn draw(self, ino: u8) -> AnyView {
        let Piece { lblk, len, .. } = self;
        // A mark covers its segment, so the focus goes to the segment.
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
