//! What the device holds.

/// The content of a physical block, in the device's volatile cache and on the medium.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Media {
    /// What a read returns.
    pub now: Content,
    /// What a power cut leaves.
    pub durable: Content,
}

/// What a block holds: data of one write, for one block of one file.
#[allow(missing_docs, reason = "the variant says what its fields are")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Data of a former owner of the physical block: must never be shown.
    Stale,
    /// What the file held before the run.
    Initial { ino: u8, lblk: u8 },
    /// Data of a write of the script: the `version`-th write of that block.
    Write { nr: u8, ino: u8, lblk: u8, version: u8 },
}

impl Media {
    /// A block fresh from the allocator: whatever its former owner left.
    pub const STALE: Media = Media { now: Content::Stale, durable: Content::Stale };
}

impl Content {
    /// Whether a block of a file must never show this: what a former owner of the physical block
    /// left there, or what was meant for another block.
    pub fn is_strange(content: Option<Content>, file: u8, block: u8) -> bool {
        match content {
            None => false,
            Some(Content::Stale) => true,
            Some(Content::Initial { ino, lblk } | Content::Write { ino, lblk, .. }) => {
                (ino, lblk) != (file, block)
            }
        }
    }

    /// Which version of a block of a file this is; 0 if it is none of the script's.
    pub fn version_of(content: Option<Content>, file: u8, block: u8) -> u8 {
        match content {
            Some(Content::Write { ino, lblk, version, .. }) if ino == file && lblk == block => {
                version
            }
            _ => 0,
        }
    }
}
