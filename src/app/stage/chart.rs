//! The chart of pending conversions over the steps of a run.

use crate::app::kit::prelude::*;

use crate::app::kit::list;
use crate::app::shell::{Desk, Parts, marks, opener, tables};
use crate::session::Stage;
use crate::view::Chart;
use crate::view::panels::Switch;

/// The chart, or the table with the same numbers.
pub fn chart() -> Parts {
    let desk = Desk::of_page();
    let hidden = desk.flag(|s| s.panels.has(Switch::Chart));
    let axes = desk.text(|s| format!("{} slots", s.series.slots_max));
    let body = view! {
        <div class="panel-body" hidden=hidden>{plot(desk)}</div>
        {tables(desk, Switch::Chart, |s| vec![s.series.table()])}
    };
    Parts { aside: Some(axes), button: Some(opener("charts")), body: body.into_any() }
}

/// SVG stretches the lines to the panel and CSS places the words, so nothing is measured and the
/// style sheet handles both themes.
fn plot(desk: Desk) -> AnyView {
    let line = move |class: &'static str, read: fn(&Chart) -> &String| {
        let path = desk.text(move |s| read(&s.chart).clone());
        view! { <path class=class d=path></path> }.into_any()
    };
    let number = |stage: fn(&Stage) -> u32| move |s: &Stage| stage(s).to_string();
    view! {
        <div
            class="chart"
            role="img"
            aria-label=desk.text(|s| {
                let marks = s.milestones.iter().map(|it| format!("; {}", it.text));
                s.series.words() + &marks.collect::<String>()
            })
            style=("--steps", desk.text(number(|s| s.chart.size.0)))
            style=("--most", desk.text(number(|s| s.chart.size.1)))
        >
            <svg
                preserveAspectRatio="none"
                viewBox=desk.text(|s| format!("0 0 {} {}", s.chart.size.0, s.chart.size.1))
            >
                {line("chart-grid", |c| &c.grid)} {line("chart-slots", |c| &c.slots)}
                {line("chart-area", |c| &c.area)} {line("chart-line", |c| &c.line)}
            </svg>
            // It is outside the picture, which is large and would be repainted with every step.
            <i class="chart-cursor" style=("--at", desk.text(|s| s.series.cursor.to_string()))></i>
            {marks(desk, |_| 0, |s| &s.milestones, false)}
            {ticks(desk, "chart-x", |c| &c.x_ticks)} {ticks(desk, "chart-y", |c| &c.y_ticks)}
        </div>
    }
    .into_any()
}

fn ticks(desk: Desk, class: &'static str, read: fn(&Chart) -> &Vec<u32>) -> AnyView {
    let keys = desk.keys(move |s| read(&s.chart).clone());
    list(keys, move |at| {
        view! { <span class=class style=("--at", at.to_string())>{at.to_string()}</span> }
            .into_any()
    })
}
