//! The journal and its running transaction.

/// The journal, as detailed as the thread's argument needs. There are no transaction ids: only the
/// running transaction and the committed state exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Journal {
    /// True if a commit of the running transaction was asked for.
    pub requested: bool,
    /// True if the running transaction is locked: its handles drain, and new handles wait.
    pub locked: bool,
    /// Number of open handles of the running transaction.
    pub handles: u8,
    /// The used room of the running transaction, in handles, including reserved handles
    /// (`t_outstanding_credits`). It is counted only if the setup limits it.
    pub credits: u8,
    /// Credits reserved for handles that have not started (`j_reserved_credits`).
    pub reserved: u8,
}

impl Journal {
    /// An empty running transaction.
    pub const EMPTY: Journal =
        Journal { requested: false, locked: false, handles: 0, credits: 0, reserved: 0 };
}
