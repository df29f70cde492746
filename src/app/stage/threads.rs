//! The actors: context, function, held locks, and waits.

use crate::app::kit::prelude::*;

use crate::app::kit::bring_into_sight;
use crate::app::kit::list;
use crate::app::shell::{Desk, Parts, name, words};
use crate::kernel::Actor;
use crate::view::{Context, ThreadRow, actor_title};

/// A row for every thread, irq handler and kworker, and for the commit thread.
pub fn threads() -> Parts {
    let desk = Desk::of_page();
    let keys = desk.keys(|s| s.threads.iter().map(|row| row.actor).collect());
    // Scrolls a stuck actor into view.
    let stuck = desk.text(|s| {
        let stuck = s.threads.iter().filter(|row| row.stuck);
        stuck.map(|row| row.actor.to_string()).collect()
    });
    Effect::new(move |_| {
        stuck.track();
        request_animation_frame(|| {
            bring_into_sight(".threads > .is-stuck:not(:has(~ .is-stuck))");
        });
    });
    let body = view! {
        <p class="quiet" hidden=desk.flag(|s| s.power.is_none())>
            {desk.text(|s| s.power.clone().unwrap_or_default())}
        </p>
        <ul class="panel-body threads">{list(keys, move |actor| thread(desk, actor))}</ul>
    };
    Parts { aside: None, button: None, body: body.into_any() }
}

fn thread(desk: Desk, actor: Actor) -> AnyView {
    let text = move |read: fn(&ThreadRow) -> String| {
        desk.text(move |s| {
            s.threads.iter().find(|row| row.actor == actor).map_or(String::new(), read)
        })
    };
    let flag = move |read: fn(&ThreadRow) -> bool| {
        desk.flag(move |s| s.threads.iter().find(|row| row.actor == actor).is_some_and(read))
    };
    let class = |row: &ThreadRow| {
        let idle = matches!(row.context, Context::Idle | Context::Done | Context::Off);
        let all = [
            ("has-stepped", row.stepped),
            ("is-stuck", row.stuck),
            ("is-waiting", row.waits.is_some()),
            ("is-idle", idle),
        ];
        let on = all.iter().filter(|(_, on)| *on).map(|(name, _)| *name);
        core::iter::once("thread").chain(on).collect::<Vec<_>>().join(" ")
    };
    let op = |row: &ThreadRow| {
        let op = row.op.clone().unwrap_or_default();
        if row.context == Context::User { format!("next: {op}") } else { op }
    };
    let outer = |row: &ThreadRow| match row.stack.split_last() {
        Some((_, outer)) if !outer.is_empty() => format!("{} > ", outer.join(" > ")),
        _ => String::new(),
    };
    view! {
        <li class=text(class)>
            <p class="thread-head">
                <b class="mono" title=actor_title(actor)>{name(actor.to_string(), actor.to_string())}</b>
                " "
                <span class="tag">{words(text(|r| r.context.word().into()))}</span>
                " "
                <span class="thread-op mono">{text(op)}</span>
            </p>
            <p class="stack" hidden=flag(|r| r.stack.is_empty())>
                <code>{text(outer)}</code>
                <code class="is-top">{text(|r| r.stack.last().copied().unwrap_or("").into())}</code>
            </p>
            <p class="holds" hidden=flag(|r| r.holds.is_empty())>
                "holds " <b>{words(text(|r| r.holds.join(", ")))}</b>
            </p>
            <p class="waits-line" hidden=flag(|r| r.waits.is_none())>
                <b>{words(text(|r| r.waits.clone().unwrap_or_default()))}</b>
                {text(|r| format!("; {}", r.givers))}
            </p>
        </li>
    }
    .into_any()
}
