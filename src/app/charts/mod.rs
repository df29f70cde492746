//! The charts, which fill a dialog that `static/charts-dialog.js` has opened: S9 at length and the
//! growth of searches. They are a program of their own (`src/bin/charts.rs`); loads and searches run
//! in a worker (`static/charts-worker.js`), which tells what they have come to.

mod backend;
mod desk;
mod dialog;
mod draw;
mod figure;
mod look;
mod save;

use core::cell::Cell;

use js_sys::Function;
use leptos::mount::mount_to;
use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

use crate::view::Subject;
use crate::view::charts::{Board, Page};
use desk::Desk;
use dialog::Charts;

pub use desk::Host;

thread_local! {
    /// The charts of this page: they are there once.
    static DESK: Cell<Option<Desk>> = const { Cell::new(None) };
}

/// Builds the charts in an element, and runs the load.
///
/// # Errors
/// The page cannot say what it runs: it is of another version, or has stopped.
pub fn open(place: HtmlElement, host: Host, page: Page) -> Result<(), String> {
    let subject = Subject::parse(&host.subject())?;
    let build = move || {
        let board = RwSignal::new(Board::new(&subject));
        let desk = Desk {
            board,
            charts: Memo::new(move |_| board.with(Board::charts)),
            host: StoredValue::new_local(host),
            tell: StoredValue::new_local(None),
            look: RwSignal::new(0),
        };
        let tell = Closure::<dyn Fn(String, JsValue)>::new(move |kind: String, what| {
            desk.hear(&kind, what);
        });
        // It lives as long as the page.
        let tell: Function = tell.into_js_value().unchecked_into();
        desk.host.with_value(|host| host.follow(&tell));
        desk.tell.set_value(Some(tell));
        look::watch(desk.look);
        DESK.set(Some(desk));
        desk.turn_to(page);
        view! { <Charts desk /> }
    };
    mount_to(place, build).forget();
    Ok(())
}

/// The dialog is shown again: the page may run something else.
pub fn show(page: Page) {
    let Some(desk) = DESK.get() else { return };
    if let Ok(subject) = desk.host.with_value(|host| Subject::parse(&host.subject())) {
        desk.board.write().show(&subject);
    }
    desk.turn_to(page);
}
