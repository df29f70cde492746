//! The situations that the thread argues about, ready to run.

/// A scenario with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// The short name, as in links and in the matrix.
    pub id: &'static str,
    /// What it sets up, in a few words.
    pub title: &'static str,
    /// The design that the page shows it under first.
    pub design: &'static str,
    /// The script. It names no design: a scenario never changes one.
    pub script: &'static str,
}

/// All presets, in the order in which they are offered.
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
",
    },
];

impl Preset {
    /// The preset of a name, in either case.
    pub fn find(id: &str) -> Option<&'static Preset> {
        PRESETS.iter().find(|preset| preset.id.eq_ignore_ascii_case(id))
    }
}
