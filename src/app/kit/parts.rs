//! Small parts that every program of the page uses: lists, choices, icons.

use std::sync::Arc;

use leptos::tachys::reactive_graph::OwnedView;
use leptos::tachys::view::keyed::keyed;

use super::prelude::*;

/// A signal that is computed from others. Its type depends only on the value, so its code is
/// compiled once for each type of value.
pub fn derived<T: Send + Sync + 'static>(
    read: impl Fn() -> T + Send + Sync + 'static,
) -> Signal<T> {
    fn erased<T: Send + Sync + 'static>(read: Box<dyn Fn() -> T + Send + Sync>) -> Signal<T> {
        Signal::derive(read)
    }
    erased(Box::new(read))
}

/// A flag as ARIA writes it: `true` or `false`.
pub fn aria(flag: impl Into<Signal<bool>>) -> Signal<String> {
    let flag: Signal<bool> = flag.into();
    derived(move || flag.get().to_string())
}

/// A keyed list: an element stays in the document while its key is in the list. An item gets what
/// it needs as arguments, because it sees no Leptos context.
pub fn list(
    keys: Signal<Vec<String>>,
    item: impl Fn(String) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    type Item = Arc<dyn Fn(String) -> AnyView + Send + Sync>;
    fn erased(keys: Signal<Vec<String>>, item: Item) -> AnyView {
        let row = move |_, key| {
            let owner = ownerless();
            let view = owner.with(|| item(key));
            (drop, OwnedView::new_with_owner(view, owner))
        };
        (move || keyed(keys.get(), String::clone, row.clone())).into_any()
    }
    erased(keys, Arc::new(item))
}

/// An owner without a parent. A Leptos owner keeps an entry for every child that it ever had, so
/// list items under a common owner would leak some bytes with every step, as in Leptos's `For`.
/// Each list item owns its signals, so they are dropped with it.
fn ownerless() -> Owner {
    let around = Owner::current();
    if let Some(owner) = around.clone() {
        owner.unset();
    }
    let alone = Owner::new();
    if let Some(owner) = around {
        owner.set();
    }
    alone
}

/// One choice of a select.
pub fn option(value: String, text: String, selected: Signal<bool>) -> AnyView {
    view! { <option value=value prop:selected=selected>{text}</option> }.into_any()
}

/// An icon, drawn in the colour of the text around it.
pub fn icon(path: impl Into<Signal<String>>) -> AnyView {
    let path: Signal<String> = path.into();
    view! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
            <path d=path></path>
        </svg>
    }
    .into_any()
}

/// The outlines of icons on a grid of 16.
pub mod shapes {
    /// To the start.
    pub const FIRST: &str = "M1 3h2v10H1zM9 3v10L3.5 8zM15 3v10L9.5 8z";
    /// One back.
    pub const BACK: &str = "M13 3v10L6 8zM3 3h2v10H3z";
    /// Play.
    pub const PLAY: &str = "M3.5 2.5v11l10-5.5z";
    /// Pause.
    pub const PAUSE: &str = "M3.5 3h3v10h-3zM9.5 3h3v10h-3z";
    /// One forward.
    pub const FORWARD: &str = "M3 3v10l7-5zM11 3h2v10h-2z";
    /// To where another actor goes on.
    pub const SWITCH: &str = "M1 3h6.5v7H11V7.5l4 3.5-4 3.5V12H5.5V5H1z";
    /// Back to where another one had gone on.
    pub const BACK_SWITCH: &str = "M15 3H8.5v7H5V7.5L1 11l4 3.5V12h5.5V5H15z";
    /// Into all corners.
    pub const LARGER: &str = "M9 1h6v6l-2-2-3 3-2-2 3-3zM7 15H1V9l2 2 3-3 2 2-3 3z";
    /// To the end.
    pub const LAST: &str = "M13 3h2v10h-2zM7 3v10l5.5-5zM1 3v10l5.5-5z";
}
