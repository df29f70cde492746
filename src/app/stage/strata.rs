//! The layers of each file over one ruler of blocks.

use crate::app::kit::prelude::*;

use crate::app::kit::list;
use crate::app::kit::rove;
use crate::app::shell::Desk;
use crate::app::shell::{name, panel_head, tables, turn};
use crate::session::{Stage, Switch};
use crate::view::{FileStrata, Mark, MarkKind, Segment, Side, Stratum};

/// Of which state the layers are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// The one at the cursor.
    Cursor,
    /// One of the two that stand side by side.
    Side(usize),
}

/// All files, one ruler each.
pub fn strata_panel() -> AnyView {
    let desk = Desk::of_page();
    let hidden = desk.flag(|s| s.panels.has(Switch::Strata));
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
                {pictures(desk, Of::Cursor)}
            </div>
            {tables(desk, Switch::Strata, |s| s.strata.tables())}
        </section>
    }
    .into_any()
}

/// The layers before the last step, or after it, under a heading that says which.
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
    }
}

/// A picture for each file.
fn pictures(desk: Desk, of: Of) -> AnyView {
    // The structure of the picture; its texts change without rebuilding it.
    let shapes = desk.keys(move |s| files(s, of).iter().map(shape).collect());
    list(shapes, move |key| picture(desk, of, &key))
}

/// A key of all that stays the same while a file's picture exists.
fn shape(file: &FileStrata) -> String {
    let rows: Vec<&str> = file.rows.iter().map(|row| row.id).collect();
    format!("{} {} {}", file.ino, file.blocks, rows.join(" "))
}

fn file(stage: &Stage, of: Of, ino: u8) -> Option<&FileStrata> {
    files(stage, of).iter().find(|file| file.ino == ino)
}

fn picture(desk: Desk, of: Of, key: &str) -> AnyView {
    let Some(here) = desk.peek(|s| files(s, of).iter().find(|f| shape(f) == key).cloned()) else {
        return ().into_any();
    };
    let (ino, blocks) = (here.ino, here.blocks);
    let text = move |read: fn(&FileStrata) -> String| {
        desk.text(move |s| file(s, of, ino).map_or(String::new(), read))
    };
    let summary = desk.text(move |s| {
        let Some(file) = file(s, of, ino) else { return String::new() };
        let rows = file.rows.iter().map(|row| format!("{}: {}", row.name, row.words()));
        let rows = rows.collect::<Vec<_>>().join(". ");
        match of {
            Of::Cursor => format!("File {}. {rows}", file.name),
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
            <p class="counters mono">{text(FileStrata::below)}</p>
        </div>
    }
    .into_any()
}

fn layer(desk: Desk, of: Of, ino: u8, row: &Stratum) -> AnyView {
    let id = row.id;
    let find =
        move |s: &Stage| file(s, of, ino).and_then(|f| f.rows.iter().find(|r| r.id == id)).cloned();
    // A segment with another text is a new element, so it fades in.
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
            ("mark mark-pending", "pending", "*", "written here, not yet in the disk tree")
        }
        MarkKind::Dirty => ("mark mark-dirty", "dirty", "*", "newer than the device"),
        MarkKind::Writeback => ("mark mark-volatile", "writeback", "", "under PageWriteback"),
        MarkKind::Locked => ("mark mark-volatile", "locked", "", "locked, being read"),
        MarkKind::Wrong => ("mark mark-wrong", "", "!", "breaks a promise"),
        MarkKind::Volatile => ("mark mark-volatile", "cache", "", "only in the device's cache"),
        MarkKind::Changed => ("mark mark-changed", "changed", "\u{b1}", "changed in this step"),
    };
    // The word is shown where there is room; otherwise a changed segment has a sign.
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
    fn key(&self) -> String {
        let Piece { class, lblk, len, title, .. } = self;
        format!("{lblk} {len} {class} {title}")
    }

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
