//! The books of a state balance: counters equal what they count, whatever the design.

use extentscope::kernel::{Badge, Io, Journal, List, Power, Setup, Stage, State};

/// What holds of every state; `told` says how the state was reached.
///
/// # Panics
/// If one of them does not hold.
pub fn check(setup: &Setup, state: &State, told: &dyn Fn() -> String) {
    for (ino, inode) in (0..).zip(&state.inodes) {
        let of = |wanted: fn(&Io) -> bool| {
            state.ios().filter(|(_, io)| io.ino == ino && wanted(io)).count()
        };
        assert_eq!(of(|io| io.counted), usize::from(inode.i_unwritten), "i_unwritten {}", told());
        assert!(of(|io| io.dio_held) <= usize::from(inode.i_dio_count), "i_dio_count {}", told());
        let reads = (0..8).filter(|t| inode.i_data_sem & (1 << t) != 0);
        let waits = |t: &usize| {
            state.ios().any(|(_, io)| usize::from(io.thread) == *t && io.waits && io.dio_held)
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
    let listed = state.ios().filter(|(_, io)| io.stage == Stage::Listed && io.list != List::Dio);
    assert_eq!(listed.count(), state.completed.as_slice().len(), "listed {}", told());
    let mut pblks: Vec<u8> =
        state.inodes.iter().flat_map(|i| i.disk.iter().filter_map(|m| m.pblk())).collect();
    let mapped = pblks.len();
    pblks.sort_unstable();
    pblks.dedup();
    assert_eq!(mapped, pblks.len(), "a physical block is mapped twice {}", told());
    if state.power == Power::On {
        assert!(Badge::EsPblk.holds(setup, state), "ES-PBLK {}", told());
    }
}
