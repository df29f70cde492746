//! An extent: its range, its first physical block, its status bits, and their text form.

use core::fmt;
use core::ops::{BitAnd, BitOr, BitXor, Not};
use core::str::FromStr;

/// The status bits of an extent, in one order for all versions.
///
/// The kernel keeps them in the top bits of `es_pblk` and has changed their positions three times
/// (`fs/ext4/extents_status.h` v3.9-rc1: 31..28, v3.9: 63..60, v3.19: 59..63 in reverse), so
/// positions are not part of the model. [`Status::DIRTY`] never was in the kernel: it is the bit
/// "the tree differs from the disk" that Jan Kara proposed on 31 Dec 2012.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Status(u8);

impl Status {
    /// The empty set of bits.
    pub const NONE: Status = Status(0);
    /// The blocks are allocated and written.
    pub const WRITTEN: Status = Status(1);
    /// The blocks are allocated and read as zeros.
    pub const UNWRITTEN: Status = Status(2);
    /// The blocks are reserved for a delayed write and not allocated; the entry is never reclaimed.
    pub const DELAYED: Status = Status(4);
    /// The blocks are known to be a hole.
    pub const HOLE: Status = Status(8);
    /// The entry was looked up since the last reclaim pass (v3.19 and later).
    pub const REFERENCED: Status = Status(16);
    /// Not in any kernel: the entry differs from the disk tree, because a conversion is pending.
    pub const DIRTY: Status = Status(32);
    /// The four type bits (`ES_TYPE_MASK`, v3.19).
    pub const TYPE: Status = Status(15);

    /// The bit set as a number: bits 0 to 5 as the constants say.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// A bit set from a number; bits above the six known ones are dropped.
    pub const fn from_bits(bits: u8) -> Status {
        Status(bits & 63)
    }

    /// True if any bit of `other` is set here.
    #[inline]
    pub const fn any(self, other: Status) -> bool {
        self.0 & other.0 != 0
    }

    /// Both bit sets, in constants too.
    #[inline]
    pub const fn with(self, other: Status) -> Status {
        Status(self.0 | other.0)
    }

    /// This set without the bits of `other`.
    #[inline]
    pub const fn without(self, other: Status) -> Status {
        Status(self.0 & !other.0)
    }

    /// The type: the status without REFERENCED and DIRTY (`ext4_es_type`, v3.19).
    #[inline]
    pub const fn kind(self) -> Status {
        Status(self.0 & Status::TYPE.0)
    }

    /// True if the physical block has a meaning: WRITTEN or UNWRITTEN (`ext4_es_is_mapped`, v4.20).
    #[inline]
    pub const fn is_mapped(self) -> bool {
        self.0 & 3 != 0
    }

    /// DELAYED and not UNWRITTEN: it holds a reservation (`ext4_es_is_delonly`, v4.20).
    #[inline]
    pub const fn is_delonly(self) -> bool {
        self.0 & 6 == 4
    }

    /// True if the shrinker may not free it: DELAYED (`ext4_es_must_keep`, v6.5), and DIRTY in this
    /// model.
    #[inline]
    pub const fn must_keep(self) -> bool {
        self.0 & (4 | 32) != 0
    }
}

impl BitOr for Status {
    type Output = Status;
    fn bitor(self, other: Status) -> Status {
        Status(self.0 | other.0)
    }
}

impl BitAnd for Status {
    type Output = Status;
    fn bitand(self, other: Status) -> Status {
        Status(self.0 & other.0)
    }
}

impl BitXor for Status {
    type Output = Status;
    fn bitxor(self, other: Status) -> Status {
        Status(self.0 ^ other.0)
    }
}

impl Not for Status {
    type Output = Status;
    fn not(self) -> Status {
        Status(!self.0 & 63)
    }
}

/// Letters in the order W U D H R, then `*` for dirty: `W`, `UD`, `WR`, `U*`; `-` for no bit.
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("-");
        }
        for (bit, letter) in LETTERS {
            if self.any(bit) {
                f.write_str(letter)?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Status {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Status, ParseError> {
        if text == "-" {
            return Ok(Status::NONE);
        }
        let mut status = Status::NONE;
        for letter in text.chars() {
            let known = LETTERS.iter().find(|(_, it)| it.starts_with(letter));
            let Some(&(bit, _)) = known else { return Err(ParseError::new(text)) };
            if status.any(bit) {
                return Err(ParseError::new(text));
            }
            status = status | bit;
        }
        if status == Status::NONE { Err(ParseError::new(text)) } else { Ok(status) }
    }
}

/// The bits and their letters, in the order in which they are written.
const LETTERS: [(Status, &str); 6] = [
    (Status::WRITTEN, "W"),
    (Status::UNWRITTEN, "U"),
    (Status::DELAYED, "D"),
    (Status::HOLE, "H"),
    (Status::REFERENCED, "R"),
    (Status::DIRTY, "*"),
];

/// One extent as plain data: `[lblk/len) status@pblk`, all in blocks.
///
/// `pblk` has a meaning only if WRITTEN or UNWRITTEN is set. The kernel stores whatever its caller
/// passed there (all ones, a poison value, in v3.9 even an uninitialised word) and never reads it;
/// this tree returns it as 0.
///
/// ```
/// use extentscope::es::{Extent, Status};
/// let extent: Extent = "[8/4) U@1008".parse().unwrap();
/// assert_eq!(extent, Extent::new(8, 4, 1008, Status::UNWRITTEN));
/// assert_eq!(extent.to_string(), "[8/4) U@1008");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Extent {
    /// First logical block (`es_lblk`).
    pub lblk: u32,
    /// Length in blocks (`es_len`).
    pub len: u32,
    /// First physical block (`es_pblk` without the status bits).
    pub pblk: u64,
    /// The status, with the flags REFERENCED and DIRTY.
    pub status: Status,
}

impl Extent {
    /// An extent from its parts.
    pub const fn new(lblk: u32, len: u32, pblk: u64, status: Status) -> Extent {
        Extent { lblk, len, pblk, status }
    }

    /// The last block (`ext4_es_end`); `None` if it is empty or its end passes 2^32, where the
    /// kernel has a BUG.
    pub const fn end(&self) -> Option<u32> {
        if self.len == 0 {
            return None;
        }
        self.lblk.checked_add(self.len - 1)
    }

    /// True if it holds `lblk` (`in_range`).
    #[inline]
    pub const fn contains(&self, lblk: u32) -> bool {
        lblk.wrapping_sub(self.lblk) < self.len
    }
}

/// `[0/8) U@1000`, `[8/4) D`, `[0/8) W*@1000`: start and length as ftrace prints them
/// (`include/trace/events/ext4.h`, `ext4__es_extent`, v3.9); the physical block only if it has a
/// meaning.
impl fmt::Display for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}/{}) {}", self.lblk, self.len, self.status)?;
        if self.status.is_mapped() { write!(f, "@{}", self.pblk) } else { Ok(()) }
    }
}

