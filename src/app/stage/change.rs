//! The change: what the design's functions do, in pseudo-code, compared with another design. The
//! texts are in a module of their own, which fills the panel (`app::texts`).

use crate::app::kit::prelude::*;
use leptos::html::Div;

use crate::app::kit::{derived, fill, list, option, texts_notice};
use crate::app::shell::{Desk, turn};
use crate::kernel::{Design, Row};
use crate::view::panels::Switch;

/// The panel. While it is on, it takes the place of the script.
pub fn change_panel() -> AnyView {
    let desk = Desk::of_page();
    let hidden = desk.flag(|s| s.change.is_none());
    let body: NodeRef<Div> = NodeRef::new();
    // Within another page and before an audience the panel is not seen.
    let ask = desk.text(|s| {
        let seen = s.change.as_ref().filter(|_| !s.frame.embed && !s.frame.present);
        seen.map_or(String::new(), ToString::to_string)
    });
    // After each step the line of the next one is scrolled into view, even where nothing changes.
    let place = desk.text(|s| format!("{} {}", s.place.0, s.place.1));
    Effect::new(move |_| {
        place.track();
        let (ask, body) = (ask.get(), body.get());
        if let Some(body) = body.filter(|_| !ask.is_empty()) {
            fill(&body, "change", &ask);
        }
    });
    view! {
        <section class="panel area-change" aria-labelledby="change-title" hidden=hidden>
            <div class="panel-head">
                <h2 class="panel-title" id="change-title">"The change"</h2>
                <span class="panel-aside quiet">"pseudo-code, in our own words"</span>
                {turn(Switch::Change, "close", Some("Close the change".into()))}
            </div>
            <div class="row">{against(desk)}</div>
            {texts_notice()}
            <div
                class="panel-body change-body"
                tabindex="0"
                role="group"
                aria-label="Lines of the design"
                node_ref=body
            ></div>
        </section>
    }
    .into_any()
}

/// The choice of the design to compare with.
fn against(desk: Desk) -> AnyView {
    let base = move |s: &crate::session::Stage| {
        s.change.as_ref().map_or(String::new(), |change| change.base.to_string())
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
