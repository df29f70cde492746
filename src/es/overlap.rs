//! v3.8's insert, which does not look for existing extents in its range. The result of an overlap
//! depends on the shape of the tree.

use super::insert::Failed;
use super::memory::Memory;
use super::rules::Version;
use super::status::Extent;
use super::store::{EsError, NIL, Store, Walk};
use super::tree::Es;

impl<S: Store> Es<S> {
    /// v3.8's insert: tries `cache_es`, then walks down from the root, and accepts overlaps.
    pub(super) fn insert_by_shape(
        &mut self,
        mem: &mut Memory,
        extent: Extent,
    ) -> Result<(), Failed> {
        let Extent { lblk, len, .. } = extent;
        let inside = |it: &Extent| it.contains(lblk) && it.contains(lblk + (len - 1));
        if !S::HAS_SHAPE {
            let place = self.s.place(lblk);
            if !self.is_free(place, &extent) {
                if place.pred != NIL && inside(&self.s.get(place.pred)) {
                    self.s.set_cache(place.pred);
                    return Ok(());
                }
                return Err(EsError::ShapeDependent.into());
            }
        }
        let cache = self.s.cache();
        let cached = if cache == NIL { None } else { Some(self.s.get(cache)) };
        let walk = match cached {
            Some(it) if it.lblk.checked_add(it.len) == Some(lblk) => Walk::After(cache),
            Some(it) if lblk.checked_add(len) == Some(it.lblk) => Walk::Before(cache),
            Some(it) if inside(&it) => Walk::Inside(cache),
            _ => self.s.walk_by_shape(lblk, len),
        };
        let rules = Version::V3_8.rules();
        let at = match walk {
            Walk::After(at) => self.grow_right(rules, mem, at, self.s.next(at), extent),
            Walk::Before(at) => self.grow_left(rules, mem, self.s.prev(at), at, extent),
            Walk::Inside(at) => {
                let es = self.s.get(at);
                let reach = lblk - es.lblk + len;
                if reach >= es.len {
                    self.s.set(at, Extent { len: reach, ..es });
                }
                at
            }
            Walk::Leaf(place) => {
                if !mem.alloc() {
                    return Err(Failed::Link);
                }
                self.s.link(place, extent)?
            }
        };
        self.s.set_cache(at);
        Ok(())
    }
}
