//! The files beside a recorded trace: `kernel.txt` with the kernel and the mount, and `ops.jsonl`
//! with the result and the ES tree of each operation.

use serde::Deserialize;

use crate::es::{Extent, Rules, Status};

use super::release::Release;

/// The kernel, the mount and the file of a recorded trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// The kernel that made the trace, if it is known.
    pub release: Option<Release>,
    /// Size of a block in bytes.
    pub block_size: u32,
    /// Number of blocks of a cluster as a power of two (bigalloc); 0 without bigalloc.
    pub cluster_bits: u8,
    /// The file's inode number, if it is known.
    pub ino: Option<u64>,
    /// Number of CPUs of the machine, if it is known.
    pub cpus: Option<u32>,
    /// True if buffered writeback of unwritten blocks converts when the data is on the device
    /// (`dioread_nolock`).
    pub dioread_nolock: bool,
    /// True if buffered writes reserve blocks and writeback allocates them (`delalloc`).
    pub delalloc: bool,
    /// True if dirty pages may be written without an operation of the script
    /// (`vm.dirty_writeback_centisecs`).
    pub flusher: bool,
    /// The mount options as they were given.
    pub mount: String,
    /// True if the trace was started before the file was used, so that its tree was empty.
    pub from_the_start: bool,
}

impl Default for Folder {
    fn default() -> Folder {
        Folder {
            release: None,
            block_size: 4096,
            cluster_bits: 0,
            ino: None,
            cpus: None,
            dioread_nolock: true,
            delalloc: true,
            flusher: false,
            mount: String::new(),
            from_the_start: false,
        }
    }
}

impl Folder {
    /// Reads `kernel.txt` and ignores unknown lines.
    pub fn parse(text: &str) -> Folder {
        let mut folder = Folder { from_the_start: true, ..Folder::default() };
        let mut cluster_bytes = 0_u32;
        for line in text.lines() {
            let number = |text: &str| text.trim().parse::<u32>().ok();
            match line.split_once(':') {
                Some(("uname", uname)) => folder.release = Release::of_uname(uname),
                Some(("block_size", size)) => {
                    folder.block_size = number(size).unwrap_or(folder.block_size);
                }
                Some(("inode", ino)) => folder.ino = number(ino).map(u64::from),
                Some(("nr_cpus", cpus)) => folder.cpus = number(cpus),
                Some(("vm.dirty_writeback_centisecs", every)) => {
                    folder.flusher = number(every) != Some(0);
                }
                Some(("mount", options)) => {
                    folder.mount = options.trim().trim_start_matches("-o ").into();
                }
                Some(("mkfs", options)) => {
                    let mut words = options.split_whitespace();
                    if words.any(|word| word == "-C") {
                        cluster_bytes = words.next().and_then(number).unwrap_or(0);
                    }
                }
                _ => match line.trim() {
                    "dioread_nolock" => folder.dioread_nolock = true,
                    "dioread_lock" | "nodioread_nolock" => folder.dioread_nolock = false,
                    "delalloc" => folder.delalloc = true,
                    "nodelalloc" => folder.delalloc = false,
                    _ => {}
                },
            }
        }
        let blocks = cluster_bytes / folder.block_size.max(1);
        folder.cluster_bits = blocks.checked_ilog2().map_or(0, |bits| bits.min(16) as u8);
        folder
    }

    /// Whether `dioread_nolock` has an effect: from v5.6 on only with delayed allocation
    /// (`ext4_should_dioread_nolock`).
    pub fn converts_after_writeback(&self) -> bool {
        let old = self.release.is_some_and(|release| (release.major, release.minor) < (5, 6));
        self.dioread_nolock && (self.delalloc || old)
    }

    /// The rules of the tree for this kernel and cluster size. `None` if the kernel is not known,
    /// or has no extent status tree.
    pub fn rules(&self) -> Option<Rules> {
        Some(self.release?.rules()?.with_cluster_bits(self.cluster_bits))
    }
}

/// A line of `ops.jsonl`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpRecord {
    /// The number of the operation in its script.
    pub index: u32,
    /// The line of the script.
    pub op: String,
    /// The result, or −errno.
    pub ret: i64,
    /// `i_size` afterwards, in bytes.
    pub size: u64,
    /// The ES tree after the operation.
    pub es: Dump,
    /// The FIEMAP output after it, if it was recorded after every operation.
    pub fiemap: Option<Dump>,
    /// The ES tree after that FIEMAP. If the file says `null`, it is the same as `es`.
    pub es_after_fiemap: Option<Dump>,
    /// The output of an operation `fiemap`.
    pub fiemap_out: Option<Dump>,
}

