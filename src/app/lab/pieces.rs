//! Building blocks of the laboratory. As on the stage, all texts have one type and all flags too,
//! so that the code that binds them is compiled once.

use crate::app::kit::prelude::*;

use super::bench::Bench;
use crate::view::lab::Lab;

impl Bench {
    /// A text that is computed from the laboratory.
    pub fn text(self, read: impl Fn(&Lab) -> String + Send + Sync + 'static) -> Signal<String> {
        self.memo(read).into()
    }

    /// A flag that is computed from the laboratory.
    pub fn flag(self, read: impl Fn(&Lab) -> bool + Send + Sync + 'static) -> Signal<bool> {
        self.memo(read).into()
    }

    /// A memo of a part of the laboratory. It notifies its readers when that part changes.
    pub fn memo<T>(self, read: impl Fn(&Lab) -> T + Send + Sync + 'static) -> Memo<T>
    where
        T: PartialEq + Send + Sync + 'static,
    {
        let lab = self.lab;
        Memo::new(move |_| lab.with(|lab| read(lab)))
    }
}

/// A part of the document that is rebuilt when a signal that it reads changes.
pub fn dynamic(make: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
    make.into_any()
}

/// A button with an accessible name and a content.
pub fn button(
    name: &'static str,
    class: &'static str,
    content: AnyView,
    off: Option<Signal<String>>,
    press: impl Fn() + Send + Sync + 'static,
) -> AnyView {
    view! {
        <button
            type="button"
            class=class
            aria-label=name
            aria-disabled=off
            on:click=move |_| press()
        >
            {content}
        </button>
    }
    .into_any()
}

/// A select element; `options` are in the order in which they are shown.
pub fn select(name: &'static str, options: AnyView, choose: impl Fn(String) + 'static) -> AnyView {
    view! {
        <label class="field">
            <span>{name}</span>
            <select on:change=move |ev| choose(event_target_value(&ev))>{options}</select>
        </label>
    }
    .into_any()
}

/// A live region, hidden while its text is empty.
pub fn status(
    id: &'static str,
    class: &'static str,
    name: &'static str,
    text: Signal<String>,
) -> AnyView {
    view! { <p class=class id=id role="status" aria-label=name>{text}</p> }.into_any()
}

/// A section with a heading.
pub fn section(
    class: &'static str,
    id: &'static str,
    title: &'static str,
    content: AnyView,
) -> AnyView {
    view! {
        <section class=class aria-labelledby=id>
            <h3 class="panel-title" id=id>
                {title}
            </h3>
            {content}
        </section>
    }
    .into_any()
}
