//! What a direct read would find if it mapped its blocks at this moment, without taking a step.

use crate::bounds::PBLK_FIRST;
use crate::es::Status;

use super::knobs::EsContent;
use super::setup::Setup;
use super::state::{Content, Inode, Mapping, State};

/// What a direct read of a block would return if it mapped the block now; none is zeroes. It asks
/// the extent status tree first and the disk tree on a miss, as `ext4_map_blocks` does.
pub fn read_now(setup: &Setup, state: &State, ino: u8, lblk: u8) -> Option<Content> {
    let pblk = read_from(setup, &state.inodes[usize::from(ino)], lblk)?;
    state.media.get(usize::from(pblk)).map(|media| media.now)
}

/// The physical block that a read of a block goes to; none reads as zeroes.
fn read_from(setup: &Setup, inode: &Inode, lblk: u8) -> Option<u8> {
    let on_disk = match inode.disk[usize::from(lblk)] {
        Mapping::Written(pblk) => Some(pblk),
        Mapping::Unwritten(_) | Mapping::Hole => None,
    };
    let content = setup.design.knobs.es_content;
    let cached = inode.es.peek(u32::from(lblk)).filter(|_| content != EsContent::Delayed);
    let Some(extent) = cached else { return on_disk };
    match content {
        // If the status tree has no physical block, the disk tree decides.
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
