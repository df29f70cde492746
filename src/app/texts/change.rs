//! The lines of the change.

use core::cell::RefCell;

use web_sys::{Element, HtmlElement};

use super::pieces::Pen;
use crate::app::kit::bring_last_into_sight;
use crate::app::kit::prelude::request_animation_frame;
use crate::view::change::{Change, ChangeAsk, CodeBlock, CodeRow, KnobChange, NoAsk, change_of};

thread_local! {
    /// The lines that are shown; there is one panel.
    static SHOWN: RefCell<Option<Shown>> = const { RefCell::new(None) };
}

/// What is shown, with its elements. An element whose content stays the same stays in the
/// document, with its focus and the reader's selection.
struct Shown {
    summary: (String, Element),
    knobs: (Vec<KnobChange>, Element),
    blocks: Vec<(CodeBlock, Element)>,
}

/// The line that a reader looks for: the one that broke a promise; in a deadlock the last one that
/// is stuck, which is of the worker if there is one; otherwise the next line.
const MOST: &[&str] = &[
    ".area-change .code-row.is-broken",
    ".area-change .code-row.is-stuck",
    ".area-change .code-row.is-here",
];

/// Fills the panel with the lines for a [`ChangeAsk`].
///
/// # Errors
/// The text is not such a question.
pub fn fill_change(place: &HtmlElement, ask: &str) -> Result<(), NoAsk> {
    let ask: ChangeAsk = ask.parse()?;
    let change = change_of(&ask);
    SHOWN
        .with_borrow_mut(|shown| {
            let pen = Pen::new(place)?;
            if shown.is_none() {
                *shown = Some(begin(&pen, place)?);
            }
            shown.as_mut()?.turn_to(&pen, place, &ask, change)
        })
        .ok_or(NoAsk)?;
    // The panel may become visible only after this.
    request_animation_frame(|| bring_last_into_sight(MOST));
    Ok(())
}

/// The part that every change has.
fn begin(pen: &Pen, place: &HtmlElement) -> Option<Shown> {
    let (summary, knobs) = (pen.element("summary", "", "")?, pen.element("div", "", "")?);
    let details = pen.around("details", "change-knobs", &[summary.clone(), knobs.clone()])?;
    place.replace_children_with_node_1(&details);
    Some(Shown {
        summary: (String::new(), summary),
        knobs: (Vec::new(), knobs),
        blocks: Vec::new(),
    })
}

impl Shown {
    fn turn_to(
        &mut self,
        pen: &Pen,
        place: &HtmlElement,
        ask: &ChangeAsk,
        change: Change,
    ) -> Option<()> {
        let summary = summary(&change, &ask.design.to_string());
        if self.summary.0 != summary {
            self.summary.1.set_text_content(Some(&summary));
            self.summary.0 = summary;
        }
        if self.knobs.0 != change.knobs {
            self.knobs.1.set_text_content(None);
            for it in &change.knobs {
                knob(pen, &self.knobs.1, it)?;
            }
            self.knobs.0 = change.knobs;
        }
        for (_, extra) in self.blocks.drain(change.blocks.len().min(self.blocks.len())..) {
            extra.remove();
        }
        for (at, new) in change.blocks.into_iter().enumerate() {
            match self.blocks.get_mut(at) {
                Some((old, _)) if *old == new => {}
                Some((old, element)) => {
                    let made = block(pen, &new)?;
                    element.replace_with_with_node_1(&made).ok()?;
                    (*old, *element) = (new, made);
                }
                None => {
                    let made = block(pen, &new)?;
                    place.append_child(&made).ok()?;
                    self.blocks.push((new, made));
                }
            }
        }
        Some(())
    }
}

fn summary(change: &Change, design: &str) -> String {
    match change.knobs.len() {
        0 => format!("{design} is the same design"),
        1 => format!("1 knob of {design} differs from {}", change.base),
        count => format!("{count} knobs of {design} differ from {}", change.base),
    }
}

fn knob(pen: &Pen, place: &Element, knob: &KnobChange) -> Option<()> {
    let KnobChange { id, values: (was, is), sentence, lines } = knob;
    let says = pen.around(
        "p",
        "",
        &[
            pen.element("b", "mono", &format!("{id}={is}"))?,
            pen.element("span", "quiet", &format!(" (was {was})"))?,
        ],
    )?;
    pen.write(&says, &format!(" {sentence}"))?;
    let lines: Option<Vec<Element>> = lines.iter().map(|it| pen.element("li", "", it)).collect();
    place.append_child(&says).ok()?;
    let lines = pen.around("ul", "mono change-lines", &lines?)?;
    place.append_child(&lines).ok().map(drop)
}

fn block(pen: &Pen, block: &CodeBlock) -> Option<Element> {
    let rows: Option<Vec<Element>> = block.rows.iter().map(|it| row(pen, it)).collect();
    let rows = pen.around("ol", "mono", &rows?)?;
    pen.around("section", "code-block", &[pen.element("h3", "", &block.title)?, rows])
}

fn row(pen: &Pen, row: &CodeRow) -> Option<Element> {
    let item = pen.element("li", "", "")?;
    if let Some((name, source)) = row.function {
        let name = pen.element("code", "", &format!("{name}()"))?;
        let function = pen.around("p", "code-function", &[name])?;
        pen.write(&function, " ")?;
        let source = pen.element("span", "quiet", source)?;
        function.append_child(&source).ok()?;
        item.append_child(&function).ok()?;
    }
    let sign = pen.element("span", "code-sign", row.sign.glyph())?;
    sign.set_attribute("aria-hidden", "true").ok()?;
    let mut parts = vec![
        sign,
        pen.element("span", "visually-hidden", row.sign.word())?,
        pen.element("span", "code-text", row.text)?,
    ];
    for (class, text) in tags(row) {
        parts.push(pen.element("span", class, &text)?);
    }
    let line = pen.around("p", &class(row), &parts)?;
    item.append_child(&line).ok()?;
    Some(item)
}

/// What a line is, as the style sheet names it.
fn class(row: &CodeRow) -> String {
    let is_here = !(row.next.is_empty() && row.waits.is_empty() && row.stuck.is_empty());
    let mut class = String::from("code-row");
    for (is, name) in [
        (row.sign.is_gone(), " is-gone"),
        (!row.sign.is_gone() && !row.sign.glyph().is_empty(), " is-new"),
        (is_here, " is-here"),
        (!row.stuck.is_empty(), " is-stuck"),
        (row.broke.is_some(), " is-broken"),
    ] {
        if is {
            class.push_str(name);
        }
    }
    class
}

/// The marks after a line: the actors that are there, the promise that broke there, the patch's
/// hunk.
fn tags(row: &CodeRow) -> Vec<(&'static str, String)> {
    let mut tags = Vec::new();
    let mut push = |class, word: &str, names: &[String]| {
        if !names.is_empty() {
            tags.push((class, format!("{word}{}", names.join(", "))));
        }
    };
    push("code-tag is-next", "next: ", &row.next);
    push("code-tag is-waiting", "waits: ", &row.waits);
    push("code-tag is-stuck", "stuck: ", &row.stuck);
    tags.extend(row.broke.map(|id| ("code-tag is-broken", format!("broke {id}"))));
    tags.extend(row.hunk.map(|hunk| ("code-tag is-hunk", hunk.into())));
    tags
}
