//! What the environment decides and hears: which allocations fail, and which warnings were raised.

/// Allocation failures on demand, and counts of what was asked for.
///
/// Fallible allocations (GFP_ATOMIC under `i_es_lock`) are numbered from 1; numbers `n` to
/// `n + k - 1` fail. Those with `__GFP_NOFAIL` (v6.5) never do.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Memory {
    n: u32,
    k: u32,
    /// Fallible allocations asked for so far.
    pub attempts: u32,
    /// How many of them failed.
    pub failed: u32,
    /// Allocations that cannot fail.
    pub nofail: u32,
    /// Kernel warnings raised: a merge above the length limit, or WRITTEN with DELAYED.
    pub warnings: u32,
}

impl Memory {
    /// Memory that never fails.
    pub const fn plenty() -> Memory {
        Memory { n: 0, k: 0, attempts: 0, failed: 0, nofail: 0, warnings: 0 }
    }

    /// Memory where the fallible allocations `n` to `n + k - 1` fail, counted from 1.
    pub const fn failing(n: u32, k: u32) -> Memory {
        Memory { n, k, ..Memory::plenty() }
    }

    /// Asks for one node; false if there is none.
    #[inline]
    pub(super) fn alloc(&mut self) -> bool {
        self.attempts += 1;
        let fails = self.attempts.wrapping_sub(self.n) < self.k;
        if fails {
            self.failed += 1;
        }
        !fails
    }

    /// Takes one node that cannot fail.
    #[inline]
    pub(super) fn alloc_nofail(&mut self) {
        self.nofail += 1;
    }

    #[inline]
    pub(super) fn warn(&mut self) {
        self.warnings += 1;
    }
}
