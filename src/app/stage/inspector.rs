//! The inspector: an object's fields, history and origin, or the changes of the last step.

use crate::app::kit::prelude::*;

use super::strata::strata_side;
use crate::app::kit::{Followed, Keys, keep_focus, list, option, when_focus_is_lost};
use crate::app::shell::commands;
use crate::app::shell::made_anew;
use crate::app::shell::{Desk, focus_part, marked, words};
use crate::session::Command;
use crate::view::{Fault, Inspector, Look, ObjectEvent};

/// A text that is empty while the inspector is closed.
fn text(desk: Desk, read: fn(&Inspector) -> String) -> Signal<String> {
    desk.text(move |s| s.inspector.as_ref().map_or(String::new(), read))
}

/// The rows of a list: none while the inspector is closed. The key of a row is its content, so a
/// row with another content is a new element.
fn rows<T: Followed>(desk: Desk, read: fn(&Inspector) -> Vec<T>) -> Keys<T> {
    desk.keys(move |s| s.inspector.as_ref().map_or(Vec::new(), read))
}

/// The panel. It takes no room while it is closed.
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
                <p class="definition">{words(text(desk, |i| i.definition.into()))}</p>
                <p class="origin">
                    <code>{text(desk, |i| i.origin[0].into())}</code>
                    " "
                    <span class="quiet">{text(desk, |i| i.origin[1..].join(" "))}</span>
                </p>
                {compare(desk)}
                <dl class="fields">{list(rows(desk, |i| i.fields.clone()), field)}</dl>
                <div class="row faults">
                    {list(rows(desk, |i| i.faults.clone()), move |it| fault_button(desk, it))}
                </div>
                <ol class="events">{list(rows(desk, |i| i.history.clone()), move |it| event(desk, it))}</ol>
                <p class="quiet">{text(desk, |i| i.extent.clone())}</p>
            </div>
        </aside>
    }
    .into_any()
}

/// The states before and after the last step side by side, and below them their differences.
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
    let choice = move |(id, title): (String, String)| {
        let mine = id.clone();
        let here = desk.flag(move |s| s.inspector.as_ref().is_some_and(|i| i.look == mine));
        option(id, title, here)
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
                {list(rows(desk, |i| i.choices.clone()), choice)}
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

fn field((name, value): (String, String)) -> AnyView {
    view! {
        <div>
            <dt>{marked(&name)}</dt>
            <dd>{value}</dd>
        </div>
    }
    .into_any()
}

fn event(desk: Desk, event: ObjectEvent) -> AnyView {
    let ObjectEvent { step, text, is_here, is_ahead, .. } = event;
    let text = if is_ahead { format!("to come: {text}") } else { text };
    view! {
        <li>
            <button
                type="button"
                class=if is_ahead { "is-ahead" } else { "" }
                aria-current=is_here.then_some("step")
                on:click=move |_| {
                    desk.act(|s| s.seek_own(step));
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

fn fault_button(desk: Desk, (fault, text): (Fault, String)) -> AnyView {
    let inflict = move |_| keep_focus(&mut || desk.act(|s| s.inflict(fault)));
    view! {
        <button type="button" on:click=inflict>
            {text}
        </button>
    }
    .into_any()
}
