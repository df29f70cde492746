//! Storages for the pending-reservation tree of bigalloc (`i_pending_tree`, v4.20). No operation
//! depends on the shape of that tree, so both storages keep ascending cluster numbers.

use super::store::{EsError, PendingSet};

/// Clusters with a pending reservation, on the heap.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct PendingList(Vec<u32>);

impl PendingSet for PendingList {
    fn insert(&mut self, lclu: u32) -> Result<bool, EsError> {
        match self.0.binary_search(&lclu) {
            Ok(_) => Ok(false),
            Err(at) => {
                self.0.insert(at, lclu);
                Ok(true)
            }
        }
    }

    fn contains(&self, lclu: u32) -> bool {
        self.0.binary_search(&lclu).is_ok()
    }

    fn remove_range(&mut self, first: u32, last: u32) -> u32 {
        let before = self.0.len();
        self.0.retain(|it| !(first..=last).contains(it));
        (before - self.0.len()) as u32
    }

    fn clear(&mut self) {
        self.0.clear();
    }

    fn nth(&self, n: u32) -> Option<u32> {
        self.0.get(n as usize).copied()
    }
}

/// Clusters with a pending reservation, at most `P`.
#[derive(Clone, Copy, Debug)]
pub struct PendingArray<const P: usize> {
    lclu: [u32; P],
    n: u16,
}

impl<const P: usize> Default for PendingArray<P> {
    fn default() -> Self {
        PendingArray { lclu: [0; P], n: 0 }
    }
}

impl<const P: usize> PendingArray<P> {
    fn live(&self) -> &[u32] {
        self.lclu.get(..self.n as usize).unwrap_or_default()
    }
}

impl<const P: usize> PartialEq for PendingArray<P> {
    fn eq(&self, other: &Self) -> bool {
        self.live() == other.live()
    }
}

impl<const P: usize> Eq for PendingArray<P> {}

impl<const P: usize> PendingSet for PendingArray<P> {
    fn insert(&mut self, lclu: u32) -> Result<bool, EsError> {
        let Err(at) = self.live().binary_search(&lclu) else { return Ok(false) };
        let n = self.n as usize;
        let Some(moved) = self.lclu.get_mut(at..=n) else { return Err(EsError::Full) };
        moved.rotate_right(1);
        moved[0] = lclu;
        self.n += 1;
        Ok(true)
    }

    fn contains(&self, lclu: u32) -> bool {
        self.live().binary_search(&lclu).is_ok()
    }

    fn remove_range(&mut self, first: u32, last: u32) -> u32 {
        let mut kept = 0;
        for at in 0..self.n as usize {
            let lclu = self.lclu[at];
            if !(first..=last).contains(&lclu) {
                self.lclu[kept] = lclu;
                kept += 1;
            }
        }
        let removed = self.n - kept as u16;
        self.n = kept as u16;
        removed.into()
    }

    fn clear(&mut self) {
        self.n = 0;
    }

    fn nth(&self, n: u32) -> Option<u32> {
        self.live().get(n as usize).copied()
    }
}
