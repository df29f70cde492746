//! The run as plain text, for a mail.

pub mod lockdep;
mod mail;

pub use mail::mail;
