//! The promises that a design must keep. Tests, page and documents use the same names.

/// A promise. A verdict on a design depends on its promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Promise {
    /// A read that begins after a write was acknowledged returns that write, or a later one.
    Raw,
    /// No block is called written before its data is on the device.
    NoStale,
    /// A power cut does not expose data that a block held before.
    NoStaleCrash,
    /// After an fsync has returned 0, all writes acknowledged before it began survive a power cut,
    /// except those that an earlier call on the same open file has reported lost.
    FsyncDurable,
    /// Data that was acknowledged with O_(D)SYNC survives a power cut.
    OsyncDurable,
    /// Truncate never frees blocks whose conversion is pending.
    TruncExcl,
    /// Actors never wait for each other forever.
    NoDeadlock,
    /// From every state, an end can be reached in which everything is converted and every call has
    /// returned.
    Progress,
    /// The AIO context has at least as many slots as AIO conversions are pending.
    Bounded,
    /// A failed conversion is reported, and a failed writeback is reported to each open file that
    /// calls fsync.
    ErrReport,
    /// Delayed entries leave the ES tree only by allocation or truncation.
    KeepDelayed,
    /// No io_end, inode or iocb is used after it was freed.
    FreeOnce,
    /// Each delayed block has one reservation, which is released or used up once.
    RsvCount,
}

impl Promise {
    /// All promises. The position of a promise is its bit in `State::broken`.
    pub const ALL: [Promise; 13] = [
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
        Promise::FreeOnce,
        Promise::RsvCount,
    ];

    /// The short name, as scripts and verdicts use it.
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
            Promise::FreeOnce => "FREE-ONCE",
            Promise::RsvCount => "RSV-COUNT",
        }
    }

    /// The promise as a sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            Promise::Raw => "a read after an acknowledged write returns that write or a later one",
            Promise::NoStale => "no block is called written before its data is there",
            Promise::NoStaleCrash => "no power cut exposes what a block held before",
            Promise::FsyncDurable => {
                "what was acknowledged before an fsync survives, or an error is reported"
            }
            Promise::OsyncDurable => "what was acknowledged with O_SYNC or O_DSYNC survives",
            Promise::TruncExcl => "truncate never frees blocks whose conversion is pending",
            Promise::NoDeadlock => "actors never wait for each other forever",
            Promise::Progress => "every IO can still be converted and every thread can return",
            Promise::Bounded => "no more AIO conversions are pending than the context has slots",
            Promise::ErrReport => "a conversion or a writeback that failed is reported",
            Promise::KeepDelayed => "delayed entries leave only by allocation or truncation",
            Promise::FreeOnce => "no io_end, inode or iocb is used after it was freed",
            Promise::RsvCount => "no reserved block leaks, none is released twice",
        }
    }

    /// The situation that the promise covers, as a sentence. If no run reaches it, the promise was
    /// kept without being tested ([`Note::Checked`](super::Note::Checked)).
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
            Promise::FreeOnce => "the inode of a file without a name is freed",
            Promise::RsvCount => "a reserved block is released or used up",
        }
    }

    /// The promise with a short name.
    pub fn find(id: &str) -> Option<Promise> {
        Promise::ALL.into_iter().find(|promise| promise.id() == id)
    }

    /// The promise's bit in `State::broken`.
    pub const fn bit(self) -> u16 {
        1 << self as u8
    }
}
