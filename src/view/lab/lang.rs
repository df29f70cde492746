//! The language of the laboratory: calls on one ES tree, one per line.
//!
//! ```text
//! rule dirty_bit pending        before the first call only; also: rule cluster_bits 2
//! insert [0/8) U@1000           first block and length, then status and physical block
//! delay [8/4) first             the first cluster has allocated blocks; also: last
//! convert [0/4) posted          or corrected; without a word, as the version has it
//! find delayed 0..20            first and last block
//! fail 1                        the next allocation fails
//! fail 2 at 3                   the third and the fourth from here; also: fail all, fail 0
//! build 1000 random             extents [2i/1) W, in ascending or in random order
//! ```
//!
//! A `#` begins a comment.

use core::fmt;

use crate::bounds::{LAB_BYTES_MAX, LAB_EXTENTS_MAX};
use crate::es::{Convert, DirtyBit, EsOp, Extent, Matching};
use crate::scenario::{ScriptError, nearest};

/// One line of a laboratory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LabOp {
    /// A call on the tree.
    Es(EsOp),
    /// `convert` without a word: [`EsOp::ConvertUnwritten`] with the version's own function.
    Convert {
        /// The first logical block of the range.
        lblk: u32,
        /// The length of the range, in blocks.
        len: u32,
    },
    /// Some of the following allocations fail.
    Fail {
        /// The number of allocations in a row that fail.
        n: u32,
        /// The number of the first failure, counted from 1.
        at: u32,
    },
    /// Inserts extents of one block that do not merge, in the way in which the benches build their
    /// trees.
    Build {
        /// The number of extents to insert.
        extents: u32,
        /// True for the order of the benches' permutation, false for ascending order.
        random: bool,
    },
    /// Sets the kind of dirty bit.
    DirtyBit(DirtyBit),
    /// Sets the size of a cluster to 2^n blocks.
    ClusterBits(u8),
}

impl LabOp {
    /// All following allocations fail.
    pub const fn fail_all() -> LabOp {
        LabOp::Fail { n: u32::MAX, at: 1 }
    }

    /// No following allocation fails.
    pub const fn fail_none() -> LabOp {
        LabOp::Fail { n: 0, at: 1 }
    }
}

/// The words that start a line, each with an example.
pub const LAB_WORDS: [(&str, &str); 18] = [
    ("insert", "insert [0/8) U@1000"),
    ("disk", "disk [0/8) U@1000"),
    ("cache", "cache [0/8) W@1000"),
    ("delay", "delay [8/4)"),
    ("remove", "remove [4/4)"),
    ("lookup", "lookup 5"),
    ("find", "find delayed 0..20"),
    ("scan", "scan delayed 0..20"),
    ("clusters", "clusters [0/8)"),
    ("convert", "convert [0/4) posted"),
    ("dirty", "dirty [0/4)"),
    ("clean", "clean [0/4)"),
    ("shrink", "shrink 10"),
    ("clear", "clear"),
    ("evict", "evict"),
    ("fail", "fail 1 at 2"),
    ("build", "build 1000 ascending"),
    ("rule", "rule dirty_bit pending"),
];

const KINDS: [(&str, Matching); 6] = [
    ("delayed", Matching::Delayed),
    ("delonly", Matching::DelOnly),
    ("written", Matching::Written),
    ("unwritten", Matching::Unwritten),
    ("hole", Matching::Hole),
    ("mapped", Matching::Mapped),
];

const TEXTS: [(&str, Convert); 2] =
    [("posted", Convert::Posted), ("corrected", Convert::Corrected)];

const ORDERS: [(&str, bool); 2] = [("ascending", false), ("random", true)];

const BITS: [(&str, DirtyBit); 3] = [
    ("no", DirtyBit::No),
    ("unwritten_only", DirtyBit::UnwrittenOnly),
    ("pending", DirtyBit::Pending),
];

