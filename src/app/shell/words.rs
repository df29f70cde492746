//! Text whose glossary words are explained on hover, on focus and on tap.

use crate::app::kit::prelude::*;
use crate::view::words::glossary::{TextPart, parts};

/// A text that changes, with its glossary words marked.
pub fn words(text: Signal<String>) -> AnyView {
    (move || marked(&text.get())).into_any()
}

/// The same inside a button. Its words take no focus; while the button has the focus, its first
/// word is explained.
pub fn button_words(text: Signal<String>) -> AnyView {
    (move || pieces(&text.get(), None)).into_any()
}

/// A text with its glossary words marked. `static/words.js` shows their meanings.
pub fn marked(text: &str) -> Vec<AnyView> {
    pieces(text, Some("0"))
}

fn pieces(text: &str, tabindex: Option<&'static str>) -> Vec<AnyView> {
    let piece = |part: TextPart<'_>| match part.says {
        Some(says) => view! {
            <span {..named("data-says", says)} tabindex=tabindex class="term">
                {part.text.to_string()}
            </span>
        }
        .into_any(),
        None => part.text.to_string().into_any(),
    };
    parts(text).into_iter().map(piece).collect()
}
