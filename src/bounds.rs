//! Every bound of the model, in one place.
//!
//! A run or a search that reaches a bound ends with a result ([`crate::kernel::Bound`]), never with
//! a panic. The page then names the constant and says what it limits.

/// Files (inodes) of one filesystem.
pub const INODES_MAX: u32 = 2;
/// Blocks of one file.
pub const BLOCKS_MAX: u32 = 16;
/// Physical blocks of the device that hold file data.
pub const PBLKS_MAX: u32 = 40;
/// User threads.
pub const THREADS_MAX: u32 = 4;
/// Operations of one thread's program. One byte holds a thread's position, the end included.
pub const OPS_MAX: u32 = 250;
/// Writes of a script, over all threads. Each block of the device stores the number of the write
/// whose data it holds, in one byte.
pub const WRITES_MAX: u32 = 250;
/// Direct IOs that are in flight, not yet converted or not yet reaped, over all files.
pub const IOS_MAX: u32 = 8;
/// The largest number of kworkers: one for writeback, and one for each direct IO.
pub const KWORKERS_MAX: u32 = 1 + IOS_MAX;
/// The kworkers of a machine whose AIO context has few slots. With more slots there is one for
/// writeback and one for each slot.
pub const KWORKERS_FEW: u32 = 4;
/// Work items queued and not yet started, over all workqueues.
pub const WORK_MAX: u32 = IOS_MAX + KWORKERS_FEW;
/// Kernel functions on the stack of one task.
pub const FRAMES_MAX: u32 = 8;
/// Extents in one inode's status tree in the machine.
pub const ES_EXTENTS_MAX: u32 = 16;
/// Slots of the AIO context.
pub const SLOTS_MAX: u32 = IOS_MAX;
/// The largest size of a small journal: the number of handles whose credits fit into one
/// transaction.
pub const JOURNAL_MAX: u32 = 8;
/// Bytes of a script.
pub const SCRIPT_BYTES_MAX: u32 = 64 * 1024;
/// Characters of a wrong word that an error repeats.
pub const WORD_SHOWN: usize = 60;
/// Bytes of the tree laboratory's text.
pub const LAB_BYTES_MAX: u32 = 64 * 1024;
/// Extents that all `build` lines of a laboratory's text make together.
pub const LAB_EXTENTS_MAX: u32 = 20_000;
/// Writes of a timed run. A lap writes each block once, and one byte counts the writes of a block.
pub const LOAD_WRITES_MAX: u32 = 4_000;
/// The first points of a chart's curve, which are kept one by one.
pub const CURVE_HEAD: u32 = 1_024;
/// Spans of a chart's curve. When there are more, each two neighbours are joined.
pub const CURVE_SPANS_MAX: u32 = 256;
/// Edited texts that are kept when another text takes their place before they were run.
pub const DRAFTS_MAX: u32 = 8;
/// Steps of a run that the page keeps.
pub const STEPS_MAX: u32 = 5_000;
/// Choices before the cursor that a panic report lists. The report's link contains all choices.
pub const REPORT_CHOICES: usize = 200;
/// Branches of a run, including the main one. A branch stores its own choices, one or two bytes
/// each; only the displayed branch also stores states.
pub const BRANCHES_MAX: u32 = 64;
/// Steps around the cursor that an object's history covers. The history is computed at every step.
pub const HISTORY_STEPS: u32 = 200;
/// States that one search visits: about 48 bytes each, and 136 bytes for each state of the
/// frontier.
pub const STATES_MAX: u32 = 8_000_000;
/// Places that the search for a run with the fewest switches visits: about 150 bytes each until
/// they are expanded.
pub const CALM_PLACES_MAX: u32 = 2_000_000;
/// Designs with changed knobs that have a column in the matrix: the most recently run ones.
pub const TRIED_DESIGNS_MAX: u32 = 6;
/// States that the first round of the page's matrix visits per cell. Cells with more states get a
/// second round.
pub const MATRIX_FIRST_STATES: u32 = 20_000;
/// Threads of one search, or of the matrix.
pub const SEARCH_THREADS_MAX: u32 = 256;
/// States of a search whose graph the explorer draws.
pub const GRAPH_STATES_MAX: u32 = 500;
/// Depth of a search: steps from the initial state.
pub const DEPTH_MAX: u32 = 1_000;
/// Places that the search for a run that explains one operation of a trace visits.
pub const FOLLOW_PLACES_MAX: u32 = 60_000;
/// Bytes of a trace's text after unpacking.
pub const TRACE_BYTES_MAX: u32 = 512 * 1024 * 1024;
/// The events between two checkpoints of a trace on the page, and so the most that a jump replays.
pub const TRACE_CHECKPOINT_EVENTS: u32 = 4_096;
/// The events of a trace that the page shows at a time.
pub const TRACE_ROWS: u32 = 40;
/// The first physical block of the device. It differs from every logical block, so that output
/// shows which of the two a number is.
pub const PBLK_FIRST: u64 = 1000;

// A mask of mapped blocks is a `u16`, one bit per block.
const _: () = assert!(BLOCKS_MAX == 16);
// Fully preallocated files fit on the device, with some blocks left to reallocate.
const _: () = assert!(INODES_MAX * BLOCKS_MAX < PBLKS_MAX);
// A range in which every block has its own extent still fits.
const _: () = assert!(ES_EXTENTS_MAX >= BLOCKS_MAX);
// A media cell names a write by one byte; 0 and 1 stand for zeroes and old data.
const _: () = assert!(WRITES_MAX < 256 - 3);
const _: () = assert!(OPS_MAX < 256);
// Spans of a curve are joined in pairs.
const _: () = assert!(CURVE_SPANS_MAX.is_multiple_of(2));
const _: () = assert!(LOAD_WRITES_MAX / BLOCKS_MAX < 255);
// A run that a search finds can be replayed on the page, and the states of a search have numbers.
const _: () = assert!(DEPTH_MAX <= STEPS_MAX);
const _: () = assert!(STATES_MAX < u32::MAX / 2);
