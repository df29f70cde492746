//! Scripts for features that no preset uses. Each is searched under every design, here and by
//! Stateright.

use extentscope::scenario::Script;

/// The name and the text of each script, with its expectations.
pub const FEATURES: &[(&str, &str)] = &[
    (
        "batch",
        "\
mount dioread_nolock
slots 2
file a 16 blocks, U 0+8, W 8+4
t1: aio_write io=0+2,2+2,4+2
t1: getevents
expect rfc-v1, rfc-nopblk, rfc-dirty, rfc-osync, rfc-osync-skipwait: BOUNDED
expect v2.6.35, kara-opt: BOUNDED
expect others: ok
",
    ),
    (
        "journal",
        "\
title a buffered write holds a handle and waits for its page
mount dioread_nolock
journal 3
file a 16 blocks, U 0+4
allow flusher 1
t1: buf_write 0 1
t1: buf_write 0 1
t2: fallocate 8 1
expect v3.11 +reservation=no, v3.12 +reservation=no: NO-DEADLOCK
expect others: ok
",
    ),
    (
        "queue",
        "\
title a conversion that may wait for room stands before one that must not
mount dioread_nolock
journal 4
file a 16 blocks, U 0+4
allow flusher 1
t1: buf_write 0 1
t1: buf_write 0 1
t2: aio_write io=2+1
expect v3.11 +workers=one: NO-DEADLOCK
expect others: ok
",
    ),
    (
        "invalidate",
        "\
title a page that was read while an AIO write was on its way
mount dioread_nolock
file a 16 blocks, W 0+4
t1: aio_write io=0+1
t1: getevents
t1: buf_read 0 1
t2: buf_read 0 1
expect v5.5, v6.7, v6.12, v6.19, v3.12 +invalidate: ok
expect v5.5 +invalidate=no: RAW
expect others: RAW
",
    ),
    (
        "invalidate sync",
        "\
title a synchronous write drops what was read meanwhile
mount dioread_nolock
file a 16 blocks, W 0+4
t1: dio_write 0 1
t1: buf_read 0 1
t2: buf_read 0 1
expect others: ok
",
    ),
    (
        "overwrite",
        "\
title a conversion waits for an overwrite that holds i_data_sem
mount dioread_nolock
file a 16 blocks, U 0+4, W 4+4
allow crash
t1: dio_write 4 2 sync=1
t2: aio_write io=0+2
t2: truncate 5
expect v5.5: OSYNC-DURABLE
expect others: ok
",
    ),
    (
        "split",
        "\
title a read that begins before a write's first block finds an extent that ends there
mount dioread_nolock
file a 8 blocks, U 0+8
t1: aio_write io=2+3
t1: getevents
t1: dio_read 0 8
expect v2.6.35, rfc-nopblk: RAW
expect others: ok
",
    ),
];

/// The features as parsed scripts.
pub fn features() -> impl Iterator<Item = (&'static str, Script)> {
    FEATURES.iter().map(|(name, text)| {
        (*name, Script::parse(text).unwrap_or_else(|error| panic!("{name}: {error}")))
    })
}
