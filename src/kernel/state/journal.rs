//! The journal.

/// The journal, as far as the argument needs it. Times are relative: there is a running
/// transaction and there is what has been committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Journal {
    /// Somebody asked for a commit of the running transaction.
    pub requested: bool,
    /// The running transaction is locked: its handles drain, new ones wait.
    pub locked: bool,
    /// Open handles of the running transaction.
    pub handles: u8,
    /// The used room of the running transaction, in handles, reserved handles included
    /// (`t_outstanding_credits`). Counted only where the setup limits it.
    pub credits: u8,
    /// Reserved for handles that have not started (`j_reserved_credits`).
    pub reserved: u8,
}

impl Journal {
    /// A transaction in which nothing has happened.
    pub const EMPTY: Journal =
        Journal { requested: false, locked: false, handles: 0, credits: 0, reserved: 0 };
}
