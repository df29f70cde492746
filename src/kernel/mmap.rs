//! Page faults that store into a shared mapping (mm/filemap.c and fs/ext4/inode.c v3.8 and v4.9).
//!
//! A fault does not take `i_mutex`. It reads `i_size` under the page's lock; from v4.5 on,
//! `i_mmap_sem` keeps it out while the blocks of a range are removed. In the model a store covers
//! the whole block, and is done together with the fault. The fault waits for a page under writeback
//! (`wait_for_stable_page`; from v3.9 on only if the device requires it).

use super::machine::Machine;
use super::note::{Note, Observer};
use super::op::Op;
use super::pc::Pc;
use super::range::Range;
use super::state::{Content, Io, Mapping, NO_PBLK, Page, Stage};
use crate::bounds::BLOCKS_MAX;

impl<O: Observer + ?Sized> Machine<'_, O> {
    pub(super) fn step_page_fault(&mut self, task: u8, pc: Pc) {
        let Some(Op::MmapWrite { ino, lblk, nr }) = self.op(task) else { return };
        let block = Range::new(lblk, 1);
        match pc {
            Pc::MmapRead => {
                self.fill_pages(task, ino, block);
                self.go(task, Pc::MmapMkwrite);
            }
            // Beyond the end of the file: SIGBUS.
            _ if lblk >= self.state.inodes[usize::from(ino)].size => {
                self.obs.note(Note::Refused { ino });
                self.ret(task);
            }
            Pc::MmapFault => {
                if self.state.inodes[usize::from(ino)].pages[usize::from(lblk)] != Page::Absent {
                    return self.go(task, Pc::MmapMkwrite);
                }
                self.read_pages(task, ino, block, Pc::MmapRead);
            }
            Pc::MmapMkwrite
                if self.state.inodes[usize::from(ino)].pages[usize::from(lblk)] == Page::Absent =>
            {
                // The page no longer belongs to this file (VM_FAULT_NOPAGE), so the fault is
                // repeated.
                self.go(task, Pc::MmapFault);
            }
            Pc::MmapMkwrite => {
                self.store(ino, lblk, nr);
                self.ret(task);
            }
            _ => debug_assert!(false, "{pc:?} is no place in a page fault"),
        }
    }

    /// `ext4_page_mkwrite`: reserves a block without a place (`ext4_da_get_block_prep`), makes the
    /// page dirty, and does the store.
    fn store(&mut self, ino: u8, lblk: u8, nr: u8) {
        let page = self.state.inodes[usize::from(ino)].pages[usize::from(lblk)];
        let content = self.next_version(ino, lblk, nr);
        let dirty = match page {
            // Its buffer stays mapped.
            Page::Astray(_, pblk) => Page::Astray(content, pblk),
            Page::Absent | Page::Clean(_) | Page::Dirty(_) | Page::Locked | Page::Writeback(_) => {
                let before = self.state.inodes[usize::from(ino)].disk[usize::from(lblk)];
                self.prepare_blocks(ino, Range::new(lblk, 1));
                self.note_fault_allocation(ino, lblk, before == Mapping::Hole);
                Page::Dirty(content)
            }
        };
        self.state.pages(ino)[usize::from(lblk)] = dirty;
        self.obs.note(Note::Dirtied { ino, range: Range::new(lblk, 1) });
    }

    /// The content of the next write of a block through the page cache, which is acknowledged at
    /// once.
    pub(super) fn next_version(&mut self, ino: u8, lblk: u8, nr: u8) -> Content {
        let label = self.state.inodes[usize::from(ino)].label(lblk);
        let versions = self.state.versions(ino);
        let version = &mut versions.version[usize::from(lblk)];
        *version = version.saturating_add(1);
        versions.acked.set(usize::from(lblk), *version);
        Content::Write { nr, ino, lblk: label, version: *version }
    }

    /// The blocks of a range are removed while some of its pages are dirty. The buffers of pages
    /// over written blocks stay mapped to the removed blocks.
    pub(super) fn lead_astray(&mut self, ino: u8, range: Range) {
        for lblk in range.blocks().map(usize::from) {
            let inode = &self.state.inodes[usize::from(ino)];
            if let (Page::Dirty(content), Mapping::Written(pblk)) =
                (inode.pages[lblk], inode.disk[lblk])
            {
                self.state.pages(ino)[lblk] = Page::Astray(content, pblk);
            }
        }
    }

    /// Writeback of a page whose buffer is still mapped: it uses neither tree, and the bio goes to
    /// the old block.
    pub(super) fn submit_astray(&mut self, ino: u8, lblk: u8, content: Content, to: u8) {
        let Some(index) = self.free_io() else { return };
        let mut pblk = [NO_PBLK; BLOCKS_MAX as usize];
        pblk[0] = to;
        self.state.pages(ino)[usize::from(lblk)] = Page::Writeback(content);
        *self.io(index) = Io {
            stage: Stage::Submitted,
            ino,
            lblk,
            len: 1,
            writeback: true,
            page_writeback: true,
            pblk,
            ..Io::FREE
        };
        self.obs.note(Note::Submitted { io: index });
    }
}
