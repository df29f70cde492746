//! A tree that only the events of a trace drive. Where lookups show that it is wrong, because the
//! shrinker took extents or events are missing, it follows the lookups.

use crate::es::{EsOp, Extent, Memory, Rules, Status, Tree};

use super::es_event::EsCall;
use super::event::Event;

/// An inode's tree, as far as it is known.
#[derive(Clone, Default)]
pub struct DrivenTree {
    /// The tree, with everything that the events have shown of it.
    pub tree: Tree,
    /// The block of the last lookup.
    asked: u32,
}

impl DrivenTree {
    /// Whether the tree agrees with a lookup's result. A lookup without a result always agrees,
    /// because the shrinker may have removed the extent.
    pub fn agrees(&self, call: EsCall) -> bool {
        let EsCall::Found(Some(found)) = call else { return true };
        match self.tree.peek(found.lblk) {
            Some(here) => plain(&here) == plain(&found),
            None => self.tree.iter().next().is_none(),
        }
    }

    /// Applies an event. An extent that a lookup found is put into the tree; one that it did not
    /// find was reclaimed, and is removed.
    pub fn apply(&mut self, rules: &Rules, call: EsCall) {
        let here = |lblk: u32| self.tree.peek(lblk);
        let op = match call {
            EsCall::Found(Some(found)) => match here(found.lblk) {
                Some(it) if plain(&it) == plain(&found) => None,
                _ => Some(EsOp::Insert(found)),
            },
            EsCall::Found(None) => {
                here(self.asked).map(|Extent { lblk, len, .. }| EsOp::Remove { lblk, len })
            }
            EsCall::Lookup { lblk } => {
                self.asked = lblk;
                None
            }
            other => other.change(),
        };
        let Some(op) = op else { return };
        // Memory never runs out here. If the tree refuses a range, the event changes nothing.
        let _ = self.tree.apply(rules, &mut Memory::plenty(), op);
    }

    /// Drops all extents except the delayed ones.
    pub fn clear(&mut self, rules: &Rules) {
        let delayed = |it: &Extent| it.status.any(Status::DELAYED);
        let kept: Vec<Extent> = self.tree.iter().filter(delayed).collect();
        self.tree = Tree::new();
        for extent in kept {
            let _ = self.tree.apply(rules, &mut Memory::plenty(), EsOp::Insert(extent));
        }
    }
}

/// Whether an event shows a call of EXT4_IOC_CLEAR_ES_CACHE, which has no event of its own.
pub fn clears_trees(event: &Event<'_>) -> bool {
    let has = |text: &[u8], part: &[u8]| text.windows(part.len()).any(|window| window == part);
    match event {
        Event::Marker(text) => text.starts_with(b"op ") && has(text, b" end clear_es "),
        other => other.clears_es_cache(),
    }
}

/// The compared fields of an extent.
fn plain(extent: &Extent) -> (u32, u32, u64, u8) {
    let status = extent.status.kind();
    let pblk = if status.is_mapped() { extent.pblk } else { 0 };
    (extent.lblk, extent.len, pblk, status.bits())
}
