//! The layers of a file above one ruler of blocks, as values: segments and marks. `layers.rs` makes
//! them from a state, `changed.rs` compares them.

use crate::es::Status;

/// The layers of every file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strata {
    /// One entry per file.
    pub files: Vec<FileStrata>,
}

/// The layers of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileStrata {
    /// Index of the inode.
    pub ino: u8,
    /// The name of the file in the script: `a` or `b`.
    pub name: String,
    /// Its size in blocks.
    pub blocks: u8,
    /// The layers, from memory down to the medium.
    pub rows: Vec<Stratum>,
    /// `i_unwritten`, `i_dio_count` and the owner of `i_mutex`, as text.
    pub counters: String,
}

/// One layer of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stratum {
    /// A short name that never changes.
    pub id: &'static str,
    /// The name on the page.
    pub name: &'static str,
    /// A sentence that describes the layer.
    pub about: &'static str,
    /// The contents, in block order and without overlaps.
    pub segments: Vec<Segment>,
    /// Marks on parts of the layer.
    pub marks: Vec<Mark>,
    /// A remark about the layer, such as why it is empty.
    pub remark: Option<&'static str>,
}

/// Consecutive blocks with the same content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The first logical block of the range.
    pub lblk: u8,
    /// The length of the range, in blocks.
    pub len: u8,
    /// The look of the segment.
    pub kind: Kind,
    /// The text inside the segment.
    pub label: String,
    /// First physical block, as the kernel would print it.
    pub pblk: Option<u64>,
    /// The content in words, without its physical block.
    pub says: String,
}

impl Segment {
    /// The range, as ftrace writes it: start and length.
    pub fn range(&self) -> String {
        format!("[{}/{})", self.lblk, self.len)
    }

    /// The content in words, with its first physical block.
    pub fn what(&self) -> String {
        match self.pblk {
            Some(pblk) => format!("{}@{pblk}", self.says),
            None => self.says.clone(),
        }
    }

    /// The range and the content.
    pub fn title(&self) -> String {
        format!("{} {}", self.range(), self.what())
    }
}

/// The look of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The blocks have data (`EXTENT_STATUS_WRITTEN`).
    Written,
    /// The blocks are allocated and read as zeroes (`EXTENT_STATUS_UNWRITTEN`).
    Unwritten,
    /// The blocks are reserved in memory only (`EXTENT_STATUS_DELAYED`).
    Delayed,
    /// The file has no blocks here (`EXTENT_STATUS_HOLE`).
    Hole,
    /// Data of a write of the script.
    Data,
    /// The data that the file held before the run.
    Old,
    /// Data of a former owner of the block.
    Stale,
    /// Zeroes that a read fills in.
    Zeroes,
}

/// A mark on part of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The first logical block of the range.
    pub lblk: u8,
    /// The length of the range, in blocks.
    pub len: u8,
    /// The meaning of the mark.
    pub kind: MarkKind,
}

/// The kind of a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MarkKind {
    /// The ES tree says written and the disk tree does not yet: a conversion is pending.
    Pending,
    /// A read returns data that breaks a promise.
    Wrong,
    /// The data is only in the device's cache: a power cut loses it.
    Volatile,
    /// The page is dirty.
    Dirty,
    /// A dirty page whose writeback goes to a block that was removed from its place.
    Astray,
    /// The page is under PageWriteback.
    Writeback,
    /// The page is locked until a read has filled it.
    Locked,
    /// The layer differs here from the state with which it is compared.
    Changed,
    /// The layer differs from that of the other design.
    Differs,
}

/// Consecutive blocks of a layer with the same change between two states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The first logical block of the range.
    pub lblk: u8,
    /// The length of the range, in blocks.
    pub len: u8,
    /// The content in the earlier state; empty if there is none.
    pub before: String,
    /// The content in the later state.
    pub after: String,
}

impl FileStrata {
    /// The text below the layers: the counters, and the remarks of layers that are not empty.
    pub fn below(&self) -> String {
        let beside = self.rows.iter().filter(|row| !row.segments.is_empty());
        let remarks = beside.filter_map(|row| row.remark).map(|remark| format!("; {remark}"));
        self.counters.clone() + &remarks.collect::<String>()
    }
}

impl MarkKind {
    /// The kind in words.
    pub const fn words(self) -> &'static str {
        match self {
            MarkKind::Pending => "conversion pending",
            MarkKind::Wrong => "breaks a promise",
            MarkKind::Volatile => "only in the device's cache",
            MarkKind::Dirty => "dirty",
            MarkKind::Astray => "dirty, mapped to a block that it no longer has",
            MarkKind::Writeback => "under writeback",
            MarkKind::Locked => "locked",
            MarkKind::Changed => "changed",
            MarkKind::Differs => "differs under the other design",
        }
    }
}

impl Kind {
    /// The CSS class of the look.
    pub const fn class(self) -> &'static str {
        match self {
            Kind::Written => "status-w",
            Kind::Unwritten => "status-u",
            Kind::Delayed => "status-d",
            Kind::Hole => "status-h",
            Kind::Data => "data",
            Kind::Old => "data data-old",
            Kind::Stale => "data-stale",
            Kind::Zeroes => "data-zeroes",
        }
    }

    /// The look of a status of the tree. The first of W, U, D, H that is set decides.
    pub const fn of_status(status: Status) -> Kind {
        if status.any(Status::WRITTEN) {
            Kind::Written
        } else if status.any(Status::UNWRITTEN) {
            Kind::Unwritten
        } else if status.any(Status::DELAYED) {
            Kind::Delayed
        } else {
            Kind::Hole
        }
    }
}

/// Cuts `0..blocks` before each block that is not the `same` as the first block of its piece. It
/// takes `dyn Fn`, so that the loop is compiled once.
pub(super) fn pieces(blocks: u8, same: &dyn Fn(u8, u8) -> bool) -> Vec<(u8, u8)> {
    let mut pieces: Vec<(u8, u8)> = Vec::new();
    for lblk in 0..blocks {
        match pieces.last_mut() {
            Some((first, len)) if same(*first, lblk) => *len += 1,
            _ => pieces.push((lblk, 1)),
        }
    }
    pieces
}
