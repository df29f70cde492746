//! The result of a direct read that would map its blocks in the current state.

use crate::bounds::PBLK_FIRST;
use crate::es::Status;

use super::knobs::EsContent;
use super::setup::Setup;
use super::state::{Content, Inode, Mapping, State};

/// The content that a direct read of a block would return if it mapped the block now; `None` is
/// zeroes. Like `ext4_map_blocks` it looks into the ES tree first, and into the disk tree on a
/// miss.
pub fn read_now(setup: &Setup, state: &State, ino: u8, lblk: u8) -> Option<Content> {
    let pblk = read_from(setup, &state.inodes[usize::from(ino)], lblk)?;
    state.media.get(usize::from(pblk)).map(|media| media.now)
}

/// The physical block that a read of a block reads; `None` reads as zeroes.
fn read_from(setup: &Setup, inode: &Inode, lblk: u8) -> Option<u8> {
    let on_disk = match inode.disk[usize::from(lblk)] {
        Mapping::Written(pblk) => Some(pblk),
        Mapping::Unwritten(_) | Mapping::Hole => None,
    };
    let content = setup.design.knobs.es_content;
    let cached = inode.es.peek(u32::from(lblk)).filter(|_| content != EsContent::Delayed);
    let Some(extent) = cached else { return on_disk };
    match content {
        // The entry has no physical block, so the disk tree decides.
        EsContent::Nopblk if extent.status.is_mapped() => on_disk,
        EsContent::Nopblk | EsContent::Delayed | EsContent::Full
            if extent.status.any(Status::WRITTEN) =>
        {
            let pblk = extent.pblk + u64::from(u32::from(lblk) - extent.lblk);
            u8::try_from(pblk.checked_sub(PBLK_FIRST)?).ok()
        }
        EsContent::Nopblk | EsContent::Delayed | EsContent::Full => None,
    }
}
