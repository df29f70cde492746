//! Compares a layer in two states, block by block.

use super::strata::{Changed, MarkKind, Stratum, pieces};

impl Stratum {
    /// The changes of a layer since another state, in some blocks. Blocks are compared one by one,
    /// so a change of a neighbour does not count. A split or a merge of an extent counts as a
    /// change of the block at which it is.
    pub fn changed(&self, before: &Stratum, blocks: core::ops::Range<u8>) -> Vec<Changed> {
        if self == before {
            return Vec::new();
        }
        let says: Vec<(Says, Says)> =
            blocks.clone().map(|lblk| (before.says(lblk), self.says(lblk))).collect();
        let is_split = |at: u8| {
            let lblk = blocks.start + at;
            matches!((before.is_whole(lblk), self.is_whole(lblk)), (Some(a), Some(b)) if a != b)
        };
        let alike = |a: u8, b: u8| {
            let (one, other) = (&says[usize::from(a)], &says[usize::from(b)]);
            let go_on = one.0.continues(&other.0, b - a) && one.1.continues(&other.1, b - a);
            go_on && !is_split(a) && !is_split(b)
        };
        let pieces = pieces(says.len() as u8, &alike).into_iter().map(|(at, len)| {
            let (old, new) = &says[usize::from(at)];
            let lblk = blocks.start + at;
            let [before, after] = [(before, old), (self, new)].map(|(row, says)| {
                let other = lblk.wrapping_sub(1);
                match row.is_whole(lblk).filter(|_| is_split(at)) {
                    Some(true) => format!("{}, joined to block {other}", says.text()),
                    Some(false) => format!("{}, split from block {other}", says.text()),
                    None => says.text(),
                }
            });
            Changed { lblk, len, before, after }
        });
        pieces.filter(|piece| piece.before != piece.after).collect()
    }

    /// Whether a block is in the same segment as the block before it; `None` if their contents
    /// could not be in one segment.
    fn is_whole(&self, lblk: u8) -> Option<bool> {
        let last = lblk.checked_sub(1)?;
        let fits = self.says(last).continues(&self.says(lblk), 1);
        fits.then(|| self.segments.iter().all(|segment| segment.lblk != lblk))
    }

    fn says(&self, lblk: u8) -> Says<'_> {
        let mut says = Says::default();
        let mut segments = self.segments.iter();
        if let Some(here) = segments.find(|s| (s.lblk..s.lblk + s.len).contains(&lblk)) {
            says.pblk = here.pblk.map(|pblk| pblk + u64::from(lblk - here.lblk));
            says.words = &here.says;
        }
        for mark in self.marks.iter().filter(|m| (m.lblk..m.lblk + m.len).contains(&lblk)) {
            says.marks |= 1 << mark.kind as u8;
        }
        says
    }
}

/// The content of one block in a layer.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Says<'a> {
    words: &'a str,
    pblk: Option<u64>,
    /// A bit for each kind of mark.
    marks: u8,
}

impl Says<'_> {
    /// Whether a block that is `further` blocks ahead continues this content.
    fn continues(&self, other: &Says<'_>, further: u8) -> bool {
        Says { pblk: self.pblk.map(|pblk| pblk + u64::from(further)), ..*self } == *other
    }

    fn text(&self) -> String {
        let mut text = self.words.to_string();
        if let Some(pblk) = self.pblk {
            text += &format!("@{pblk}");
        }
        for kind in [
            MarkKind::Pending,
            MarkKind::Wrong,
            MarkKind::Dirty,
            MarkKind::Astray,
            MarkKind::Writeback,
            MarkKind::Locked,
        ] {
            if self.marks >> kind as u8 & 1 != 0 {
                text += &format!(", {}", kind.words());
            }
        }
        text
    }
}
