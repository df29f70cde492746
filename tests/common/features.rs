//! Scripts for what no preset needs: each is searched under every design, here and by Stateright.

use extentscope::scenario::Script;

/// A script's name and its text, with what it expects of designs.
pub const FEATURES: &[(&str, &str)] = &[(
    "batch",
    "\
slots 2
file a 16 blocks, U 0+8, W 8+4
t1: aio_write io=0+2,2+2,4+2
t1: getevents
expect rfc-v1, rfc-nopblk, rfc-dirty, rfc-osync, rfc-osync-skipwait: BOUNDED
expect kara-opt: BOUNDED
expect others: ok
",
)];

/// The features as scripts.
pub fn features() -> impl Iterator<Item = (&'static str, Script)> {
    FEATURES.iter().map(|(name, text)| {
        (*name, Script::parse(text).unwrap_or_else(|error| panic!("{name}: {error}")))
    })
}
