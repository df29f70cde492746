//! The names that views import: those of Leptos, with one type for all attributes.
//!
//! Leptos has a type for each attribute name, and compiles code for each pair of name and value
//! type. Here the name is a value, so all names share their code.

pub use leptos::prelude::{
    AddAnyAttr, AnyView, ClassAttribute, CustomAttribute, Effect, ElementChild, InnerHtmlAttribute,
    IntoAny, IntoView, LocalStorage, Memo, NodeRef, NodeRefAttribute, OnAttribute, Owner,
    PropAttribute, RwSignal, Signal, StoredValue, StyleAttribute, component, document,
    event_target, event_target_value, mount_to, on_cleanup, queue_microtask,
    request_animation_frame, set_interval_with_handle, set_timeout, untrack, view, window,
    window_event_listener,
};
pub use leptos::reactive::prelude::*;
use leptos::tachys::html::attribute::AttributeValue;
use leptos::tachys::html::attribute::custom::{CustomAttr, custom_attribute};

macro_rules! attributes {
    ($($method:ident: $name:literal,)*) => {
        /// The attributes that any element may have, by their names.
        pub trait NamedAttributes<V: AttributeValue>: AddAnyAttr + Sized {
            $(
                #[doc = concat!("`", $name, "`.")]
                fn $method(self, value: V) -> Self::Output<CustomAttr<&'static str, V>> {
                    self.add_any_attr(custom_attribute($name, value))
                }
            )*
        }
    };
}

attributes! {
    aria_activedescendant: "aria-activedescendant",
    aria_autocomplete: "aria-autocomplete",
    aria_controls: "aria-controls",
    aria_current: "aria-current",
    aria_describedby: "aria-describedby",
    aria_disabled: "aria-disabled",
    aria_expanded: "aria-expanded",
    aria_hidden: "aria-hidden",
    aria_invalid: "aria-invalid",
    aria_label: "aria-label",
    aria_labelledby: "aria-labelledby",
    aria_live: "aria-live",
    aria_pressed: "aria-pressed",
    aria_readonly: "aria-readonly",
    aria_selected: "aria-selected",
    aria_valuetext: "aria-valuetext",
    autocapitalize: "autocapitalize",
    hidden: "hidden",
    id: "id",
    role: "role",
    spellcheck: "spellcheck",
    tabindex: "tabindex",
    title: "title",
}

impl<E: AddAnyAttr, V: AttributeValue> NamedAttributes<V> for E {}

/// An attribute by its name, if Leptos has only a typed one: `{..named("scope", "row")}`.
pub fn named<V: AttributeValue>(name: &'static str, value: V) -> CustomAttr<&'static str, V> {
    custom_attribute(name, value)
}
