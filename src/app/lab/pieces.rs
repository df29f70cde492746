//! Building blocks of the laboratory. As on the stage, all texts, flags and handlers have one type
//! each, so the code that binds them is compiled once.

use crate::app::kit::prelude::*;

use super::bench::Bench;
use crate::view::lab::Lab;

/// A view that follows something.
pub type Dynamic = Box<dyn Fn() -> AnyView + Send + Sync>;

/// The handler of a button.
pub type Press = Box<dyn Fn() + Send + Sync>;

impl Bench {
    /// A text that follows the laboratory.
    pub fn text(self, read: impl Fn(&Lab) -> String + Send + Sync + 'static) -> Signal<String> {
        self.memo(Box::new(read)).into()
    }

    /// A flag that follows the laboratory.
    pub fn flag(self, read: impl Fn(&Lab) -> bool + Send + Sync + 'static) -> Signal<bool> {
        self.memo(Box::new(read)).into()
    }

    /// A memo of a part of the laboratory: it notifies its readers when that part changes.
    pub fn memo<T>(self, read: Box<dyn Fn(&Lab) -> T + Send + Sync>) -> Memo<T>
    where
        T: PartialEq + Send + Sync + 'static,
    {
        let lab = self.lab;
        Memo::new(move |_| lab.with(|lab| read(lab)))
    }
}

/// A part of the document that is rebuilt when a signal that it reads changes.
pub fn dynamic(make: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
    fn erased(make: Dynamic) -> AnyView {
        (move || make()).into_any()
    }
    erased(Box::new(make))
}

/// A button by its name and what is in it.
pub fn button(
    name: &'static str,
    class: &'static str,
    content: AnyView,
    off: Option<Signal<String>>,
    press: impl Fn() + Send + Sync + 'static,
) -> AnyView {
    fn erased(
        name: &'static str,
        class: &'static str,
        content: AnyView,
        off: Option<Signal<String>>,
        press: Press,
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
    erased(name, class, content, off, Box::new(press))
}

/// A choice of one of several; `options` are made in the order in which they are shown.
pub fn select(name: &'static str, options: AnyView, choose: impl Fn(String) + 'static) -> AnyView {
    fn erased(name: &'static str, options: AnyView, choose: Box<dyn Fn(String)>) -> AnyView {
        view! {
            <label class="field">
                <span>{name}</span>
                <select on:change=move |ev| choose(event_target_value(&ev))>{options}</select>
            </label>
        }
        .into_any()
    }
    erased(name, options, Box::new(choose))
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

/// A part with a heading.
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
