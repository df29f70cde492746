//! "Sometimes": a promise that is never put to the test holds for no reason.

use crate::es::Status;
use crate::kernel::{Actor, Content, Mapping, Next, Op, Pc, Power, Promise, Setup, State, next};

/// Whether the situation that a promise is about is there: it could be broken here.
pub fn comes_up(promise: Promise, setup: &Setup, state: &State) -> bool {
    let mut inodes = state.inodes[..setup.files.len()].iter();
    let cut = state.power != Power::On;
    match promise {
        Promise::Raw => reads_what_was_acknowledged(setup, state),
        Promise::NoStale => inodes.any(|inode| {
            inode.disk.iter().any(|mapping| match mapping {
                Mapping::Written(pblk) => {
                    let media = state.media.get(usize::from(*pblk));
                    media.is_some_and(|media| matches!(media.now, Content::Write { .. }))
                }
                _ => false,
            })
        }),
        Promise::NoStaleCrash => {
            let written = |mapping: &Mapping| matches!(mapping, Mapping::Written(_));
            cut && inodes.any(|inode| inode.committed.iter().any(written))
        }
        Promise::FsyncDurable => {
            cut && inodes.any(|inode| inode.synced.iter().any(|version| *version > 0))
        }
        Promise::OsyncDurable => {
            cut && inodes.any(|inode| inode.osynced.iter().any(|version| *version > 0))
        }
        Promise::TruncExcl => tasks_at(state, Pc::TruncFree),
        Promise::NoDeadlock => {
            Actor::all().any(|actor| matches!(next(setup, state, actor), Next::Blocked { .. }))
        }
        Promise::Progress => state.ios().next().is_some(),
        Promise::Bounded => state.pending_aio_conversions() > 0,
        Promise::ErrReport => state.ios().any(|(_, io)| io.convert_failed),
        Promise::KeepDelayed => {
            inodes.any(|inode| inode.es.iter().any(|extent| extent.status.any(Status::DELAYED)))
        }
    }
}

/// A read is under way that began after a write of one of its blocks was acknowledged.
fn reads_what_was_acknowledged(setup: &Setup, state: &State) -> bool {
    (0..).zip(&state.tasks[..setup.threads.len()]).any(|(thread, task)| {
        let Some(Op::DioRead { range, .. } | Op::BufRead { range, .. }) = setup.op(thread, task.op)
        else {
            return false;
        };
        range.blocks().any(|lblk| task.must[usize::from(lblk)] > 0)
    })
}

fn tasks_at(state: &State, pc: Pc) -> bool {
    state.tasks.iter().any(|task| task.frames().iter().any(|frame| frame.pc == pc))
}
