//! Light, dark, or made for a projector; kept nowhere but on the document.

use leptos::prelude::*;

/// The themes by name; the first follows the system.
pub const ALL: [&str; 4] = ["auto", "light", "dark", "projector"];

/// Counts changes of colours, for what draws them itself. Also follows the system's choice.
#[derive(Clone, Copy)]
pub struct Colours(pub RwSignal<u32>);

/// Sets up [`Colours`] for everything below the current component.
pub fn provide() {
    let changes = RwSignal::new(0);
    provide_context(Colours(changes));
    let Ok(Some(query)) = window().match_media("(prefers-color-scheme: dark)") else { return };
    let changed = wasm_bindgen::closure::Closure::<dyn Fn()>::new(move || {
        changes.update(|n| *n = n.wrapping_add(1));
    });
    // A listener that cannot be added leaves the chart in its first colours: nothing to repair.
    let _ = query.add_event_listener_with_callback(
        "change",
        wasm_bindgen::JsCast::unchecked_ref(changed.as_ref()),
    );
    // The page lives as long as its document.
    changed.forget();
}

impl Colours {
    /// The page's colours.
    pub fn of_page() -> Colours {
        expect_context()
    }

    /// Switches to a theme.
    pub fn set(self, name: &str) {
        let Some(root) = document().document_element() else { return };
        // Both calls fail only for malformed names, which these are not.
        let _ = match name {
            "auto" => root.remove_attribute("data-theme"),
            name => root.set_attribute("data-theme", name),
        };
        self.0.update(|n| *n = n.wrapping_add(1));
    }
}
