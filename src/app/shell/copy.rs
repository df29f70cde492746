//! Copies the run in several forms.

use crate::app::kit::copy_and_tell;
use crate::app::kit::prelude::*;
use crate::session::Session;

use super::desk::Desk;

/// Copies a text of the run and sets the notice. An empty text stands for the run's address.
pub fn copy_of(desk: Desk, what: &'static str, text: fn(&Session) -> String) {
    copy_and_tell(what, &desk.read(text), move |told| desk.act(|s| s.say(&told)));
}

/// The run as text for a mail, with the page's own address in its link.
pub fn mail(session: &Session) -> String {
    let href = window().location().href().unwrap_or_default();
    session.mail_text(href.split('#').next().unwrap_or_default())
}
