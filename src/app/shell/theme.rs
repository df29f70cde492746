//! Themes: light, dark, projector. The choice is stored only on the document.

use crate::app::kit::prelude::*;

/// The themes by name; the first follows the system.
pub const ALL: [&str; 4] = ["auto", "light", "dark", "projector"];

/// Switches to a theme.
pub fn set(name: &str) {
    let Some(root) = document().document_element() else { return };
    // Both calls fail only for malformed names, which these are not.
    let _ = match name {
        "auto" => root.remove_attribute("data-theme"),
        name => root.set_attribute("data-theme", name),
    };
}