impl fmt::Debug for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reads what `Display` writes; blanks between the parts do not matter.
impl FromStr for Extent {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Extent, ParseError> {
        let bad = || ParseError::new(text);
        let (range, rest) = text.trim().split_once(')').ok_or_else(bad)?;
        let range = range.strip_prefix('[').ok_or_else(bad)?;
        let (lblk, len) = range.split_once('/').ok_or_else(bad)?;
        let (status, pblk) = match rest.split_once('@') {
            Some((status, pblk)) => (status, Some(pblk)),
            None => (rest, None),
        };
        let extent = Extent {
            lblk: number(lblk).ok_or_else(bad)?,
            len: number(len).ok_or_else(bad)?,
            status: status.trim().parse().map_err(|_| bad())?,
            pblk: match pblk {
                Some(digits) => number(digits).ok_or_else(bad)?,
                None => 0,
            },
        };
        let meant = extent.status.is_mapped() == pblk.is_some();
        if meant && extent.end().is_some() { Ok(extent) } else { Err(bad()) }
    }
}

/// Writes extents as one line: `[0/8) U@1000  [8/4) D`; an empty list as `(empty)`.
pub fn write_extents(
    f: &mut fmt::Formatter<'_>,
    extents: impl Iterator<Item = Extent>,
) -> fmt::Result {
    let mut gap = "";
    for extent in extents {
        write!(f, "{gap}{extent}")?;
        gap = "  ";
    }
    if gap.is_empty() { f.write_str("(empty)") } else { Ok(()) }
}

/// Reads a line of extents, such as `[0/8) U@1000  [8/4) D`. An empty text or `(empty)` means no
/// extent.
///
/// # Errors
/// The first piece that is not an extent.
pub fn parse_extents(text: &str) -> Result<Vec<Extent>, ParseError> {
    let text = text.trim();
    if text.is_empty() || text == "(empty)" {
        return Ok(Vec::new());
    }
    let Some(rest) = text.strip_prefix('[') else { return Err(ParseError::new(text)) };
    rest.split('[').map(|piece| format!("[{piece}").parse()).collect()
}

/// The error for text that is not a status, an extent or a version.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParseError {
    text: String,
}

impl ParseError {
    pub(super) fn new(text: &str) -> ParseError {
        ParseError { text: text.trim().chars().take(80).collect() }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot read \"{}\"", self.text)
    }
}

impl core::error::Error for ParseError {}

/// Parses a number of digits only: no sign, no blank.
fn number<T: FromStr>(text: &str) -> Option<T> {
    let text = text.trim();
    let digits = !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        for text in [
            "[0/8) U@1000",
            "[8/4) D",
            "[0/8) WR@7",
            "[0/8) UD@50",
            "[3/1) U*@18446744073709551615",
            "[0/4294967295) H",
            "[5/1) HR",
            "[4294967295/1) -",
        ] {
            assert_eq!(text.parse::<Extent>().unwrap().to_string(), text);
        }
        let line = "[0/8) U@1000  [8/4) D";
        let extents = parse_extents(line).unwrap();
        assert_eq!(extents.len(), 2);
        assert_eq!(parse_extents("[0/8)U@1000 [8/4)D").unwrap(), extents);
        assert_eq!(parse_extents(" (empty) "), Ok(Vec::new()));
    }

    #[test]
    fn what_is_no_extent_is_refused() {
        for text in [
            "[0/0) H",
            "[0/8) W",
            "[0/8) D@3",
            "[0/8) WW@3",
            "[-1/8) D",
            "[0/8 D",
            "0/8) D",
            "[0/8)",
            "[4294967295/2) H",
            "[0/8) X",
            "[+1/8) D",
        ] {
            assert!(text.parse::<Extent>().is_err(), "{text}");
        }
        assert!(parse_extents("[0/8) D, [8/4) D").is_err());
        assert!(parse_extents("x").is_err());
    }
}
