//! Dialogs: opening, closing, and keys pressed inside.

use leptos::html::Dialog;
use wasm_bindgen::JsCast;
use web_sys::{HtmlDialogElement, KeyboardEvent};

use super::prelude::*;

/// Opens a dialog over everything else.
pub fn show(dialog: NodeRef<Dialog>) {
    if let Some(dialog) = dialog.get_untracked() {
        // This fails only if the dialog is open already.
        let _ = dialog.show_modal();
    }
}

/// Closes a dialog. The focus returns to the element that had it before.
pub fn close(dialog: NodeRef<Dialog>) {
    if let Some(dialog) = dialog.get_untracked() {
        dialog.close();
    }
}

/// Stops a key pressed in a dialog from reaching the page behind it. Returns false if the dialog is
/// closed: it keeps the focus until the next frame, but the key is for the page.
pub fn keep_key(ev: &KeyboardEvent) -> bool {
    let dialog = ev.current_target().and_then(|t| t.dyn_into::<HtmlDialogElement>().ok());
    let is_open = dialog.is_some_and(|dialog| dialog.open());
    if is_open {
        ev.stop_propagation();
    }
    is_open
}
