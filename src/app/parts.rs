//! Small parts that several panels use.

use leptos::prelude::*;

/// A panel's heading, with a switch between its picture and the table that says the same.
#[component]
pub fn PanelHead(
    /// The heading's id, which the panel is labelled by.
    id: &'static str,
    /// The heading.
    title: &'static str,
    /// Whether the table is shown; without it there is no switch.
    #[prop(optional)]
    table: Option<RwSignal<bool>>,
    /// Quiet text after the heading.
    #[prop(optional, into)]
    aside: Option<Signal<String>>,
    /// What else stands in the heading's line.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let switch = table.map(|table| {
        view! {
            <button
                type="button"
                class="twin-switch"
                aria-pressed=move || table.get().to_string()
                aria-label=format!("{title} as a table")
                on:click=move |_| table.update(|on| *on = !*on)
            >
                "table"
            </button>
        }
    });
    view! {
        <div class="panel-head">
            <h2 class="panel-title" id=id>{title}</h2>
            {aside.map(|text| view! { <span class="panel-aside quiet">{text}</span> })}
            {switch}
            {children.map(|children| children())}
        </div>
    }
    .into_any()
}

/// An icon, drawn in the colour of the text around it.
pub fn icon(path: &'static str) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
            <path d=path></path>
        </svg>
    }
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
    /// To the end.
    pub const LAST: &str = "M13 3h2v10h-2zM7 3v10l5.5-5zM1 3v10l5.5-5z";
}
