//! The parts of the page for embedding and for presenter mode.

use crate::app::kit::prelude::*;

use crate::app::kit::list;
use crate::app::shell::Desk;
use crate::app::shell::commands;
use crate::session::{Command, Session, Stage};

/// The page's heading for screen readers, where the head with the visible one is gone.
pub fn heading() -> AnyView {
    let desk = Desk::of_page();
    let gone = |s: &Stage| s.frame.embed || s.frame.present;
    let keys = desk.keys(move |s| gone(s).then_some(()).into_iter().collect());
    list(keys, |()| view! { <h1 class="visually-hidden">"extentscope"</h1> }.into_any())
}

/// The link from an embedded page to the full page with the current run.
pub fn full_page() -> AnyView {
    let desk = Desk::of_page();
    let keys = desk.keys(|s| s.frame.embed.then_some(()).into_iter().collect());
    list(keys, move |()| {
        // The address is computed only when the link is used.
        let point = move |ev: web_sys::Event| {
            let link: web_sys::HtmlAnchorElement = event_target(&ev);
            link.set_href(&full_address(desk));
        };
        view! {
            <p class="embed-line">
                <a
                    href=full_address(desk)
                    target="_blank"
                    rel="noopener"
                    on:pointerdown=move |ev| point(ev.into())
                    on:focus=move |ev| point(ev.into())
                    on:click=move |ev| point(ev.into())
                >
                    "Open the full page"
                </a>
                <span class="quiet">
                    {desk.text(|s| s.design.0.clone())} ", extentscope"
                </span>
            </p>
        }
        .into_any()
    })
}

fn full_address(desk: Desk) -> String {
    let location = window().location();
    let place = location.origin().unwrap_or_default() + &location.pathname().unwrap_or_default();
    format!("{place}#{}", desk.read(Session::full_link))
}

/// The blank screen of presenter mode; a click shows the stage again.
pub fn blank() -> AnyView {
    let desk = Desk::of_page();
    view! {
        <button
            type="button"
            class="blank"
            aria-label="Show the stage again"
            hidden=desk.flag(|s| !s.is_blank)
            on:click=move |_| commands::run(desk, Command::Blank)
        ></button>
    }
    .into_any()
}