/// Reads all lines; each call comes with the number of its line, from 1.
///
/// # Errors
/// The first word that cannot be read, with its line, its column and what was expected.
pub fn parse_lab(text: &str) -> Result<Vec<(u32, LabOp)>, ScriptError> {
    let mut ops = Vec::new();
    let mut extents = 0;
    if text.len() > LAB_BYTES_MAX as usize {
        let whole = Words { number: 1, line: "", at: 0 };
        return Err(whole.error(Word::END, format!("at most {LAB_BYTES_MAX} bytes of text")));
    }
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.split('#').next().unwrap_or_default();
        let mut words = Words { number, line, at: 0 };
        let Some(word) = words.next() else { continue };
        let op = words.op(word)?;
        let rule = matches!(op, LabOp::DirtyBit(_) | LabOp::ClusterBits(_));
        let calls =
            |(_, op): &(u32, LabOp)| !matches!(op, LabOp::DirtyBit(_) | LabOp::ClusterBits(_));
        if rule && ops.iter().any(calls) {
            return Err(words.error(word, "rules before the first call"));
        }
        if let LabOp::Build { extents: more, .. } = op {
            extents = more.saturating_add(extents);
            if extents > LAB_EXTENTS_MAX {
                return Err(words.error(word, format!("at most {LAB_EXTENTS_MAX} extents built")));
            }
        }
        if let Some(extra) = words.next() {
            return Err(words.error(extra, "the end of the line"));
        }
        ops.push((number, op));
    }
    Ok(ops)
}

#[derive(Clone, Copy)]
struct Word<'a> {
    text: &'a str,
    column: u32,
}

impl Word<'_> {
    const END: Word<'static> = Word { text: "", column: 1 };
}

struct Words<'a> {
    number: u32,
    line: &'a str,
    at: usize,
}

