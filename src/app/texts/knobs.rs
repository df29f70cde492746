//! What each knob does, and the lines that it changes.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::kernel::{Design, KNOBS, KnobInfo};
use crate::view::change::{NoAsk, changed_lines, knob_sentence};

/// Fills the list of knobs for a design, whose knobs may exclude each other.
///
/// # Errors
/// The text is no design.
pub fn fill_knobs(place: &HtmlElement, design: &str) -> Result<(), NoAsk> {
    let design = Design::read(design).map_err(|_| NoAsk)?;
    let knobs = place.query_selector_all(".knob").map_err(|_| NoAsk)?;
    for (at, info) in (0..).zip(KNOBS) {
        let Some(knob) = knobs.get(at).and_then(|it| it.dyn_into::<Element>().ok()) else { break };
        set(&knob, ".knob-says", knob_sentence(info.id));
        set(&knob, ".knob-lines", &lines(&design, info));
    }
    Ok(())
}

/// The lines that a knob changes, compared with the row's value.
fn lines(design: &Design, info: &KnobInfo) -> String {
    let row = (info.get)(&design.row.knobs());
    match row == (info.get)(&design.knobs) {
        true => String::new(),
        false => changed_lines(&design.knobs, info, row).join("\n"),
    }
}

fn set(knob: &Element, part: &str, text: &str) {
    let part = knob.query_selector(part).ok().flatten();
    if let Some(part) = part.filter(|it| it.text_content().as_deref() != Some(text)) {
        part.set_text_content(Some(text));
    }
}
