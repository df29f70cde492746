//! The inspector: an object's fields, its history and where it comes from, or what the last step
//! changed.

use crate::app::kit::prelude::*;

use super::strata::strata_side;
use crate::app::kit::{keep_focus, list, option, when_focus_is_lost};
use crate::app::shell::commands;
use crate::app::shell::made_anew;
use crate::app::shell::{Desk, focus_part};
use crate::session::Command;
use crate::view::{Inspector, Look, ObjectEvent};

/// A text that is empty while the inspector is closed.
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
                on:click=move |_| commands::run(desk, Command::Close)
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
            {turn(desk, Command::PreviousEvent, "Previous event", "\u{2190}", |i| i.can_turn.0)}
            {turn(desk, Command::NextEvent, "Next event", "\u{2192}", |i| i.can_turn.1)}
        </div>
    }
    .into_any()
}

fn turn(
    desk: Desk,
    command: Command,
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
            on:click=move |_| commands::run(desk, command)
        >
            {sign}
        </button>
    }
    .into_any()
}

fn look(desk: Desk, id: &str) {
    desk.act(|s| s.inspect(Look::parse(id)));
}

// The key of a row is its content, one part per line: a row with another content is a new element.

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
                    // The row at the cursor is a new element.
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
