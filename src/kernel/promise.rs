//! Promises: what a design must keep. Their names are the same in tests, page and docs.

/// What decides a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Promise {
    /// A read that begins after a write was acknowledged returns that write, or a later one.
    Raw,
    /// No read returns what the physical block held before it was allocated.
    NoStale,
    /// No set of actors waits for each other.
    NoDeadlock,
}

impl Promise {
    /// All promises; the position is the bit in `State::broken`.
    pub const ALL: [Promise; 3] = [Promise::Raw, Promise::NoStale, Promise::NoDeadlock];

    /// The short name.
    pub const fn id(self) -> &'static str {
        match self {
            Promise::Raw => "RAW",
            Promise::NoStale => "NO-STALE",
            Promise::NoDeadlock => "NO-DEADLOCK",
        }
    }

    /// The promise as a sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            Promise::Raw => "a read after an acknowledged write returns that write or a later one",
            Promise::NoStale => "no read returns what a block held before it was allocated",
            Promise::NoDeadlock => "no set of actors waits for each other for ever",
        }
    }

    /// The bit in `State::broken`.
    pub const fn bit(self) -> u16 {
        1 << self as u8
    }
}
