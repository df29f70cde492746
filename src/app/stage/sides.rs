//! The names of the two sides of a comparison, over their columns and captions.

use crate::app::kit::prelude::*;

use crate::app::shell::Desk;
use crate::session::Stage;
use crate::view::SideView;

/// The names of the sides.
pub(super) const SIDES: [&str; 2] = ["A", "B"];

/// A side of the comparison, if there is one.
pub(super) fn side(stage: &Stage, number: usize) -> Option<&SideView> {
    stage.beside.as_ref().map(|beside| &beside.sides[number])
}

/// A text of a side; empty while one design is shown.
pub(super) fn side_text(
    desk: Desk,
    number: usize,
    read: fn(&SideView) -> String,
) -> Signal<String> {
    desk.text(move |s| side(s, number).map_or(String::new(), read))
}

/// The head of a column: the side, its design, its verdict. Hidden while one design is shown.
pub fn side_head(desk: Desk, number: usize) -> AnyView {
    view! {
        <p class="side-head" hidden=desk.flag(|s| s.beside.is_none())>
            <b class="side-tag">{SIDES[number]}</b>
            " "
            <span class="mono">{side_text(desk, number, |side| side.design.clone())}</span>
        </p>
    }
    .into_any()
}

/// The name of a side in front of its caption.
pub fn side_tag(desk: Desk, number: usize) -> AnyView {
    view! {
        <b class="side-tag" hidden=desk.flag(|s| s.beside.is_none())>
            {SIDES[number]}
        </b>
    }
    .into_any()
}
