//! Small parts that every program of the page uses: lists, choices, icons.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use leptos::tachys::reactive_graph::OwnedView;
use leptos::tachys::view::keyed::keyed;

use super::prelude::*;
use crate::view::Numbered;

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

/// A signal that is computed from others and notifies only when its value changes. Worth its memory
/// where the others change often.
pub fn memo<T: PartialEq + Send + Sync + 'static>(
    read: impl Fn() -> T + Send + Sync + 'static,
) -> Signal<T> {
    fn erased<T: PartialEq + Send + Sync + 'static>(
        read: Box<dyn Fn() -> T + Send + Sync>,
    ) -> Signal<T> {
        Memo::new(move |_| read()).into()
    }
    erased(Box::new(read))
}

/// A flag as the text `true` or `false`, for ARIA attributes.
pub fn aria(flag: impl Into<Signal<bool>>) -> Signal<String> {
    let flag: Signal<bool> = flag.into();
    derived(move || flag.get().to_string())
}

/// A value that the page displays, and compares with the last one.
pub trait Followed: Clone + PartialEq + Send + Sync + 'static {}

impl<T: Clone + PartialEq + Send + Sync + 'static> Followed for T {}

/// The keys of a list. A key is an id of the item, or its content if another content is to be a new
/// element. Each key has a number, and Leptos sees only the numbers: its code for lists is compiled
/// once, and not for every type of key.
#[derive(Clone)]
pub struct Keys<K> {
    known: Arc<Mutex<Numbered<K>>>,
    /// The numbers of the keys, in the order of the list.
    pub numbers: Signal<Vec<u32>>,
}

/// Numbers the keys of a list anew.
pub type Number<K> = Box<dyn Fn(Vec<K>) -> Vec<u32> + Send + Sync>;

impl<K: Followed> Keys<K> {
    /// The keys of a list; `signal` makes the signal of their numbers.
    pub fn new(signal: impl FnOnce(Number<K>) -> Signal<Vec<u32>>) -> Keys<K> {
        let known: Arc<Mutex<Numbered<K>>> = Arc::default();
        let kept = known.clone();
        Keys { known, numbers: signal(Box::new(move |keys| open(&kept).renew(keys))) }
    }

    /// Keys that are computed from signals.
    pub fn derived(read: impl Fn() -> Vec<K> + Send + Sync + 'static) -> Keys<K> {
        Keys::new(|number| derived(move || number(read())))
    }
}

/// A keyed list. An element stays in the document while its key is in the list. A list item sees no
/// Leptos context, so it gets everything it needs as arguments.
pub fn list<K: Followed>(
    keys: Keys<K>,
    item: impl Fn(K) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let Keys { known, numbers } = keys;
    numbered_list(
        numbers,
        Arc::new(move |number| {
            let key = open(&known).item(number);
            key.map_or_else(|| ().into_any(), &item)
        }),
    )
}

/// A list whose keys are numbers.
fn numbered_list(
    numbers: Signal<Vec<u32>>,
    item: Arc<dyn Fn(u32) -> AnyView + Send + Sync>,
) -> AnyView {
    let row = move |_, number| {
        let owner = ownerless();
        let view = owner.with(|| item(number));
        (drop, OwnedView::new_with_owner(view, owner))
    };
    (move || keyed(numbers.get(), u32::clone, row.clone())).into_any()
}

/// Locks a value. There is one thread, and a panic ends it, so a poisoned lock is never seen.
pub fn open<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An owner without a parent. A Leptos owner keeps an entry for every child that it ever had, so
/// list items under a common owner would leak some bytes with every step, as in Leptos's `For`.
/// Here each list item owns its signals, and they are dropped with it.
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

/// One option of a select element.
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

/// The outlines of icons, on a 16 by 16 grid.
pub mod shapes {
    /// Go to the start.
    pub const FIRST: &str = "M1 3h2v10H1zM9 3v10L3.5 8zM15 3v10L9.5 8z";
    /// Go one step back.
    pub const BACK: &str = "M13 3v10L6 8zM3 3h2v10H3z";
    /// Play the run from here.
    pub const PLAY: &str = "M3.5 2.5v11l10-5.5z";
    /// Pause the run where it is.
    pub const PAUSE: &str = "M3.5 3h3v10h-3zM9.5 3h3v10h-3z";
    /// Go one step forward.
    pub const FORWARD: &str = "M3 3v10l7-5zM11 3h2v10h-2z";
    /// Go to the next context switch.
    pub const SWITCH: &str = "M1 3h6.5v7H11V7.5l4 3.5-4 3.5V12H5.5V5H1z";
    /// Go back to the last context switch.
    pub const BACK_SWITCH: &str = "M15 3H8.5v7H5V7.5L1 11l4 3.5V12h5.5V5H15z";
    /// Enlarge a panel in all directions.
    pub const LARGER: &str = "M9 1h6v6l-2-2-3 3-2-2 3-3zM7 15H1V9l2 2 3-3 2 2-3 3z";
    /// Go to the end.
    pub const LAST: &str = "M13 3h2v10h-2zM7 3v10l5.5-5zM1 3v10l5.5-5z";
}
