//! Every bound of the model, in one place.
//!
//! Reaching one is a result ([`crate::kernel::Bound`]), never a panic: the page names the constant
//! and says what it limits.

/// Files (inodes) of one filesystem.
pub const INODES_MAX: u32 = 2;
/// Blocks of one file.
pub const BLOCKS_MAX: u32 = 16;
/// Physical blocks of the device that hold file data.
pub const PBLKS_MAX: u32 = 40;
/// User threads.
pub const THREADS_MAX: u32 = 4;
/// Operations of one thread's program. Where a thread stands in it, its end included, is a byte.
pub const OPS_MAX: u32 = 250;
/// Writes of a script, over all threads: a block of the device names the write that it holds.
pub const WRITES_MAX: u32 = 250;
/// Direct IOs in flight or not yet converted and reaped, over all files.
pub const IOS_MAX: u32 = 8;
/// Kworkers that run at the same time.
pub const KWORKERS_MAX: u32 = 4;
/// Work items queued and not yet started, over all workqueues.
pub const WORK_MAX: u32 = IOS_MAX + KWORKERS_MAX;
/// Kernel functions on the stack of one task.
pub const FRAMES_MAX: u32 = 8;
/// Extents in one inode's status tree, as the machine keeps it.
pub const ES_EXTENTS_MAX: u32 = 16;
/// Slots of the AIO context.
pub const SLOTS_MAX: u32 = IOS_MAX;
/// Handles whose credits a transaction of a small journal has room for, at most.
pub const JOURNAL_MAX: u32 = 8;
/// Bytes of a script.
pub const SCRIPT_BYTES_MAX: u32 = 64 * 1024;
/// Bytes of a tree laboratory's text.
pub const LAB_BYTES_MAX: u32 = 64 * 1024;
/// Extents that the `build` lines of a laboratory make, together.
pub const LAB_EXTENTS_MAX: u32 = 20_000;
/// Writes of a timed run. Each block is written once a lap, and a block's writes are counted in a
/// byte.
pub const LOAD_WRITES_MAX: u32 = 4_000;
/// Moments of a chart's curve that are kept one by one, from the first.
pub const CURVE_HEAD: u32 = 1_024;
/// Spans of a chart's curve: when there are more, every two become one.
pub const CURVE_SPANS_MAX: u32 = 256;
/// Texts of the editor that were not run when another one came there, and that are kept.
pub const DRAFTS_MAX: u32 = 8;
/// Steps of a run that the page keeps.
pub const STEPS_MAX: u32 = 5_000;
/// Choices before the cursor that the report of a panic lists; the link in it has all.
pub const REPORT_CHOICES: usize = 200;
/// Branches of a run, the main one included. A branch is kept as its own choices, a byte or two
/// each; only the one that is shown has its states.
pub const BRANCHES_MAX: u32 = 64;
/// Steps that the history of an object looks at, around the cursor: it is made anew at every step.
pub const HISTORY_STEPS: u32 = 200;
/// States that one search visits: about 55 bytes each, and 120 for those of the frontier.
pub const STATES_MAX: u32 = 8_000_000;
/// Places that the search for a run with the fewest switches comes to: some 150 bytes each, until
/// they have been looked at.
pub const CALM_PLACES_MAX: u32 = 2_000_000;
/// Designs with knobs of their own that have a column of the matrix: those that were run last.
pub const TRIED_DESIGNS_MAX: u32 = 6;
/// States of a cell of the page's matrix in the first round; cells with more get a second one.
pub const MATRIX_FIRST_STATES: u32 = 20_000;
/// Steps from the start that a search goes.
pub const DEPTH_MAX: u32 = 1_000;
/// Places that the search for a run that explains one operation of a trace comes to.
pub const FOLLOW_PLACES_MAX: u32 = 60_000;
/// Bytes of a trace's text, unpacked.
pub const TRACE_BYTES_MAX: u32 = 512 * 1024 * 1024;
/// The first physical block; the dossier's examples count from here.
pub const PBLK_FIRST: u64 = 1000;

// A mapped block mask is a `u16`, one bit a block.
const _: () = assert!(BLOCKS_MAX == 16);
// Fully preallocated files fit on the device, with some blocks left to reallocate.
const _: () = assert!(INODES_MAX * BLOCKS_MAX < PBLKS_MAX);
// A range that alternates block by block still fits.
const _: () = assert!(ES_EXTENTS_MAX >= BLOCKS_MAX);
// Media cells name a write by one byte, 0 and 1 being zeroes and old data.
const _: () = assert!(WRITES_MAX < 256 - 2);
const _: () = assert!(OPS_MAX < 256);
// Two spans of a curve become one.
const _: () = assert!(CURVE_SPANS_MAX.is_multiple_of(2));
const _: () = assert!(LOAD_WRITES_MAX / BLOCKS_MAX < 255);
// What a search finds can be replayed as a run, and its states can be numbered.
const _: () = assert!(DEPTH_MAX <= STEPS_MAX);
const _: () = assert!(STATES_MAX < u32::MAX / 2);
