//! The memory allocator that the tree sees: it decides which allocations fail, and counts warnings.

/// Makes chosen allocations fail, and counts all requests.
///
/// Fallible allocations (GFP_ATOMIC under `i_es_lock`) are numbered from 1; numbers `n` to `n + k -
/// 1` fail. Allocations with `__GFP_NOFAIL` (v6.5) never fail.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Memory {
    n: u32,
    k: u32,
    /// Number of fallible allocations so far.
    pub attempts: u32,
    /// Number of fallible allocations that failed.
    pub failed: u32,
    /// Number of allocations that cannot fail.
    pub nofail: u32,
    /// Number of kernel warnings: a merge above the length limit, or WRITTEN with DELAYED.
    pub warnings: u32,
}

impl Memory {
    /// Memory in which no allocation fails.
    pub const fn plenty() -> Memory {
        Memory { n: 0, k: 0, attempts: 0, failed: 0, nofail: 0, warnings: 0 }
    }

    /// Memory in which the fallible allocations `n` to `n + k - 1` fail, counted from 1.
    pub const fn failing(n: u32, k: u32) -> Memory {
        Memory { n, k, ..Memory::plenty() }
    }

    /// Requests one node that may be refused; returns false if it is.
    #[inline]
    pub(super) fn alloc(&mut self) -> bool {
        self.attempts += 1;
        let fails = self.attempts.wrapping_sub(self.n) < self.k;
        if fails {
            self.failed += 1;
        }
        !fails
    }

    /// Requests one node that is never refused.
    #[inline]
    pub(super) fn alloc_nofail(&mut self) {
        self.nofail += 1;
    }

    #[inline]
    pub(super) fn warn(&mut self) {
        self.warnings += 1;
    }
}
