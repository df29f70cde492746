//! Runs an operation of a plan in the machine, window by window, and compares the trees.

use crate::bounds::{BLOCKS_MAX, PBLK_FIRST, SLOTS_MAX};
use crate::es::{Extent, Status};
use crate::kernel::{
    ACTORS, Actor, Choice, Next, Setup, State, enabled, is_environment, next_of_all, step,
};

use super::super::folder::Folder;
use super::super::history::History;
use super::super::scene::{Run, Scene, Window, add, scene};
use super::plan::Plan;

/// A run of blocks in which the machine's result differs from the dump.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unlike {
    /// First block of the run, in the real file.
    pub lblk: u32,
    /// Number of blocks of the run.
    pub len: u32,
    /// The run in the dump before: a status and a physical block of the machine, or `-` if nothing
    /// is cached.
    pub before: String,
    /// The run in the dump after.
    pub expected: String,
    /// The run in the machine's tree.
    pub got: String,
    /// The machine's trees: the disk tree before, the ES tree before, the expected ES tree after,
    /// and the actual ES tree after.
    pub window: [String; 4],
}

/// Runs an operation in one window. Returns the first run of blocks that differs.
pub(super) fn in_window(
    folder: &Folder,
    history: &History,
    window: &Window,
    plan: &Plan,
) -> Result<Option<Box<Unlike>>, String> {
    let dirty = |run: &Run| plan.dirties(run);
    let Scene { mut setup, mut state, pblks } = scene(window, history, folder, dirty);
    setup.slots = SLOTS_MAX as u8;
    if plan.goes_beyond() {
        state.inodes[0].size = window.len() as u8;
    }
    for op in plan.ops(window)? {
        add(&mut setup, op);
    }
    let first = state;
    run_to_end(&setup, &mut state)?;
    let shown = |state: &State| -> Vec<Option<(Status, Option<u8>)>> {
        (0..window.len() as u32).map(|lblk| seen(state, lblk)).collect()
    };
    let (before, got) = (shown(&first), shown(&state));
    let expected: Vec<Option<(Status, Option<u8>)>> = window
        .iter()
        .zip(&pblks)
        .map(|(run, pblk)| run.after.map(|after| (after.status, shows(after.status, *pblk))))
        .collect();
    let disk: Vec<Option<(Status, Option<u8>)>> = window
        .iter()
        .zip(&pblks)
        .map(|(run, pblk)| run.disk.map(|disk| (disk.status, shows(disk.status, *pblk))))
        .collect();
    let unlike = (0..window.len()).filter(|at| plan.compares(&window[*at])).find(|at| {
        match (expected[*at], got[*at]) {
            (None, None) => false,
            (Some((status, pblk)), Some((other, place))) => {
                // The machine allocates other physical blocks than the kernel.
                status != other || pblk.is_some() && pblk != place
            }
            _ => true,
        }
    });
    // A lookup that reads a leaf of the disk tree caches the whole leaf (`ext4_cache_extents`). The
    // machine's disk tree has no leaves.
    let of_leaf = |at: usize| {
        let run = &window[at];
        let on_disk = run.disk.map(|disk| (disk.status, shows(disk.status, pblks[at])));
        run.part == 0 && before[at].is_none() && got[at].is_none() && expected[at] == on_disk
    };
    let differs = (0..window.len()).filter(|at| expected[*at] != got[*at]);
    let mapped = |at: usize| pblks[at].is_some();
    if unlike.is_some_and(|at| mapped(at) && of_leaf(at))
        && differs.into_iter().all(|at| of_leaf(at) || window[at].part > 0)
    {
        return Err("read a leaf of the disk tree".into());
    }
    let text = |shown: &[Option<(Status, Option<u8>)>]| -> String {
        shown.iter().map(|it| told(*it)).collect::<Vec<_>>().join(" ")
    };
    Ok(unlike.map(|at| {
        Box::new(Unlike {
            lblk: window[at].lblk,
            len: window[at].len,
            before: told(before[at]),
            expected: told(expected[at]),
            got: told(got[at]),
            window: [text(&disk), text(&before), text(&expected), text(&got)],
        })
    }))
}

