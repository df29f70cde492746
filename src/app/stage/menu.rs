//! Elements of the stage with `data-object`: a click opens the object in the inspector, and a menu
//! offers its faults.

use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent, MouseEvent};

use crate::app::kit::prelude::*;
use crate::app::kit::{focus_step, rove, when_focus_is_lost};
use crate::app::shell::{Desk, enter, focus_part, give_focus_back, go_in, note_opener};
use crate::view::Look;
use crate::view::facts::{Object, title};

/// The menu's object and position; `None` while it is closed.
type Menu = RwSignal<Option<(Object, i32, i32)>>;

/// Opens the clicked object in the inspector.
pub fn open_clicked(desk: Desk, ev: &MouseEvent) {
    if let Some((element, object)) = object_of(ev.target()) {
        // The click came from a key.
        let is_key = ev.detail() == 0;
        // A click does not move the focus into a picture, so the arrow keys still step through the
        // run.
        let is_part = element.tag_name() != "BUTTON" && !is_key;
        if is_part && let Some(focused) = document().active_element() {
            leave(&focused);
        }
        open(desk, (!is_part).then_some(element), object);
        if is_key {
            go_in();
        }
    }
}

/// Takes the focus from a part of a picture.
fn leave(focused: &Element) {
    if focused.closest("[role=grid], [role=tree]").is_ok_and(|around| around.is_some()) {
        focus_step();
    }
}

/// Opens the focused object. Buttons are left out, because they send a click.
pub fn open_focused(desk: Desk, ev: &KeyboardEvent) {
    let is_press = matches!(ev.key().as_str(), "Enter" | " ");
    let Some((element, object)) = object_of(ev.target()).filter(|_| is_press) else { return };
    if element.tag_name() != "BUTTON" {
        ev.prevent_default();
        open(desk, Some(element), object);
        go_in();
    }
}

fn open(desk: Desk, element: Option<Element>, object: Object) {
    note_opener(element);
    desk.act(|s| s.inspect(Some(Look::Object(object))));
    // The inspector may now cover the element.
    when_focus_is_lost(Box::new(go_in));
}

/// The element and object of an event.
fn object_of(target: Option<web_sys::EventTarget>) -> Option<(Element, Object)> {
    let element = target?.dyn_into::<Element>().ok()?;
    let element = element.closest("[data-object]").ok()??;
    let object = Object::parse(&element.get_attribute("data-object")?)?;
    Some((element, object))
}

/// The menu of the object under the pointer, or of the focused one.
pub fn open_menu(menu: Menu, ev: &MouseEvent) {
    let Some((element, object)) = object_of(ev.target()) else { return };
    ev.prevent_default();
    note_opener(Some(element.clone()));
    let (mut x, mut y) = (ev.client_x(), ev.client_y());
    if (x, y) == (0, 0) {
        // The event came from the keyboard.
        let place = element.get_bounding_client_rect();
        (x, y) = (place.left() as i32, place.bottom() as i32);
    }
    menu.set(Some((object, x, y)));
    request_animation_frame(|| {
        // A fast reader may have moved to another item, or closed the menu.
        let is_there = |part| document().query_selector(part).is_ok_and(|found| found.is_some());
        if is_there(".menu") && !is_there(".menu :focus") {
            focus_part(".menu button");
        }
    });
}

/// The menu of an object.
pub fn object_menu(menu: Menu) -> AnyView {
    let desk = Desk::of_page();
    let close = move || {
        menu.set(None);
        give_focus_back();
    };
    let item = move |text: String, act: Box<dyn Fn()>| {
        let press = move |_| {
            close();
            act();
        };
        view! { <button type="button" role="menuitem" on:click=press>{text}</button> }.into_any()
    };
    let items = move || {
        let Some((object, x, y)) = menu.get() else { return ().into_any() };
        let (title, faults) = desk.read(|s| (title(s.run().setup(), object), s.faults(object)));
        let mut all = vec![item(
            format!("Inspect {title}"),
            Box::new(move || {
                desk.act(|s| s.inspect(Some(Look::Object(object))));
                // The focus has returned to the menu's element by then.
                request_animation_frame(enter);
            }),
        )];
        all.extend(
            faults
                .into_iter()
                .map(|(fault, text)| item(text, Box::new(move || desk.act(|s| s.inflict(fault))))),
        );
        view! {
            <div
                class="menu"
                role="menu"
                aria-label=title
                style=("--x", format!("{x}px"))
                style=("--y", format!("{y}px"))
                on:keydown=move |ev| match ev.key().as_str() {
                    "Escape" | "Tab" => {
                        ev.prevent_default();
                        ev.stop_propagation();
                        close();
                    }
                    "Home" => focus_part(".menu button"),
                    "End" => focus_part(".menu button:last-child"),
                    _ => rove(&ev, "[role=menuitem]"),
                }
            >
                {all}
            </div>
            <div class="menu-ground" on:click=move |_| close() on:contextmenu=move |ev| {
                ev.prevent_default();
                close();
            }></div>
        }
        .into_any()
    };
    view! { {items} }.into_any()
}
