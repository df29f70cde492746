//! The change: what the design's functions do, in pseudo-code, compared with another design.

use crate::app::kit::prelude::*;

use crate::app::kit::{derived, list, option};
use crate::app::shell::{Desk, turn};
use crate::kernel::{Design, Row};
use crate::view::change::{Change, CodeBlock, CodeRow, KnobChange};
use crate::view::panels::Switch;

use super::branches::bring_into_sight;

/// The panel. While it is on, it takes the place of the script.
pub fn change_panel() -> AnyView {
    let desk = Desk::of_page();
    let hidden = desk.flag(|s| s.change.is_none());
    let content =
        move || desk.with_stage(|s| s.change.as_ref().map(|change| body(change, &s.design.0)));
    // Scrolls the line of the next step into view, once it is in the document.
    let place = desk.text(|s| format!("{} {:?}", s.change.is_some(), s.place));
    Effect::new(move |_| {
        place.track();
        request_animation_frame(|| bring_into_sight(".area-change .code-row.is-here"));
    });
    view! {
        <section class="panel area-change" aria-labelledby="change-title" hidden=hidden>
            <div class="panel-head">
                <h2 class="panel-title" id="change-title">"The change"</h2>
                <span class="panel-aside quiet">"pseudo-code, in our own words"</span>
                {turn(Switch::Change, "close", Some("Close the change".into()))}
            </div>
            <div class="row">{against(desk)}</div>
            <div class="panel-body change-body" tabindex="0" role="group" aria-label="Lines of the design">
                {content}
            </div>
        </section>
    }
    .into_any()
}

/// The choice of the design to compare with.
fn against(desk: Desk) -> AnyView {
    let base = move |s: &crate::session::Stage| {
        s.change.as_ref().map_or(String::new(), |change| change.base.clone())
    };
    let rows = Row::ALL.iter().map(|row| {
        option(row.id().into(), row.id().into(), desk.flag(move |s| base(s) == row.id()))
    });
    let rows: Vec<AnyView> = rows.collect();
    let is_row = |name: &str| Row::ALL.iter().any(|row| row.id() == name);
    let other = desk.keys(move |s| {
        Some(base(s)).filter(|name| !name.is_empty() && !is_row(name)).into_iter().collect()
    });
    let other = list(other, |name| option(name.clone(), name, derived(|| true)));
    let choose = move |ev| {
        if let Ok(design) = Design::parse(&event_target_value(&ev)) {
            desk.act(|s| s.tell_against(design));
        }
    };
    view! {
        <label class="field">
            <span>"against"</span>
            <select on:change=choose>{rows} {other}</select>
        </label>
    }
    .into_any()
}

fn body(change: &Change, design: &str) -> AnyView {
    let knobs: Vec<AnyView> = change.knobs.iter().map(knob).collect();
    let count = knobs.len();
    let summary = match count {
        0 => format!("{design} is the same design"),
        1 => format!("1 knob of {design} differs from {}", change.base),
        _ => format!("{count} knobs of {design} differ from {}", change.base),
    };
    let blocks: Vec<AnyView> = change.blocks.iter().map(block).collect();
    view! {
        <details class="change-knobs">
            <summary>{summary}</summary>
            {knobs}
        </details>
        {blocks}
    }
    .into_any()
}

fn knob(knob: &KnobChange) -> AnyView {
    let KnobChange { id, values: (was, is), sentence, lines } = knob;
    let lines = lines.iter().map(|line| view! { <li>{line.clone()}</li> }.into_any());
    view! {
        <p>
            <b class="mono">{format!("{id}={is}")}</b>
            <span class="quiet">{format!(" (was {was})")}</span>
            {format!(" {sentence}")}
        </p>
        <ul class="mono change-lines">{lines.collect::<Vec<_>>()}</ul>
    }
    .into_any()
}

fn block(block: &CodeBlock) -> AnyView {
    let rows: Vec<AnyView> = block.rows.iter().map(row).collect();
    view! {
        <section class="code-block">
            <h3>{block.title.clone()}</h3>
            <ol class="mono">{rows}</ol>
        </section>
    }
    .into_any()
}

fn row(row: &CodeRow) -> AnyView {
    let function = row.function.map(|(name, source)| {
        view! {
            <p class="code-function">
                <code>{name}"()"</code>
                " "
                <span class="quiet">{source}</span>
            </p>
        }
        .into_any()
    });
    let is_here = !(row.next.is_empty() && row.waits.is_empty() && row.stuck.is_empty());
    let mut class = String::from("code-row");
    for (is, name) in [
        (row.sign.is_gone(), " is-gone"),
        (!row.sign.is_gone() && !row.sign.glyph().is_empty(), " is-new"),
        (is_here, " is-here"),
        (!row.stuck.is_empty(), " is-stuck"),
        (row.broke.is_some(), " is-broken"),
    ] {
        if is {
            class.push_str(name);
        }
    }
    let tags = tags(row)
        .into_iter()
        .map(|(class, text)| view! { <span class=class>{text}</span> }.into_any());
    view! {
        <li>
            {function}
            <p class=class>
                <span class="code-sign" aria-hidden="true">{row.sign.glyph()}</span>
                <span class="visually-hidden">{row.sign.word()}</span>
                <span class="code-text">{row.text}</span>
                {tags.collect::<Vec<_>>()}
            </p>
        </li>
    }
    .into_any()
}

/// The marks after a line: the actors that are there, the promise that broke there, the patch's
/// hunk.
fn tags(row: &CodeRow) -> Vec<(&'static str, String)> {
    let mut tags = Vec::new();
    let mut push = |class, word: &str, names: &[String]| {
        if !names.is_empty() {
            tags.push((class, format!("{word}{}", names.join(", "))));
        }
    };
    push("code-tag is-next", "next: ", &row.next);
    push("code-tag is-waiting", "waits: ", &row.waits);
    push("code-tag is-stuck", "stuck: ", &row.stuck);
    tags.extend(row.broke.map(|id| ("code-tag is-broken", format!("broke {id}"))));
    tags.extend(row.hunk.map(|hunk| ("code-tag is-hunk", hunk.into())));
    tags
}
