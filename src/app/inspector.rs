//! The inspector: an object's fields, its history and where it comes from, or what the last step
//! changed. Whatever on the stage has `data-object` opens in it; the same elements have a menu with
//! what may be done to them.

use core::cell::RefCell;

use super::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent, MouseEvent};

use super::commands;
use super::desk::Desk;
use super::parts::{
    focus_any, focus_step, keep_focus, list, made_anew, option, when_focus_is_lost,
};
use super::strata::strata_side;
use crate::view::facts::{Object, title};
use crate::view::{Inspector, Look, ObjectEvent};

thread_local! {
    /// What was focused when the inspector was opened.
    static OPENER: RefCell<Option<Element>> = const { RefCell::new(None) };
}

/// A text that is nothing while the inspector is closed.
fn text(desk: Desk, read: fn(&Inspector) -> String) -> Signal<String> {
    desk.text(move |s| s.inspector.as_ref().map_or(String::new(), read))
}

fn keys(desk: Desk, read: fn(&Inspector) -> Vec<String>) -> Signal<Vec<String>> {
    desk.keys(move |s| s.inspector.as_ref().map_or(Vec::new(), read))
}

/// The panel; it takes no place while it is closed.
pub fn inspector_panel() -> AnyView {
    let desk = Desk::of_page();
    view! {
        <aside
            class=text(desk, |i| {
                let wide = if i.compare.is_some() { " is-wide" } else { "" };
                format!("panel area-inspector{wide}")
            })
            aria-labelledby="inspector-title"
            hidden=desk.flag(|s| s.inspector.is_none())
        >
            {head(desk)}
            <div class="panel-body">
                <p class="origin">
                    <code>{text(desk, |i| i.origin[0].into())}</code>
                    " "
                    <span class="quiet">{text(desk, |i| i.origin[1..].join(" "))}</span>
                </p>
                {compare(desk)}
                <dl class="fields">{list(keys(desk, field_keys), |key| field(&key))}</dl>
                <div class="row faults">
                    {list(keys(desk, fault_keys), move |key| fault_button(desk, &key))}
                </div>
                <ol class="events">{list(keys(desk, event_keys), move |key| event(desk, &key))}</ol>
                <p class="quiet">{text(desk, |i| i.extent.clone())}</p>
            </div>
        </aside>
    }
    .into_any()
}

/// The states before and after the last step side by side, and beneath them what differs.
fn compare(desk: Desk) -> AnyView {
    let differs = made_anew(desk, |s| {
        let compare = s.inspector.as_ref().and_then(|i| i.compare.as_ref());
        compare.map(|compare| compare.table.clone()).into_iter().collect()
    });
    view! {
        <div class="compare">{strata_side(desk, 0)} {strata_side(desk, 1)}</div>
        <div class="differs">{differs}</div>
    }
    .into_any()
}

fn head(desk: Desk) -> AnyView {
    let options =
        keys(desk, |i| i.choices.iter().map(|(id, title)| format!("{id}\n{title}")).collect());
    let choice = move |key: String| {
        let (id, title) = key.split_once('\n').unwrap_or((&key, ""));
        let mine = id.to_string();
        let here = desk.flag(move |s| s.inspector.as_ref().is_some_and(|i| i.look == mine));
        option(id.to_string(), title.to_string(), here)
    };
    view! {
        <div class="panel-head">
            <h2 class="panel-title" id="inspector-title" tabindex="-1">
                {text(desk, |i| i.title.clone())}
            </h2>
            <button
                type="button"
                class="twin-switch"
                aria-label="Close the inspector"
                on:click=move |_| commands::run(desk, "close")
            >
                "close"
            </button>
        </div>
        <div class="row">
            <select
                aria-label="Look at"
                on:change=move |ev| look(desk, &event_target_value(&ev))
            >
                {list(options, choice)}
            </select>
            {turn(desk, "previous-event", "Previous event", "\u{2190}", |i| i.can_turn.0)}
            {turn(desk, "next-event", "Next event", "\u{2192}", |i| i.can_turn.1)}
        </div>
    }
    .into_any()
}

fn turn(
    desk: Desk,
    id: &'static str,
    name: &'static str,
    sign: &'static str,
    can: fn(&Inspector) -> bool,
) -> AnyView {
    let disabled = desk.text(move |s| (!s.inspector.as_ref().is_some_and(can)).to_string());
    view! {
        <button
            type="button"
            aria-label=name
            title=name
            aria-disabled=disabled
            on:click=move |_| commands::run(desk, id)
        >
            {sign}
        </button>
    }
    .into_any()
}

fn look(desk: Desk, id: &str) {
    desk.act(|s| s.inspect(Look::parse(id)));
}

// Rows of lists are their own keys, in lines: an element that says something else is another one.

fn field_keys(shown: &Inspector) -> Vec<String> {
    shown.fields.iter().map(|(name, value)| format!("{name}\n{value}")).collect()
}

fn field(key: &str) -> AnyView {
    let (name, value) = key.split_once('\n').unwrap_or((key, ""));
    view! {
        <div>
            <dt>{name.to_string()}</dt>
            <dd>{value.to_string()}</dd>
        </div>
    }
    .into_any()
}

