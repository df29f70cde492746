//! The command, the text twin of the page.

fn main() {}
