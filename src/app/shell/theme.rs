//! Themes: light, dark, projector. The link contains the chosen one.

use crate::app::kit::prelude::*;

use super::desk::Desk;
use crate::scenario::THEMES;

/// Applies the session's theme to the document.
pub fn follow_theme() {
    let desk = Desk::of_page();
    let theme =
        desk.text(|s| THEMES.get(usize::from(s.frame.theme)).copied().unwrap_or_default().into());
    Effect::new(move |_| set(&theme.get()));
}

fn set(name: &str) {
    let Some(root) = document().document_element() else { return };
    // Both calls fail only for malformed names; these names are constants.
    let _ = match name {
        "auto" => root.remove_attribute("data-theme"),
        name => root.set_attribute("data-theme", name),
    };
}