fn event_keys(shown: &Inspector) -> Vec<String> {
    let rows = shown.history.iter();
    let standing = |event: &ObjectEvent| match (event.is_here, event.is_ahead) {
        (true, _) => "here",
        (_, true) => "to come",
        _ => "",
    };
    rows.map(|event| format!("{}\n{}\n{}", event.step, standing(event), event.text)).collect()
}

fn event(desk: Desk, key: &str) -> AnyView {
    let mut lines = key.splitn(3, '\n');
    let step: usize = lines.next().and_then(|step| step.parse().ok()).unwrap_or(0);
    let standing = lines.next().unwrap_or_default().to_string();
    let here = (standing == "here").then_some("step");
    let ahead = (standing == "to come").then_some("is-ahead");
    let mut text = lines.next().unwrap_or_default().to_string();
    if ahead.is_some() {
        text = format!("to come: {text}");
    }
    view! {
        <li>
            <button
                type="button"
                class=ahead.unwrap_or_default()
                aria-current=here
                on:click=move |_| {
                    desk.act(|s| s.seek(step));
                    // The line of the step at the cursor is another one.
                    when_focus_is_lost(Box::new(|| focus_part(".area-inspector [aria-current=step]")));
                }
            >
                <b>{step.to_string()}</b>
                <span>{text}</span>
            </button>
        </li>
    }
    .into_any()
}

fn fault_keys(shown: &Inspector) -> Vec<String> {
    shown.faults.iter().map(|(_, text)| text.clone()).collect()
}

fn fault_button(desk: Desk, key: &str) -> AnyView {
    let name = key.to_string();
    let inflict = move |_| {
        let fault = desk.peek(|s| {
            let faults = &s.inspector.as_ref()?.faults;
            faults.iter().find(|(_, text)| *text == name).map(|(fault, _)| *fault)
        });
        if let Some(fault) = fault {
            keep_focus(&mut || desk.act(|s| s.inflict(fault)));
        }
    };
    view! {
        <button type="button" on:click=inflict>
            {key.to_string()}
        </button>
    }
    .into_any()
}

/// The object that an event is about.
fn object_of(target: Option<web_sys::EventTarget>) -> Option<(Element, Object)> {
    let element = target?.dyn_into::<Element>().ok()?;
    let element = element.closest("[data-object]").ok()??;
    let object = Object::parse(&element.get_attribute("data-object")?)?;
    Some((element, object))
}

/// Opens what was clicked, if it is an object.
pub fn open_clicked(desk: Desk, ev: &MouseEvent) {
    if let Some((element, object)) = object_of(ev.target()) {
        open(desk, element, object);
        // By a key.
        if ev.detail() == 0 {
            go_in();
        }
    }
}

/// Opens the focused object, if it is no button, which clicks by itself.
pub fn open_focused(desk: Desk, ev: &KeyboardEvent) {
    let is_press = matches!(ev.key().as_str(), "Enter" | " ");
    let Some((element, object)) = object_of(ev.target()).filter(|_| is_press) else { return };
    if element.tag_name() != "BUTTON" {
        ev.prevent_default();
        open(desk, element, object);
        go_in();
    }
}

fn open(desk: Desk, element: Element, object: Object) {
    OPENER.set(Some(element));
    desk.act(|s| s.inspect(Some(Look::Object(object))));
    // It may be behind the inspector now.
    when_focus_is_lost(Box::new(go_in));
}

/// To the head of the inspector, which a screen reader then reads; the way back leads to what has the
/// focus now.
pub fn enter() {
    let focused =
        document().active_element().filter(|e| e.closest("aside").is_ok_and(|a| a.is_none()));
    if focused.is_some() {
        OPENER.set(focused);
    }
    go_in();
}

/// The same once it is drawn: what is hidden takes no focus.
fn go_in() {
    request_animation_frame(|| focus_part(".area-inspector h2"));
}

/// Puts the focus on the first part that a selector finds.
fn focus_part(selector: &str) {
    match document().query_selector(selector).ok().flatten() {
        Some(part) => focus_any(&part),
        None => focus_step(),
    }
}

/// To what opened the inspector, or to where the next step is taken.
pub fn give_focus_back() {
    let opener = OPENER.take();
    // It may have been behind the inspector, and is there again in the next frame.
    request_animation_frame(move || match opener.filter(|element| element.is_connected()) {
        Some(opener) => focus_any(&opener),
        None => focus_step(),
    });
}

/// What stands in the menu, and where.
type Menu = RwSignal<Option<(Object, i32, i32)>>;

/// The menu of the object under the pointer, or of the focused one.
pub fn open_menu(menu: Menu, ev: &MouseEvent) {
    let Some((element, object)) = object_of(ev.target()) else { return };
    ev.prevent_default();
    OPENER.set(Some(element.clone()));
    let (mut x, mut y) = (ev.client_x(), ev.client_y());
    if (x, y) == (0, 0) {
        // By the keyboard.
        let place = element.get_bounding_client_rect();
        (x, y) = (place.left() as i32, place.bottom() as i32);
    }
    menu.set(Some((object, x, y)));
    request_animation_frame(|| {
        // Somebody quick may be at another item already.
        let is_there = document().query_selector(".menu :focus").is_ok_and(|item| item.is_some());
        if !is_there {
            focus_part(".menu button");
        }
    });
}

/// What may be done to an object, where a person asked for it.
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
                // What the menu was of has the focus again then.
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
                    _ => super::grid::rove(&ev, "[role=menuitem]"),
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
