//! A queue that needs no heap.

/// A queue of small numbers, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fifo<const N: usize> {
    items: [u8; N],
    len: u8,
}

impl<const N: usize> Fifo<N> {
    /// The queue without any item.
    pub const EMPTY: Fifo<N> = Fifo { items: [0; N], len: 0 };

    /// The queued numbers, oldest first.
    pub fn as_slice(&self) -> &[u8] {
        &self.items[..usize::from(self.len)]
    }

    /// Whether nothing is queued.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Queues a number at the end; false if the queue is full.
    #[must_use]
    pub fn push(&mut self, item: u8) -> bool {
        let Some(place) = self.items.get_mut(usize::from(self.len)) else { return false };
        *place = item;
        self.len += 1;
        true
    }

    /// Removes and returns the oldest number.
    pub fn pop(&mut self) -> Option<u8> {
        let first = *self.as_slice().first()?;
        self.remove(first);
        Some(first)
    }

    /// Removes a number from the middle, if it is queued.
    pub fn remove(&mut self, item: u8) {
        let Some(at) = self.as_slice().iter().position(|i| *i == item) else { return };
        self.items.copy_within(at + 1.., at);
        self.len -= 1;
        // Unused places are zero, so that equal queues have equal bytes.
        self.items[usize::from(self.len)] = 0;
    }
}
