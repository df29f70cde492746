//! Dialogs: open, close, and which keys are theirs.

use leptos::html::Dialog;
use wasm_bindgen::JsCast;
use web_sys::{HtmlDialogElement, KeyboardEvent};

use super::prelude::*;

/// Opens a dialog over everything else.
pub fn show(dialog: NodeRef<Dialog>) {
    if let Some(dialog) = dialog.get_untracked() {
        // It fails only where the dialog is open already.
        let _ = dialog.show_modal();
    }
}

/// Closes a dialog; focus goes back to where it was.
pub fn close(dialog: NodeRef<Dialog>) {
    if let Some(dialog) = dialog.get_untracked() {
        dialog.close();
    }
}

/// Keeps a key that was pressed in a dialog from the page behind it; false if the dialog is closed: it
/// has the focus until the next frame, and the key is meant for the page.
pub fn keep_key(ev: &KeyboardEvent) -> bool {
    let dialog = ev.current_target().and_then(|t| t.dyn_into::<HtmlDialogElement>().ok());
    let is_open = dialog.is_some_and(|dialog| dialog.open());
    if is_open {
        ev.stop_propagation();
    }
    is_open
}