/// What a dump shows of an extent: its status, and its physical block if it has one.
fn kind(extent: Option<Extent>) -> Option<(Status, u64)> {
    extent.map(|it| {
        let shown = it.status.is_mapped() && !it.status.any(Status::DELAYED);
        (it.status, if shown { it.pblk } else { 0 })
    })
}

/// Whether runs were added to the ES tree, holes too, and nothing else changed: `ext4_ext_precache`
/// caches what a leaf of the disk tree has (`ext4_cache_extents`, fs/ext4/extents.c v6.1).
pub(super) fn caches_leaves(runs: &[Run]) -> bool {
    let changed = || runs.iter().filter(|run| kind(run.before) != kind(run.after));
    let of_leaf = |run: &Run| run.disk.is_none() || kind(run.after) == kind(run.disk);
    changed().next().is_some() && changed().all(|run| run.before.is_none() && of_leaf(run))
}

/// The first run outside of all windows that changes. The operation has nothing to do with it, so
/// the machine would leave it alone. The error says what is not modelled.
pub(super) fn outside(
    runs: &[Run],
    windows: &[Window],
    plan: &Plan,
) -> Result<Option<Box<Unlike>>, String> {
    let inside = |run: &Run| windows.iter().flatten().any(|other| other.lblk == run.lblk);
    let changed = runs.iter().filter(|run| kind(run.before) != kind(run.after));
    let Some(run) = changed.into_iter().find(|run| plan.compares(run) && !inside(run)) else {
        return Ok(None);
    };
    if run.before.is_none() && run.disk.is_none() {
        return Err("of blocks not known".into());
    }
    if run.before.is_none() && kind(run.after) == kind(run.disk) {
        return Err("that read a leaf of the disk tree".into());
    }
    let text = |extent: Option<Extent>| extent.map_or("-".into(), |it| it.to_string());
    let (before, expected) = (text(run.before), text(run.after));
    Ok(Some(Box::new(Unlike {
        lblk: run.lblk,
        len: run.len,
        before: before.clone(),
        expected: expected.clone(),
        got: before.clone(),
        window: [text(run.disk), before.clone(), expected, before],
    })))
}

fn shows(status: Status, pblk: Option<u8>) -> Option<u8> {
    let told = status.is_mapped() && !status.any(Status::DELAYED);
    pblk.filter(|_| told)
}

fn seen(state: &State, lblk: u32) -> Option<(Status, Option<u8>)> {
    let extent: Extent = state.inodes[0].es.peek(lblk)?;
    let status = extent.status.kind();
    let pblk = extent.pblk.wrapping_sub(PBLK_FIRST) + u64::from(lblk - extent.lblk);
    Some((status, shows(status, u8::try_from(pblk).ok())))
}

fn told(it: Option<(Status, Option<u8>)>) -> String {
    match it {
        None => "-".into(),
        Some((status, Some(pblk))) => format!("{status}@{pblk}"),
        Some((status, None)) => status.to_string(),
    }
}

/// Takes steps until no actor can step, except the environment.
fn run_to_end(setup: &Setup, state: &mut State) -> Result<(), String> {
    for _ in 0..STEPS {
        let choices = enabled(setup, state);
        let Some(choice) = choices.into_iter().find(|choice| !is_environment(state, *choice))
        else {
            break;
        };
        step(setup, state, choice, &mut ()).map_err(|_| "takes no step")?;
        if let Some(bound) = state.bound {
            return Err(format!("reaches {}", bound.name()));
        }
    }
    let nexts: [Next; ACTORS] = next_of_all(setup, state);
    let waits = |actor: Actor| !matches!(nexts[usize::from(actor.position())], Next::Done);
    let stuck = Actor::all().find(|actor| actor.task().is_some() && waits(*actor));
    match stuck {
        Some(actor) => Err(format!("does not end in {}", Choice::from(actor))),
        None => Ok(()),
    }
}

/// More steps than an operation on all blocks needs.
const STEPS: u32 = 64 * BLOCKS_MAX;