impl<'a> Words<'a> {
    /// The next word; it ends at a blank or, for a range, at the closing bracket.
    fn next(&mut self) -> Option<Word<'a>> {
        let rest = self.line.get(self.at..)?;
        let start = self.at + (rest.len() - rest.trim_start().len());
        let rest = self.line.get(start..).filter(|it| !it.is_empty())?;
        let blank = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let len = match rest.find(')') {
            Some(close) if rest.starts_with('[') => close + 1,
            _ => blank,
        };
        self.at = start + len;
        let column = self.line.get(..start)?.chars().count() as u32 + 1;
        Some(Word { text: rest.get(..len)?, column })
    }

    fn is_at_end(&self) -> bool {
        self.line.get(self.at..).is_none_or(|rest| rest.trim().is_empty())
    }

    fn error(&self, word: Word, expected: impl Into<String>) -> ScriptError {
        ScriptError {
            line: self.number,
            column: word.column,
            word: word.text.into(),
            problem: None,
            expected: expected.into(),
            suggestion: None,
        }
    }

    fn expect(&mut self, expected: &str) -> Result<Word<'a>, ScriptError> {
        let column = self.line.trim_end().chars().count() as u32 + 1;
        self.next().ok_or_else(|| self.error(Word { text: "", column }, expected))
    }

    fn number<T: core::str::FromStr>(&mut self, expected: &str) -> Result<T, ScriptError> {
        let word = self.expect(expected)?;
        word.text.parse().map_err(|_| self.error(word, expected))
    }

    /// Reads one word of a list.
    fn one_of<T: Copy>(&mut self, list: &[(&'static str, T)]) -> Result<T, ScriptError> {
        let names: Vec<&'static str> = list.iter().map(|(name, _)| *name).collect();
        let expected = format!("one of {}", names.join(", "));
        let word = self.expect(&expected)?;
        match list.iter().find(|(name, _)| *name == word.text) {
            Some((_, value)) => Ok(*value),
            None => Err(ScriptError {
                suggestion: nearest(word.text, names),
                ..self.error(word, expected)
            }),
        }
    }

    /// Reads `[0/8)`: first block and length.
    fn range(&mut self) -> Result<(u32, u32), ScriptError> {
        const EXPECTED: &str = "a range as in [0/8): first block and length";
        let word = self.expect(EXPECTED)?;
        let range: Option<Extent> = format!("{} -", word.text).parse().ok();
        let range = range.ok_or_else(|| self.error(word, EXPECTED))?;
        Ok((range.lblk, range.len))
    }

    fn extent(&mut self) -> Result<Extent, ScriptError> {
        const EXPECTED: &str = "a status, and a physical block for W and U: U@1000, D, H";
        let (lblk, len) = self.range()?;
        let word = self.expect(EXPECTED)?;
        let extent = format!("[{lblk}/{len}) {}", word.text).parse();
        extent.map_err(|_| self.error(word, EXPECTED))
    }

    /// Reads `0..20`: first and last block.
    fn blocks(&mut self) -> Result<(u32, u32), ScriptError> {
        const EXPECTED: &str = "blocks as in 0..20, first and last";
        let word = self.expect(EXPECTED)?;
        let ends = word.text.split_once("..");
        let ends = ends.and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
        ends.filter(|(a, b)| a <= b).ok_or_else(|| self.error(word, EXPECTED))
    }

    fn op(&mut self, word: Word) -> Result<LabOp, ScriptError> {
        let op = match word.text {
            "insert" => EsOp::Insert(self.extent()?),
            "disk" => EsOp::InsertFromDisk(self.extent()?),
            "cache" => EsOp::CacheExtent(self.extent()?),
            "delay" => self.delay()?,
            "remove" => {
                let (lblk, len) = self.range()?;
                EsOp::Remove { lblk, len }
            }
            "lookup" => EsOp::Lookup { lblk: self.number("a block, as in lookup 5")? },
            "find" => {
                let matching = self.one_of(&KINDS)?;
                let (lblk, end) = self.blocks()?;
                EsOp::FindRange { matching, lblk, end }
            }
            "scan" => {
                let matching = self.one_of(&KINDS)?;
                let (lblk, end) = self.blocks()?;
                EsOp::ScanRange { matching, lblk, end }
            }
            "clusters" => {
                let (lblk, len) = self.range()?;
                EsOp::DelayedClu { lblk, len }
            }
            "convert" => {
                let (lblk, len) = self.range()?;
                if self.is_at_end() {
                    return Ok(LabOp::Convert { lblk, len });
                }
                EsOp::ConvertUnwritten { lblk, len, how: self.one_of(&TEXTS)? }
            }
            "dirty" => {
                let (lblk, len) = self.range()?;
                EsOp::MarkDirty { lblk, len }
            }
            "clean" => {
                let (lblk, len) = self.range()?;
                EsOp::ClearDirty { lblk, len }
            }
            "shrink" => EsOp::Reclaim { nr_to_scan: self.number("a quota, as in shrink 10")? },
            "clear" => EsOp::Clear,
            "evict" => EsOp::Evict,
            "fail" => return self.fail(),
            "build" => {
                let extents = self.number("how many extents, as in build 1000 random")?;
                return Ok(LabOp::Build { extents, random: self.one_of(&ORDERS)? });
            }
            "rule" => return self.rule(),
            _ => {
                let names = LAB_WORDS.map(|(name, _)| name);
                let expected = format!("one of {}", names.join(", "));
                let suggestion = nearest(word.text, names);
                return Err(ScriptError { suggestion, ..self.error(word, expected) });
            }
        };
        Ok(LabOp::Es(op))
    }

    fn delay(&mut self) -> Result<EsOp, ScriptError> {
        let (lblk, len) = self.range()?;
        let (mut first, mut last) = (false, false);
        while let Some(word) = self.next() {
            match word.text {
                "first" => first = true,
                "last" => last = true,
                _ => {
                    let expected = "first or last: the cluster that has allocated blocks";
                    return Err(self.error(word, expected));
                }
            }
        }
        Ok(EsOp::InsertDelayed { lblk, len, lclu_allocated: first, end_allocated: last })
    }

    fn fail(&mut self) -> Result<LabOp, ScriptError> {
        const EXPECTED: &str = "how many allocations fail: a number, or all";
        let word = self.expect(EXPECTED)?;
        let n = match word.text {
            "all" => u32::MAX,
            text => text.parse().map_err(|_| self.error(word, EXPECTED))?,
        };
        if self.is_at_end() {
            return Ok(LabOp::Fail { n, at: 1 });
        }
        self.one_of(&[("at", ())])?;
        let expected = "the number of the first that fails, from 1";
        let word = self.expect(expected)?;
        let at = word.text.parse().ok().filter(|at| *at > 0);
        at.map(|at| LabOp::Fail { n, at }).ok_or_else(|| self.error(word, expected))
    }

    fn rule(&mut self) -> Result<LabOp, ScriptError> {
        match self.one_of(&[("dirty_bit", true), ("cluster_bits", false)])? {
            true => Ok(LabOp::DirtyBit(self.one_of(&BITS)?)),
            false => {
                let expected = "a power of two from 0 to 16, as in cluster_bits 2";
                let word = self.expect(expected)?;
                let bits: Option<u8> = word.text.parse().ok().filter(|bits| *bits <= 16);
                bits.map(LabOp::ClusterBits).ok_or_else(|| self.error(word, expected))
            }
        }
    }
}

fn name_of<T: PartialEq>(list: &[(&'static str, T)], value: &T) -> &'static str {
    list.iter().find(|(_, it)| it == value).map_or("", |(name, _)| name)
}

/// Writes the line that parses to the same value.
impl fmt::Display for LabOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LabOp::Es(op) => write_op(f, op),
            LabOp::Convert { lblk, len } => write!(f, "convert [{lblk}/{len})"),
            LabOp::Fail { n: u32::MAX, at: 1 } => f.write_str("fail all"),
            LabOp::Fail { n: u32::MAX, at } => write!(f, "fail all at {at}"),
            LabOp::Fail { n, at: 1 } => write!(f, "fail {n}"),
            LabOp::Fail { n, at } => write!(f, "fail {n} at {at}"),
            LabOp::Build { extents, random } => {
                write!(f, "build {extents} {}", name_of(&ORDERS, random))
            }
            LabOp::DirtyBit(bit) => write!(f, "rule dirty_bit {}", name_of(&BITS, bit)),
            LabOp::ClusterBits(bits) => write!(f, "rule cluster_bits {bits}"),
        }
    }
}

fn write_op(f: &mut fmt::Formatter<'_>, op: &EsOp) -> fmt::Result {
    match op {
        EsOp::Insert(extent) => write!(f, "insert {extent}"),
        EsOp::InsertFromDisk(extent) => write!(f, "disk {extent}"),
        EsOp::CacheExtent(extent) => write!(f, "cache {extent}"),
        EsOp::InsertDelayed { lblk, len, lclu_allocated, end_allocated } => {
            let first = if *lclu_allocated { " first" } else { "" };
            let last = if *end_allocated { " last" } else { "" };
            write!(f, "delay [{lblk}/{len}){first}{last}")
        }
        EsOp::Remove { lblk, len } => write!(f, "remove [{lblk}/{len})"),
        EsOp::Lookup { lblk } => write!(f, "lookup {lblk}"),
        EsOp::FindRange { matching, lblk, end } => {
            write!(f, "find {} {lblk}..{end}", name_of(&KINDS, matching))
        }
        EsOp::ScanRange { matching, lblk, end } => {
            write!(f, "scan {} {lblk}..{end}", name_of(&KINDS, matching))
        }
        EsOp::DelayedClu { lblk, len } => write!(f, "clusters [{lblk}/{len})"),
        EsOp::ConvertUnwritten { lblk, len, how } => {
            write!(f, "convert [{lblk}/{len}) {}", name_of(&TEXTS, how))
        }
        EsOp::MarkDirty { lblk, len } => write!(f, "dirty [{lblk}/{len})"),
        EsOp::ClearDirty { lblk, len } => write!(f, "clean [{lblk}/{len})"),
        // The language has no line for this, because no call of a laboratory reads the mark.
        EsOp::SetPrecached(on) => write!(f, "# precached {on}"),
        EsOp::Clear => f.write_str("clear"),
        EsOp::Evict => f.write_str("evict"),
        EsOp::Reclaim { nr_to_scan } => write!(f, "shrink {nr_to_scan}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_reads_back() {
        for (_, example) in LAB_WORDS {
            let ops = parse_lab(example).unwrap();
            assert_eq!(ops[0].1.to_string(), example);
        }
        for line in [
            "delay [8/4) first last",
            "rule cluster_bits 2",
            "insert [0/1) UD@9",
            "fail 1",
            "fail 0",
            "fail all",
            "fail all at 3",
            "convert [0/4)",
        ] {
            assert_eq!(parse_lab(line).unwrap()[0].1.to_string(), line);
        }
        let text = "\n# only this\ninsert [0/8)U@1  # and that\n";
        assert_eq!(parse_lab(text).unwrap()[0].0, 3);
    }

    #[test]
    fn errors_say_where_and_what() {
        let check = |text: &str, says: &str| {
            let error = parse_lab(text).unwrap_err().to_string();
            assert!(error.starts_with(says), "{error}");
        };
        check("clear\ninsert [0/8)", "line 2, column 13: the line ends here, expected a status");
        check("insert 0+8 W@1", "line 1, column 8: `0+8`, expected a range as in [0/8)");
        check("insert [0/8) W", "line 1, column 14: `W`, expected a status");
        check("find delayd 0..4", "line 1, column 6: `delayd`, expected one of delayed");
        check("find delayed 4..0", "line 1, column 14: `4..0`, expected blocks");
        check("fail one", "line 1, column 6: `one`, expected how many allocations fail");
        check("fail 1 at 0", "line 1, column 11: `0`, expected the number of the first");
        check("convert [0/4) poste", "line 1, column 15: `poste`, expected one of posted");
        check("clear now", "line 1, column 7: `now`, expected the end of the line");
        check("clear\nrule dirty_bit no", "line 2, column 1: `rule`, expected rules before");
        check("build 999999 random", "line 1, column 1: `build`, expected at most");
        assert_eq!(parse_lab("inser [0/1) H").unwrap_err().suggestion, Some("insert"));
    }
}
