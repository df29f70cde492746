//! The promises that a design must keep. Tests, page and docs use the same names.

/// What decides a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Promise {
    /// A read that begins after a write was acknowledged returns that write, or a later one.
    Raw,
    /// Nothing is called written before its data is there.
    NoStale,
    /// The same, of what a power cut leaves.
    NoStaleCrash,
    /// What was acknowledged before a returned fsync began survives a power cut.
    FsyncDurable,
    /// What was acknowledged with O_(D)SYNC survives a power cut.
    OsyncDurable,
    /// Truncate never frees blocks whose conversion is pending.
    TruncExcl,
    /// No set of actors waits for each other.
    NoDeadlock,
    /// From every state an end can be reached in which everything is converted and returned.
    Progress,
    /// Pending conversions of AIO are at most as many as the AIO context has slots.
    Bounded,
    /// A conversion that failed is reported, and a writeback that failed to each file that fsyncs.
    ErrReport,
    /// Delayed entries leave the ES tree only by allocation or truncation.
    KeepDelayed,
}

impl Promise {
    /// All promises; the position is the bit in `State::broken`.
    pub const ALL: [Promise; 11] = [
        Promise::Raw,
        Promise::NoStale,
        Promise::NoStaleCrash,
        Promise::FsyncDurable,
        Promise::OsyncDurable,
        Promise::TruncExcl,
        Promise::NoDeadlock,
        Promise::Progress,
        Promise::Bounded,
        Promise::ErrReport,
        Promise::KeepDelayed,
    ];

    /// The short name.
    pub const fn id(self) -> &'static str {
        match self {
            Promise::Raw => "RAW",
            Promise::NoStale => "NO-STALE",
            Promise::NoStaleCrash => "NO-STALE-CRASH",
            Promise::FsyncDurable => "FSYNC-DURABLE",
            Promise::OsyncDurable => "OSYNC-DURABLE",
            Promise::TruncExcl => "TRUNC-EXCL",
            Promise::NoDeadlock => "NO-DEADLOCK",
            Promise::Progress => "PROGRESS",
            Promise::Bounded => "BOUNDED",
            Promise::ErrReport => "ERR-REPORT",
            Promise::KeepDelayed => "KEEP-DELAYED",
        }
    }

    /// The promise as a sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            Promise::Raw => "a read after an acknowledged write returns that write or a later one",
            Promise::NoStale => "no block is called written before its data is there",
            Promise::NoStaleCrash => "no power cut exposes what a block held before",
            Promise::FsyncDurable => "what was acknowledged before a returned fsync survives",
            Promise::OsyncDurable => "what was acknowledged with O_SYNC or O_DSYNC survives",
            Promise::TruncExcl => "truncate never frees blocks whose conversion is pending",
            Promise::NoDeadlock => "no set of actors waits for each other for ever",
            Promise::Progress => "every IO can still be converted and every thread can return",
            Promise::Bounded => "no more AIO conversions are pending than the context has slots",
            Promise::ErrReport => "a conversion or a writeback that failed is reported",
            Promise::KeepDelayed => "delayed entries leave only by allocation or truncation",
        }
    }

    /// The situation that the promise speaks of, as a sentence: some run must reach it, or the
    /// promise was kept without being tested ([`Note::Checked`](super::Note::Checked)).
    pub const fn sometimes(self) -> &'static str {
        match self {
            Promise::Raw => "a read begins after a write of its blocks was acknowledged",
            Promise::NoStale => "unwritten blocks are converted on disk",
            Promise::NoStaleCrash => "the power is cut after data reached the device",
            Promise::FsyncDurable => "the power is cut after fsync returned",
            Promise::OsyncDurable => "the power is cut after an O_SYNC write was acknowledged",
            Promise::TruncExcl => "truncate frees blocks of a file that was written",
            Promise::NoDeadlock => "somebody waits",
            Promise::Progress => "somebody waits, and is served",
            Promise::Bounded => "an AIO write into unwritten blocks is submitted",
            Promise::ErrReport => "a conversion or a writeback fails",
            Promise::KeepDelayed => "the shrinker, fiemap or a seek passes delayed data",
        }
    }

    /// The promise of a short name.
    pub fn find(id: &str) -> Option<Promise> {
        Promise::ALL.into_iter().find(|promise| promise.id() == id)
    }

    /// The bit in `State::broken`.
    pub const fn bit(self) -> u16 {
        1 << self as u8
    }
}