/// Extents in the order of their blocks.
pub type Dump = Vec<Extent>;

/// The error of an `ops.jsonl` that cannot be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FolderError {
    /// The line, counted from 1.
    pub line: u32,
    /// The expected text, and the reader's message.
    pub expected: String,
}

impl core::fmt::Display for FolderError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "ops.jsonl, line {}: expected {}", self.line, self.expected)
    }
}

impl core::error::Error for FolderError {}

#[derive(Deserialize)]
struct RawOp {
    i: u32,
    op: String,
    ret: i64,
    #[serde(default)]
    size: u64,
    es: Vec<RawExtent>,
    #[serde(default)]
    fiemap: Option<Vec<RawExtent>>,
    #[serde(default)]
    es_after_fiemap: Option<Vec<RawExtent>>,
    #[serde(default)]
    fiemap_out: Option<Vec<RawExtent>>,
}

#[derive(Deserialize)]
struct RawExtent {
    lblk: u32,
    pblk: u64,
    len: u32,
    flags: String,
}

impl OpRecord {
    /// Reads the text of `ops.jsonl`.
    ///
    /// # Errors
    /// The first line that is not an operation.
    pub fn parse_all(text: &[u8]) -> Result<Vec<OpRecord>, FolderError> {
        let lines = text.split(|byte| *byte == b'\n');
        let lines = (1..).zip(lines).filter(|(_, line)| !line.trim_ascii().is_empty());
        lines.map(|(number, line)| OpRecord::parse(number, line)).collect()
    }

    fn parse(line: u32, text: &[u8]) -> Result<OpRecord, FolderError> {
        let wrong = |expected: String| FolderError { line, expected };
        let raw: RawOp = serde_json::from_slice(text)
            .map_err(|e| wrong(format!("an operation with i, op, ret and es ({e})")))?;
        let dump = |raw: Vec<RawExtent>| {
            let extents: Option<Dump> = raw.iter().map(RawExtent::extent).collect();
            extents.ok_or_else(|| wrong("extents whose flags are those of FIEMAP".into()))
        };
        let optional = |raw: Option<Vec<RawExtent>>| raw.map(dump).transpose();
        let fiemap = optional(raw.fiemap)?;
        let es = dump(raw.es)?;
        let es_after_fiemap = match (optional(raw.es_after_fiemap)?, &fiemap) {
            (None, Some(_)) => Some(es.clone()),
            (after, _) => after,
        };
        Ok(OpRecord {
            index: raw.i,
            op: raw.op,
            ret: raw.ret,
            size: raw.size,
            es,
            fiemap,
            es_after_fiemap,
            fiemap_out: optional(raw.fiemap_out)?,
        })
    }
}

impl RawExtent {
    /// An extent from the flags that `ext4_get_es_cache` fills in (fs/ext4/extents.c, v5.4).
    fn extent(&self) -> Option<Extent> {
        const LAST: u32 = 0x1;
        const UNKNOWN: u32 = 0x2;
        const DELALLOC: u32 = 0x4;
        const UNWRITTEN: u32 = 0x800;
        const MERGED: u32 = 0x1000;
        const HOLE: u32 = 0x800_0000;
        let flags = u32::from_str_radix(self.flags.trim_start_matches("0x"), 16).ok()?;
        if flags & !(LAST | UNKNOWN | DELALLOC | UNWRITTEN | MERGED | HOLE) != 0 {
            return None;
        }
        let bits =
            [(UNWRITTEN, Status::UNWRITTEN), (DELALLOC, Status::DELAYED), (HOLE, Status::HOLE)];
        let set = bits.into_iter().filter(|(flag, _)| flags & flag != 0);
        let status = match set.fold(Status::NONE, |status, (_, bit)| status | bit) {
            Status::NONE => Status::WRITTEN,
            status => status,
        };
        let pblk = if status.is_mapped() { self.pblk } else { 0 };
        let extent = Extent::new(self.lblk, self.len, pblk, status);
        extent.end().map(|_| extent)
    }
}
