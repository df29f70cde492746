//! The contents of the device.

/// The content of a physical block, in the device's volatile cache and on the medium.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Media {
    /// The content that a read returns.
    pub now: Content,
    /// The content that a power cut leaves.
    pub durable: Content,
}

/// The content of a block: the data that one write wrote for one block of one file.
#[allow(missing_docs, reason = "the variant says what its fields are")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Data of a former owner of the physical block, which must never be exposed.
    Stale,
    /// The data that the file held before the run.
    Initial { ino: u8, lblk: u8 },
    /// Data of write `nr` of the script, which is the `version`-th write of that block.
    Write { nr: u8, ino: u8, lblk: u8, version: u8 },
    /// Two halves of different origin, at least one of them from a write of half a block.
    Halves { ino: u8, lblk: u8, halves: [Half; 2] },
}

/// The content of half a block.
#[allow(missing_docs, reason = "the variant says what its fields are")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// Data that the file must never expose there.
    Stale,
    /// Zeroes, which a write of the other half has put there.
    Zeroes,
    /// The data that the file held before the run.
    Initial,
    /// Data of write `nr`, which is the `version`-th write of that block.
    Write { nr: u8, version: u8 },
}

impl Media {
    /// A newly allocated block, with the data of its former owner.
    pub const STALE: Media = Media { now: Content::Stale, durable: Content::Stale };
}

impl Content {
    /// Whether a block of a file must never expose this content: data of a former owner, or data
    /// that was written for another block.
    pub fn is_strange(content: Option<Content>, file: u8, block: u8) -> bool {
        match content {
            None => false,
            Some(Content::Stale) => true,
            Some(Content::Initial { ino, lblk } | Content::Write { ino, lblk, .. }) => {
                (ino, lblk) != (file, block)
            }
            Some(Content::Halves { ino, lblk, halves }) => {
                (ino, lblk) != (file, block) || halves.contains(&Half::Stale)
            }
        }
    }

    /// The content of one half (0 or 1) of a block of a file.
    pub fn half(content: Option<Content>, file: u8, block: u8, half: usize) -> Half {
        match content {
            None => Half::Zeroes,
            Some(content) if Content::is_of_other(content, file, block) => Half::Stale,
            Some(Content::Stale) => Half::Stale,
            Some(Content::Initial { .. }) => Half::Initial,
            Some(Content::Write { nr, version, .. }) => Half::Write { nr, version },
            Some(Content::Halves { halves, .. }) => halves[half],
        }
    }

    /// Whether the content was written for another block.
    fn is_of_other(content: Content, file: u8, block: u8) -> bool {
        match content {
            Content::Stale => false,
            Content::Initial { ino, lblk }
            | Content::Write { ino, lblk, .. }
            | Content::Halves { ino, lblk, .. } => (ino, lblk) != (file, block),
        }
    }

    /// The version of a block of a file that this content is; 0 if no write of the script wrote it.
    /// Of two halves it is the older version.
    pub fn version_of(content: Option<Content>, file: u8, block: u8) -> u8 {
        let version = |half| match Content::half(content, file, block, half) {
            Half::Write { version, .. } => version,
            Half::Stale | Half::Zeroes | Half::Initial => 0,
        };
        version(0).min(version(1))
    }
}
