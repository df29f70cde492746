//! The counters of a state equal the number of things that they count, in every design.

use extentscope::kernel::{
    Badge, FailedWriteback, Frame, Io, Journal, List, On, Op, Pc, Power, Setup, Stage, State,
};

/// Checks the invariants of every state; `told` describes how the state was reached.
///
/// # Panics
/// If an invariant does not hold.
pub fn check(setup: &Setup, state: &State, told: &dyn Fn() -> String) {
    for (ino, inode) in (0..).zip(&state.inodes) {
        let of = |wanted: fn(&Io) -> bool| {
            state.ios().filter(|(_, io)| io.ino == ino && wanted(io)).count()
        };
        assert_eq!(of(|io| io.counted), usize::from(inode.i_unwritten), "i_unwritten {}", told());
        assert!(of(|io| io.dio_held) <= usize::from(inode.i_dio_count), "i_dio_count {}", told());
        let reads = (0..8).filter(|t| inode.i_data_sem & (1 << t) != 0);
        let waits = |t: &usize| {
            let top = state.tasks[*t].top();
            let on_io = |frame: &Frame| match frame.on {
                On::Io(io) => state.ios[usize::from(io)].ino == ino,
                On::Nothing | On::Inode(_) => false,
            };
            top.is_some_and(|frame| frame.pc == Pc::ReadHole && frame.on == On::Inode(ino))
                || top.is_some_and(|frame| frame.pc == Pc::OverwriteMap && on_io(&frame))
                || state
                    .ios()
                    .any(|(_, io)| usize::from(io.thread) == *t && io.waits && io.dio_held)
        };
        assert!(reads.into_iter().all(|t| waits(&t)), "i_data_sem {}", told());
        let exclusive = state.tasks.iter().filter(|task| task.i_mutex & (1 << ino) != 0).count();
        assert_eq!(exclusive, usize::from(inode.i_mutex != u8::MAX), "i_mutex {}", told());
        assert!(exclusive == 0 || inode.shared == 0, "shared and exclusive {}", told());
    }
    let handles = state.tasks.iter().filter(|task| task.handle).count();
    assert_eq!(handles, usize::from(state.journal.handles), "handles {}", told());
    let Journal { credits, reserved, .. } = state.journal;
    assert!(reserved <= credits && credits <= setup.journal, "credits {}", told());
    let started = |index: u8| {
        let inside = |pc| move |frame: &Frame| frame.pc == pc && frame.on == On::Io(index);
        state.tasks.iter().any(|task| task.frames().iter().any(inside(Pc::ConvertMap)))
    };
    let reserves = setup.journal > 0 && setup.design.knobs.reservation;
    let stays = setup.design.knobs.failed_writeback == FailedWriteback::StaysUnwritten;
    let holds = |(index, io): &(u8, &Io)| {
        let freed = io.error && stays && !io.page_writeback;
        io.writeback && io.unwritten && !io.converted && !freed && !started(*index)
    };
    let held = state.ios().filter(holds).count();
    assert_eq!(usize::from(reserved), if reserves { held } else { 0 }, "reserved {}", told());
    let listed = state.ios().filter(|(_, io)| io.stage == Stage::Listed && io.list != List::Dio);
    assert_eq!(listed.count(), state.completed.as_slice().len(), "listed {}", told());
    let mut pblks: Vec<u8> =
        state.inodes.iter().flat_map(|i| i.disk.iter().filter_map(|m| m.pblk())).collect();
    let mapped = pblks.len();
    pblks.sort_unstable();
    pblks.dedup();
    assert_eq!(mapped, pblks.len(), "a physical block is mapped twice {}", told());
    // fiemap between the two steps of a shift caches the old place of a block, until v6.15.
    let ops = || setup.threads.iter().flatten();
    let is_stale = !setup.design.knobs.fiemap_lock
        && ops().any(|op| matches!(op, Op::Fiemap { .. }))
        && ops().any(|op| op.moves_blocks());
    if state.power == Power::On && !is_stale {
        assert!(Badge::EsPblk.holds(setup, state), "ES-PBLK {}", told());
    }
}
