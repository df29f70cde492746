//! TREE-MAXMERGE: the check that no two neighbouring extents could be one.

use super::memory::Memory;
use super::rules::Rules;
use super::store::Store;
use super::tree::Es;

impl<S: Store> Es<S> {
    /// True if no two neighbouring extents pass the merge test. Insert preserves this. The RFC's
    /// conversion in place does not: `[0/4) W  [4/4) W` stays two extents.
    pub fn is_fully_merged(&self, rules: &Rules) -> bool {
        let mut extents = self.iter();
        let Some(mut left) = extents.next() else { return true };
        extents.all(|right| {
            let merges = self.grows(rules, &mut Memory::plenty(), &left, &right);
            left = right;
            !merges
        })
    }
}
