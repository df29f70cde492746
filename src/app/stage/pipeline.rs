//! The writes and their progress from the bio to the converted extent.

use crate::app::kit::prelude::*;

use crate::app::kit::list;
use crate::app::shell::{Desk, Parts, name, tables, words};
use crate::view::panels::Switch;
use crate::view::{Ack, COLUMNS, IoRow};

/// One line per write; its letter moves through the stations.
pub fn pipeline() -> Parts {
    let desk = Desk::of_page();
    let hidden = desk.flag(|s| s.panels.has(Switch::Pipeline));
    let slots = desk.text(|s| {
        let used = usize::from(s.pipeline.slots_used);
        let free = usize::from(s.pipeline.slots).saturating_sub(used);
        format!(
            "{} {}{}",
            s.pipeline.slots_text(),
            "\u{25a0}".repeat(used),
            "\u{25a1}".repeat(free)
        )
    });
    let stations = COLUMNS.iter().map(|name| view! { <span>{*name}</span> }.into_any());
    let ios = desk.keys(|s| s.pipeline.drawn().map(|io| io.key).collect());
    let body = view! {
        <div class="panel-body" hidden=hidden>
            <div class="stations" aria-hidden="true">{stations.collect::<Vec<_>>()}</div>
            <ul class=desk.text(|s| {
                if s.pipeline.drawn().count() > 3 { "ios is-dense" } else { "ios" }.into()
            })>
                {list(ios, move |key| line(desk, key))}
                <li class="io-text quiet" hidden=desk.flag(|s| s.pipeline.past().is_none())>
                    {words(desk.text(|s| s.pipeline.past().unwrap_or_default()))}
                </li>
                <li class="quiet" hidden=desk.flag(|s| !s.pipeline.ios.is_empty())>
                    {desk.text(|s| {
                        let power = "The power was cut: nothing is on its way.";
                        let begun = "No direct write has begun, no writeback is on its way.";
                        if s.power.is_some() { power.into() } else { begun.into() }
                    })}
                </li>
            </ul>
        </div>
        {tables(desk, Switch::Pipeline, |s| vec![s.pipeline.table()])}
    };
    Parts { aside: Some(slots), button: None, body: body.into_any() }
}

fn line(desk: Desk, key: u32) -> AnyView {
    let text = move |read: fn(&IoRow) -> String| {
        desk.text(move |s| {
            s.pipeline.ios.iter().find(|io| io.key == key).map_or(String::new(), read)
        })
    };
    let object = format!("io.{key}");
    let cells = COLUMNS.iter().map(|_| view! { <i></i> }.into_any());
    let travel = |io: &IoRow| format!("translateX({}%)", u32::from(io.column.unwrap_or(0)) * 100);
    let chip = |io: &IoRow| match (io.column, io.failed) {
        (None, _) => "chip is-waiting".into(),
        (Some(_), false) => "chip".into(),
        (Some(_), true) => "chip is-failed".into(),
    };
    let counts = |io: &IoRow| {
        let counted = if io.counted { " i_unwritten +1" } else { "" };
        format!("{counted}{}", if io.dio { " i_dio_count +1" } else { "" })
    };
    let ack = |io: &IoRow| match io.ack {
        Ack::No => "ack".into(),
        Ack::Event => "ack ack-event".into(),
        Ack::Known => "ack ack-known".into(),
    };
    view! {
        <li class="io">
            <div class="track" aria-hidden="true">
                {cells.collect::<Vec<_>>()}
                <span class=text(chip) data-object=object.clone() style:transform=text(travel)>
                    <b>{text(|io| io.name.clone())}</b>
                </span>
            </div>
            <p class="io-text">
                <b>{name(object, text(|io| io.name.clone()))}</b>
                " "
                <span class="mono">{text(|io| io.what.clone())}</span>
                ": "
                {words(text(|io| io.place.clone()))}
                <span class="io-flags">
                    <span class=text(ack)>{words(text(|io| io.ack.text().into()))}</span>
                    <span class="io-counts">{words(text(counts))}</span>
                </span>
            </p>
        </li>
    }
    .into_any()
}
