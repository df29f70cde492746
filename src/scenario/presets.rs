//! The situations that the thread discusses, as scripts.

/// A scenario with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// The short name, in links and in the matrix.
    pub id: &'static str,
    /// A short description of the setup.
    pub title: &'static str,
    /// The design under which the page shows it first.
    pub design: &'static str,
    /// The script. It names no design, because every design can run it.
    pub script: &'static str,
}

/// All presets, in the order in which the page offers them.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "S1",
        title: "AIO write, acknowledged, then a nolock read",
        design: "rfc-v1",
        script: "\
title S1: AIO write into unwritten blocks, then a dioread_nolock read
mount dioread_nolock
slots 2
file a 16 blocks, U 0+8

t1: aio_write io=0+8
t1: getevents
t1: dio_read 0 8

expect v2.6.35, rfc-nopblk: RAW
expect others: ok
",
    },
    Preset {
        id: "S2",
        title: "S1 with memory pressure",
        design: "rfc-v1",
        script: "\
title S2: S1, and the shrinker may run once
mount dioread_nolock
slots 2
file a 16 blocks, U 0+8
allow shrink 1

t1: aio_write io=0+8
t1: getevents
t1: dio_read 0 8

expect rfc-v1 +worker_via_es: RAW
expect v2.6.35, rfc-v1, rfc-nopblk, rfc-osync, rfc-osync-skipwait: RAW
expect others: ok
",
    },
    Preset {
        id: "S3",
        title: "S1, then a power cut without fsync",
        design: "rfc-v1",
        script: "\
title S3: a plain acknowledgement promises nothing durable
mount dioread_nolock
slots 2
file a 16 blocks, U 0+8
allow crash

t1: aio_write io=0+8
t1: getevents

expect others: ok
",
    },
    Preset {
        id: "S4",
        title: "S1, then fsync, then a power cut",
        design: "rfc-v1",
        script: "\
title S4: what fsync found acknowledged must survive
mount dioread_nolock
slots 2
file a 16 blocks, U 0+8
allow crash

t1: aio_write io=0+8
t1: getevents
t1: fsync

expect kara-opt +fsync=writeback: FSYNC-DURABLE
expect rfc-v1 +fsync=writeback, rfc-dirty +fsync=writeback: FSYNC-DURABLE
expect others: ok
",
    },
    Preset {
        id: "S5a",
        title: "O_DSYNC AIO write, the submitter reaps, power cut",
        design: "rfc-v1",
        script: "\
title S5a: an O_DSYNC AIO write, reaped by its submitter
mount dioread_nolock
slots 2
file a 16 blocks, U 0+8
allow crash

t1: aio_write io=0+4 sync=1
t1: getevents

expect v3.11: OSYNC-DURABLE
expect others: ok
",
    },
    Preset {
        id: "S5b",
        title: "O_DSYNC AIO write, another thread reaps, power cut",
        design: "v3.8",
        script: "\
title S5b: an O_DSYNC AIO write, reaped by another thread
mount dioread_nolock
slots 2
file a 16 blocks, U 0+8
allow crash

t1: aio_write io=0+4 sync=1
t2: getevents 1

expect v2.6.35, v3.8, rfc-v1, rfc-nopblk, rfc-dirty: OSYNC-DURABLE
expect rfc-v5, v3.9, v3.11: OSYNC-DURABLE
expect others: ok
",
    },
    Preset {
        id: "S6",
        title: "O_DSYNC AIO overwrite, power cut",
        design: "v3.8",
        script: "\
title S6: an O_DSYNC AIO overwrite of written blocks
mount dioread_nolock
slots 2
file a 16 blocks, W 0+8
allow crash

t1: aio_write io=0+4 sync=1
t1: getevents

expect v2.6.35, v3.8, rfc-v1, rfc-nopblk, rfc-dirty: OSYNC-DURABLE
expect rfc-osync, rfc-osync-skipwait: OSYNC-DURABLE
expect rfc-v5, v3.9, v3.11: OSYNC-DURABLE
expect others: ok
",
    },
    Preset {
        id: "S7",
        title: "two O_DSYNC AIO writes, who calls fsync?",
        design: "rfc-osync",
        script: "\
title S7: two O_DSYNC AIO writes complete before the worker runs
mount dioread_nolock
slots 2
file a 16 blocks, U 0+8

t1: aio_write io=0+4 sync=1
t1: aio_write io=4+4 sync=1
t1: getevents 2

expect rfc-osync: NO-DEADLOCK
expect others: ok
",
    },
    Preset {
        id: "S8",
        title: "buffered write over preallocation, then a nolock read",
        design: "rfc-v1",
        script: "\
title S8: writeback over unwritten blocks, then a dioread_nolock read
mount dioread_nolock
slots 2
file a 16 blocks, U 0+8

t1: buf_write 0 4
t1: dio_read 0 4

expect v2.6.35: RAW
expect rfc-v1, rfc-nopblk, rfc-dirty, rfc-osync, rfc-osync-skipwait: RAW
expect others: ok
",
    },
    Preset {
        id: "S9",
        title: "more writes than slots",
        design: "rfc-v1",
        script: "\
title S9: five AIO writes through two slots
mount dioread_nolock
slots 2
file a 16 blocks, U 0+10

t1: aio_write io=0+2
t1: aio_write io=2+2
t1: aio_write io=4+2
t1: aio_write io=6+2
t1: aio_write io=8+2
t1: getevents

expect rfc-v1, rfc-nopblk, rfc-dirty, rfc-osync, rfc-osync-skipwait: BOUNDED
expect v2.6.35, kara-opt: BOUNDED
expect others: ok
",
    },
    Preset {
        id: "S10",
        title: "truncate right after the acknowledgement",
        design: "rfc-v1",
        script: "\
title S10: truncate and preallocate again, right after the acknowledgement
mount dioread_nolock
slots 2
file a 16 blocks, U 0+8

t1: aio_write io=0+4
t1: getevents
t1: truncate 0
t1: fallocate 0 4

expect v2.6.35: TRUNC-EXCL NO-STALE
expect rfc-v1 +trunc=dio_count: TRUNC-EXCL
expect kara-opt +trunc=dio_count: TRUNC-EXCL NO-STALE
expect others: ok
",
    },
    Preset {
        id: "S12",
        title: "the disk conversion fails",
        design: "v3.8",
        script: "\
title S12: the conversion meets ENOSPC
mount dioread_nolock
slots 2
file a 16 blocks, U 0+8
allow enospc 1

t1: aio_write io=0+4
t1: getevents

expect kara, v5.5, v6.7, v6.12, v6.19: ok
expect others: ERR-REPORT
",
    },
    Preset {
        id: "H-a",
        title: "status without a physical block",
        design: "rfc-nopblk",
        script: "\
title H-a: the ES tree says written, and cannot say where
mount dioread_nolock
slots 2
file a 16 blocks, U 0+8

t1: aio_write io=0+8
t1: getevents
t2: dio_read 0 8
t1: dio_read 0 4

expect v2.6.35, rfc-nopblk: RAW
expect others: ok
",
    },
    Preset {
        id: "H-a2",
        title: "the ES conversion is lost",
        design: "rfc-v1",
        script: "\
title H-a2: no memory in irq context to split an entry of the ES tree
mount dioread_nolock
slots 2
file a 16 blocks, U 0+8
allow nomem 1

t1: dio_read 0 8
t1: aio_write io=2+4
t1: getevents
t1: dio_read 2 4

expect v2.6.35, rfc-v1, rfc-nopblk, rfc-osync, rfc-osync-skipwait: RAW
expect others: ok
",
    },
    Preset {
        id: "H-a2t",
        title: "the tail that series v5 drops",
        design: "rfc-v1 +es_convert=posted",
        script: "\
title H-a2t: the posted conversion loses the tail of an entry
mount dioread_nolock
slots 2
file a 16 blocks, U 0+8

t1: dio_read 0 8
t1: aio_write io=4+4
t1: getevents
t1: dio_read 4 4

expect rfc-v1 +es_convert=posted, v2.6.35, rfc-nopblk: RAW
expect others: ok
",
    },
    Preset {
        id: "H-c",
        title: "reclaim of what cannot be read back",
        design: "rfc-dirty",
        script: "\
title H-c: memory pressure between acknowledgement and conversion
mount dioread_nolock
slots 2
file a 16 blocks, U 0+8
allow shrink 1

t1: aio_write io=0+4
t1: getevents
t1: dio_read 0 4

expect v2.6.35, rfc-v1, rfc-nopblk, rfc-osync, rfc-osync-skipwait: RAW
expect rfc-dirty +dirty_bit=unwritten_only: RAW
expect others: ok
",
    },
    Preset {
        id: "H-e1",
        title: "one O_DSYNC AIO, the count drops last",
        design: "rfc-osync +decrement=after_sync",
        script: "\
title H-e1: fsync in the worker waits for the IO that the worker holds
mount dioread_nolock
slots 2
file a 16 blocks, U 0+8

t1: aio_write io=0+4 sync=1
t1: getevents

expect rfc-osync +decrement=after_sync: NO-DEADLOCK
expect others: ok
",
    },
    Preset {
        id: "H-e2",
        title: "two O_DSYNC AIOs on the worker's private list",
        design: "rfc-osync",
        script: "\
title H-e2: S7 by its hazard's name
mount dioread_nolock
slots 2
file a 16 blocks, U 0+8

t1: aio_write io=0+4 sync=1
t1: aio_write io=4+4 sync=1
t1: getevents 2

expect rfc-osync: NO-DEADLOCK
expect others: ok
",
    },
    Preset {
        id: "H-e3",
        title: "the single worker, across two files",
        design: "rfc-osync",
        script: "\
title H-e3: the worker waits for one file, the other's conversion never runs
mount dioread_nolock
slots 3
file a 16 blocks, U 0+8
file b 16 blocks, U 0+4

t1: aio_write io=0+4 sync=1
t1: aio_write io=4+4
t2: aio_write io=0+4 file=b

expect rfc-osync: NO-DEADLOCK
expect others: ok
",
    },
    Preset {
        id: "H-e4",
        title: "fsync in the worker calls itself",
        design: "rfc-osync",
        script: "\
title H-e4: the flush inside fsync ends other O_DSYNC IOs, each with an fsync
mount dioread_nolock
slots 3
file a 16 blocks, U 0+9

t1: aio_write io=0+3 sync=1
t1: aio_write io=3+3 sync=1
t1: aio_write io=6+3 sync=1
t1: getevents

expect rfc-osync: NO-DEADLOCK
expect others: ok
",
    },
    Preset {
        id: "H-e5",
        title: "i_mutex and i_unwritten, the other way round",
        design: "rfc-osync",
        script: "\
title H-e5: fsync holds i_mutex and waits; the worker wants i_mutex
mount dioread_nolock
slots 2
file a 16 blocks, U 0+8

t1: aio_write io=0+4 sync=1
t1: getevents
t2: fsync

expect rfc-osync, rfc-osync-skipwait: NO-DEADLOCK
expect others: ok
",
    },
    Preset {
        id: "H-g3",
        title: "a nolock reader behind buffered writeback",
        design: "rfc-v1",
        script: "\
title H-g3: PageWriteback is clear, the conversion is not done
mount dioread_nolock
slots 2
file a 16 blocks, U 0+8
allow flusher 1

t1: buf_write 0 4
t2: dio_read 0 4
t1: dio_read 0 4

expect v2.6.35: RAW
expect rfc-v1, rfc-nopblk, rfc-dirty, rfc-osync, rfc-osync-skipwait: RAW
expect others: ok
",
    },
    Preset {
        id: "H-h",
        title: "the shadowed conversion",
        design: "rfc-v1 +worker_via_es",
        script: "\
title H-h: the worker asks the ES tree and never converts on disk
mount dioread_nolock
slots 2
file a 16 blocks, U 0+8
allow crash

t1: aio_write io=0+4
t1: getevents
t1: fsync

expect rfc-v1 +worker_via_es: FSYNC-DURABLE
expect others: ok
",
    },
    Preset {
        id: "H-i",
        title: "an error after the acknowledgement",
        design: "rfc-v1",
        script: "\
title H-i: the conversion fails after success was reported
mount dioread_nolock
slots 2
file a 16 blocks, U 0+8
allow enospc 1

t1: aio_write io=0+4
t1: getevents
t1: fsync

expect kara, v5.5, v6.7, v6.12, v6.19: ok
expect others: ERR-REPORT
",
    },
    Preset {
        id: "H-k",
        title: "the irq wants a lock that tasks hold with interrupts on",
        design: "rfc-v1 +es_lock=plain",
        script: "\
title H-k: the irq spins on i_es_lock, which the task that it interrupts holds
mount dioread_nolock
slots 2
file a 16 blocks, U 0+8

t1: aio_write io=0+4
t2: dio_read 4 4

expect rfc-v1 +es_lock=plain: NO-DEADLOCK
expect others: ok
",
    },
    Preset {
        id: "D1",
        title: "delayed data under memory pressure, then SEEK_DATA",
        design: "v3.9 +shrink_delayed",
        script: "\
title D1: only the ES tree knows where delayed data is
mount dioread_nolock
file a 8 blocks, W 4+4
allow shrink 1

t1: buf_write 0 2
t1: seek_data 0

expect v3.9 +shrink_delayed, v5.5 +shrink_delayed: KEEP-DELAYED
expect others: ok
",
    },
    Preset {
        id: "D2",
        title: "preallocation over delayed data, and fiemap",
        design: "v5.5",
        script: "\
title D2: fallocate gives delayed blocks a place before writeback does
mount dioread_nolock
file a 8 blocks
allow flusher 1

t1: buf_write 0 2
t2: fallocate 1 2
t1: fiemap
t1: buf_read 0 3

expect v2.6.35: NO-STALE
expect others: ok
",
    },
    Preset {
        id: "F1",
        title: "AIO overwrite of a file that is unlinked and closed",
        design: "v3.8",
        script: "\
title F1: aio_complete puts the last reference to the inode
mount dioread_nolock
slots 2
file a 8 blocks, W 0+4

t1: aio_write io=0+4
t1: unlink
t1: close

expect v3.8, rfc-v1, rfc-nopblk, rfc-dirty: FREE-ONCE
expect rfc-osync, rfc-osync-skipwait: FREE-ONCE
expect others: ok
",
    },
    Preset {
        id: "F2",
        title: "an inode goes while its conversion is pending",
        design: "kara-opt +evict=writeback",
        script: "\
title F2: eviction beside a conversion that nobody is told to wait for
mount dioread_nolock
slots 2
file a 8 blocks, U 0+4

t1: aio_write io=0+4
t1: unlink
t1: close

expect kara-opt +evict=writeback: FREE-ONCE TRUNC-EXCL
expect rfc-v1 +io_end_ref=no: FREE-ONCE
expect rfc-v1, rfc-nopblk, rfc-dirty, rfc-osync, rfc-osync-skipwait: FREE-ONCE
expect others: ok
",
    },
    Preset {
        id: "F3",
        title: "memory pressure evicts an inode that waits for the worker",
        design: "v3.8 +convert_lock",
        script: "\
title F3: a writer evicts an inode that waits for the worker
mount dioread_nolock
slots 2
file a 8 blocks, U 0+2
file b 8 blocks, U 0+1
allow flusher 1
allow reclaim 1

t1: aio_write io=0+2
t1: buf_write 4 1
t2: buf_write 0 1 file=b
t2: close file=b

expect v3.8 +convert_lock: NO-DEADLOCK
expect others: ok
",
    },
    Preset {
        id: "R1",
        title: "punch right after the acknowledgement",
        design: "kara-opt +trunc=dio_count",
        script: "\
title R1: punch and preallocate again, right after the acknowledgement
mount dioread_nolock
slots 2
file a 8 blocks, U 0+4

t1: aio_write io=0+2
t1: getevents
t1: punch 0 2
t1: fallocate 0 2
t1: dio_read 0 2

expect v2.6.35: RAW
expect rfc-v1 +trunc=dio_count: TRUNC-EXCL
expect kara-opt +trunc=dio_count: RAW NO-STALE TRUNC-EXCL
expect others: ok
",
    },
    Preset {
        id: "R2",
        title: "a block is read into the page cache while it is punched",
        design: "v5.5",
        script: "\
title R2: the page cache keeps a block that a punch has taken away
file a 4 blocks, W 0+2

t1: punch 0 2
t1: buf_read 0 2
t2: buf_read 0 2

expect v2.6.35, v6.7, v6.12, v6.19, v5.5 +fill_lock=reads: ok
expect others: RAW
",
    },
    Preset {
        id: "R3",
        title: "a buffered write behind a range that is collapsed",
        design: "v3.12",
        script: "\
title R3: a page is dirtied between writeback and the lock, then dropped
file a 6 blocks, W 0+6

t1: collapse 0 2
t1: buf_read 0 4
t2: buf_write 4 1

expect v3.12: RAW
expect others: ok
",
    },
    Preset {
        id: "R4",
        title: "a store into a page whose block is being punched",
        design: "v3.12",
        script: "\
title R4: writeback of a page goes to the block that a punch has freed
file a 2 blocks, W 0+2
file b 2 blocks
allow flusher 1
allow commit 1

t1: punch 0 1
t1: dio_write 0 1 file=b
t1: dio_read 0 1 file=b
t2: mmap_write 0

expect v2.6.35, v4.13, v5.5, v6.7, v6.12, v6.19: ok
expect others: RAW NO-STALE
",
    },
    Preset {
        id: "D3",
        title: "the flusher finds no room for delayed data, then fsync",
        design: "v5.5",
        script: "\
title D3: delayed data is thrown away, and no fsync hears of it
mount nodioread_nolock
file a 4 blocks
allow flusher 1
allow enospc 1
allow crash

t1: buf_write 0 2
t1: fsync

expect others: FSYNC-DURABLE ERR-REPORT
",
    },
    Preset {
        id: "R5",
        title: "fiemap while a collapse moves blocks",
        design: "v6.12",
        script: "\
title R5: fiemap caches the old place of blocks that a collapse moves
slots 2
file a 4 blocks, W 0+4

t1: dio_write 2 2
t1: collapse 0 2
t1: dio_read 0 2
t2: fiemap

expect v5.5, v6.7, v6.12, v6.19 +fiemap_lock=no: RAW
expect others: ok
",
    },
    Preset {
        id: "U1",
        title: "two AIO writes of half a block each, into one unwritten block",
        design: "v3.8 +unaligned=no",
        script: "\
title U1: each of two half blocks zeroes the other, unless one waits
slots 2
file a 1 blocks, U 0+1

t1: aio_write io=0+0.5
t1: getevents 1
t1: dio_read 0 1
t2: aio_write io=0.5+0.5

expect v2.6.35, rfc-nopblk, v3.8 +unaligned=no, v6.12 +unaligned=no: RAW
expect others: ok
",
    },
    Preset {
        id: "U2",
        title: "a synchronous write of half a block beside an AIO write of the other half",
        design: "v4.13",
        script: "\
title U2: only AIO waits for AIO with half blocks, until v5.4
slots 2
file a 1 blocks, U 0+1

t1: aio_write io=0+0.5
t1: getevents 1
t1: dio_read 0 1
t2: dio_write 0.5 0.5

expect v5.5, v6.7, v6.12, v6.19: ok
expect others: RAW
",
    },
    Preset {
        id: "D4",
        title: "a hole is cached over delayed data, then fiemap",
        design: "v6.7",
        script: "\
title D4: a read caches the hole that it found, over a block delayed meanwhile
file a 4 blocks, W 3+1

t1: buf_read 0 1
t2: buf_write 1 1
t2: fiemap

expect v2.6.35, v3.8, v6.12, v6.19, v6.7 +delay_lock=exclusive: ok
expect others: KEEP-DELAYED
",
    },
    Preset {
        id: "D5",
        title: "the same, then truncate",
        design: "v6.7",
        script: "\
title D5: truncate finds no delayed entry, and the reservation stays
file a 4 blocks, W 3+1

t1: buf_read 0 1
t2: buf_write 1 1
t2: truncate 0

expect v5.5, v6.7: RSV-COUNT
expect others: ok
",
    },
    Preset {
        id: "D6",
        title: "a direct write into a block that a store has reserved",
        design: "v4.13",
        script: "\
title D6: who gives the block its place does not know that it was reserved
file a 2 blocks, W 1+1

t1: dio_write 0 1
t1: fsync
t2: mmap_write 0

expect v5.5, v6.7, v6.12, v6.19, v4.13 +reservations=es_tree: ok
expect others: RSV-COUNT
",
    },
    Preset {
        id: "R6",
        title: "blocks are moved while their writeback is converted",
        design: "v6.19 +move_check=no",
        script: "\
title R6: a block becomes written between the lookup and the exchange
mount dioread_nolock
file a 1 blocks, U 0+1
file b 1 blocks, U 0+1
allow flusher 1

t1: buf_write 0 1
t1: move_extents 0 1
t1: fsync
t1: dio_read 0 1

expect v6.19 +move_check=no, v4.13 +move_check=no: RAW NO-STALE
expect others: ok
",
    },
];

impl Preset {
    /// The preset with an id, in upper or lower case.
    pub fn find(id: &str) -> Option<&'static Preset> {
        PRESETS.iter().find(|preset| preset.id.eq_ignore_ascii_case(id))
    }
}
