//! Who is where: context, function, what is held, what is waited for.

use leptos::prelude::*;

use super::desk::Desk;
use super::parts::PanelHead;
use crate::kernel::Actor;
use crate::view::{Context, ThreadRow, actor_title, threads};

/// Every thread, irq handler, kworker and the commit thread.
#[component]
pub fn ThreadsPanel() -> impl IntoView {
    let rows = Desk::of_page().memo(threads);
    view! {
        <section class="panel area-threads" aria-labelledby="threads-title">
            <PanelHead id="threads-title" title="Threads" />
            <ul class="panel-body threads">
                <For
                    each=move || rows.get()
                    key=|row| row.actor.to_string()
                    children=move |row| view! { <Thread actor=row.actor rows /> }
                />
            </ul>
        </section>
    }
    .into_any()
}

#[component]
fn Thread(actor: Actor, rows: Memo<Vec<ThreadRow>>) -> impl IntoView {
    let row = Memo::new(move |_| rows.with(|rows| rows.iter().find(|r| r.actor == actor).cloned()));
    let is = move |f: fn(&ThreadRow) -> bool| row.with(|r| r.as_ref().is_some_and(f));
    let text = move |f: fn(&ThreadRow) -> String| row.with(|r| r.as_ref().map_or(String::new(), f));
    let stack = move || {
        let functions = row.get().map_or(Vec::new(), |r| r.stack);
        let last = functions.len().saturating_sub(1);
        let frame = |(i, function): (usize, &'static str)| {
            view! { <code class:is-top=i == last>{function}</code> }
        };
        functions.into_iter().enumerate().map(frame).collect_view()
    };
    let holds = move || row.get().map_or(Vec::new(), |r| r.holds).join(", ");
    view! {
        <li
            class="thread"
            class:has-stepped=move || is(|r| r.stepped)
            class:is-stuck=move || is(|r| r.stuck)
            class:is-waiting=move || is(|r| r.waits.is_some())
            class:is-idle=move || is(|r| matches!(r.context, Context::Idle | Context::Done))
        >
            <p class="thread-head">
                <b class="mono" title=actor_title(actor)>{actor.to_string()}</b>
                <span class="tag">{move || text(|r| r.context.word().into())}</span>
                <span class="thread-op mono">{move || text(op_text)}</span>
            </p>
            <p class="stack" hidden=move || is(|r| r.stack.is_empty())>{stack}</p>
            <p class="holds" hidden=move || is(|r| r.holds.is_empty())>
                "holds " <b>{holds}</b>
            </p>
            <p class="waits-line" hidden=move || is(|r| r.waits.is_none())>
                <b>{move || text(|r| r.waits.clone().unwrap_or_default())}</b>
                {move || text(|r| format!("; could give it: {}", r.givers))}
            </p>
        </li>
    }
    .into_any()
}

fn op_text(row: &ThreadRow) -> String {
    let op = row.op.clone().unwrap_or_default();
    if row.context == Context::User { format!("next: {op}") } else { op }
}
