//! The charts: S9 at length and the growth of searches, in a dialog that `static/charts-dialog.js`
//! opens. They are a separate program (`src/bin/charts.rs`). Loads and searches run in a worker
//! (`static/charts-worker.js`), which reports their results.

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
    /// The charts of this page; there is one instance.
    static DESK: Cell<Option<Desk>> = const { Cell::new(None) };
}

/// Builds the charts in an element, and starts the load.
///
/// # Errors
/// The page cannot name what it runs, because it has another version or has stopped.
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
        // The closure lives as long as the page.
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

/// Called when the dialog is shown again; the page may run something else by then.
pub fn show(page: Page) {
    let Some(desk) = DESK.get() else { return };
    if let Ok(subject) = desk.host.with_value(|host| Subject::parse(&host.subject())) {
        desk.board.write().show(&subject);
    }
    desk.turn_to(page);
}
