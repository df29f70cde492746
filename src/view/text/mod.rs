//! The run as plain text, for a mail.

pub mod lockdep;
mod mail;
mod mail_beside;
mod run_json;

pub use mail::mail;
pub use mail_beside::mail_beside;
pub use run_json::{About, run_json};
