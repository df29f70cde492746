//! Each knob in a sentence for a reviewer, and the lines that it changes.

use crate::kernel::{Design, KNOBS, KnobInfo, Knobs, Pc};

use super::code::code;
use super::program::{Room, program};

/// A knob that differs between two designs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnobChange {
    /// The name of the knob in the text of a design.
    pub id: &'static str,
    /// Its value in the other design, and in this one.
    pub values: (&'static str, &'static str),
    /// The effect of the knob.
    pub sentence: &'static str,
    /// The lines that this knob alone changes: `+` is new in this design, `-` is only in the other.
    pub lines: Vec<String>,
}

/// The knobs that differ between two designs, in the order of [`KNOBS`].
pub fn knob_changes(base: &Design, design: &Design) -> Vec<KnobChange> {
    let differ = KNOBS.iter().filter(|knob| (knob.get)(&base.knobs) != (knob.get)(&design.knobs));
    let change = |knob: &KnobInfo| {
        let (was, is) = ((knob.get)(&base.knobs), (knob.get)(&design.knobs));
        KnobChange {
            id: knob.id,
            values: (knob.values[was], knob.values[is]),
            sentence: knob_sentence(knob.id),
            lines: changed_lines(&design.knobs, knob, was),
        }
    };
    differ.map(change).collect()
}

/// The lines that a knob alone changes: those that the design adds to the same design with another
/// value of the knob, and those that it lacks.
pub fn changed_lines(knobs: &Knobs, knob: &KnobInfo, other: usize) -> Vec<String> {
    let mut turned = *knobs;
    (knob.set)(&mut turned, other);
    let (here, there) = (all_lines(knobs), all_lines(&turned));
    let beyond = |these: &[Placed], those: &[Placed], sign: char| {
        let mut texts: Vec<String> = Vec::new();
        for placed in these.iter().filter(|placed| !those.contains(placed)) {
            let text = format!("{sign} {}", placed.text);
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        texts
    };
    let mut lines = beyond(&there, &here, '-');
    lines.extend(beyond(&here, &there, '+'));
    if lines.is_empty() && here != there {
        lines.push("the same lines in another order".into());
    }
    lines
}

#[derive(PartialEq, Eq)]
struct Placed {
    room: Room,
    pc: Pc,
    text: &'static str,
}

fn all_lines(knobs: &Knobs) -> Vec<Placed> {
    let mut all = Vec::new();
    for block in program(knobs) {
        for pc in block.places {
            let lines = code(pc, knobs).into_iter();
            all.extend(lines.map(|text| Placed { room: block.room, pc, text }));
        }
    }
    all
}

/// The effect of a knob in a sentence for reviewers; empty for an unknown knob. A test names the
/// knobs without a sentence.
pub fn knob_sentence(id: &str) -> &'static str {
    SENTENCES.iter().find(|(knob, _)| *knob == id).map_or("", |(_, sentence)| sentence)
}

/// One sentence for each knob.
const SENTENCES: &[(&str, &str)] = &[
    (
        "es_version",
        "The kernel of the extent status tree: how it merges, which entries its shrinker frees \
         first, what it does without memory.",
    ),
    (
        "es_content",
        "Whether the ES tree holds only delayed extents, every status with its physical block, or \
         every status without it; without it a read must still use the disk tree.",
    ),
    (
        "early",
        "Whether the irq turns the range into W in the ES tree before the disk tree is converted: \
         readers then see the data while the disk tree still says U.",
    ),
    (
        "ack",
        "When the application is told that its write is done: in the irq, or by the worker after \
         the conversion on disk; sync_converted: by the worker for O_(D)SYNC writes only.",
    ),
    (
        "dirty_bit",
        "Which ES entries are marked as newer than the disk, so that the shrinker keeps them: \
         none, U entries with a pending conversion, or U and W entries with one.",
    ),
    (
        "fsync",
        "What fsync waits for besides dirty pages: all pending conversions under i_mutex, only \
         writeback, nothing if it is called for O_SYNC AIO, or marked conversions without the \
         lock.",
    ),
    (
        "nolock_read",
        "Whether a dioread_nolock reader that finds conversions pending takes i_mutex and flushes \
         them, or maps at once.",
    ),
    (
        "trunc",
        "What truncate waits for before it frees blocks. If it waits only for direct IO in \
         flight, conversions may still be pending for blocks that another file gets.",
    ),
    (
        "sync_by",
        "Who runs the fsync of an O_(D)SYNC AIO write: its submitter, while the bio is still \
         queued; the worker after the conversion; or a separate worker for this write.",
    ),
    (
        "decrement",
        "Whether the worker drops i_unwritten before or after it calls fsync. If after, its fsync \
         waits for the write that it is completing.",
    ),
    (
        "workers",
        "The workqueues that convert: one item at a time, two such queues, or one work item for \
         each direct write, many at a time.",
    ),
    (
        "throttle",
        "A limit on conversions that are acknowledged and still pending. Without one, only memory \
         limits them if acknowledgements come early.",
    ),
    (
        "writeback_cleared",
        "Whether PageWriteback ends in the irq or after the conversion. If after, a wait for the \
         page is also a wait for the conversion.",
    ),
    (
        "inode_lock",
        "Which lock orders IO on an inode: i_mutex, or i_rwsem, which readers and overwrites \
         share.",
    ),
    (
        "fallocate_waits",
        "What keeps an extent that fallocate makes longer from being converted whole: nothing, a \
         flush of pending conversions besides a split, or the split alone.",
    ),
    (
        "convert_lock",
        "Whether a worker takes i_mutex before it converts: who holds that lock must not wait for \
         it.",
    ),
    (
        "evict",
        "What keeps an inode in memory while something of it is to be converted: a reference of \
         each \
         io_end, a wait in eviction for all of them, or PageWriteback and the open file of direct \
         IO.",
    ),
    (
        "io_end_ref",
        "Whether the irq still holds the io_end that it has handed over when it reads the iocb in \
         it.",
    ),
    (
        "error_reported",
        "Whether a conversion that fails becomes the result of its AIO write, or a line in the \
         log.",
    ),
    (
        "complete_last",
        "Whether the worker acknowledges as its last step, when it no longer needs the inode.",
    ),
    (
        "worker_via_es",
        "Whether the worker checks the ES tree before it converts on disk. After an early \
         conversion the ES tree says W, so the disk tree stays U.",
    ),
    (
        "shrink_delayed",
        "Whether the shrinker also frees delayed extents, which are only in the ES tree.",
    ),
    (
        "es_convert",
        "The text of ext4_es_convert_unwritten_extents: as posted in series v5, with its \
         mistakes, or corrected.",
    ),
    (
        "es_lock",
        "How tasks take i_es_lock: with irqs on, an irq that converts on the same CPU spins \
         forever.",
    ),
    (
        "invalidate",
        "Whether a completed AIO write drops clean pages of its range that were read in the \
         meantime.",
    ),
    ("extends", "The size beyond which a direct write counts as extending: i_size or i_disksize."),
    (
        "size_update",
        "Whether an extending O_(D)SYNC write updates the size before its sync, which then \
         includes it, or after.",
    ),
    (
        "orphan",
        "Whether an extending write joins the orphan list first, so that recovery truncates \
         blocks beyond the size.",
    ),
    (
        "reservation",
        "Whether writeback reserves the handle of its conversion when it starts, so that the \
         conversion never waits for room in a transaction.",
    ),
    (
        "merge_unwritten",
        "Whether preallocation merges adjacent U extents on disk: a conversion then converts more \
         than its own range.",
    ),
    (
        "wb_error",
        "Who gets the error of a failed writeback: the first caller that waits, that caller only \
         while pages are cached, or each open file once.",
    ),
    (
        "failed_writeback",
        "Whether blocks whose writeback failed are converted anyway, which shows a former owner's \
         data, or stay U.",
    ),
    (
        "range_datasync",
        "Whether fdatasync commits what punch and zero range have changed, or leaves it to fsync.",
    ),
    (
        "failed_dio",
        "Whether an AIO write whose bio failed converts its blocks anyway, which shows a former \
         owner's data, or leaves them U.",
    ),
    (
        "ordered",
        "The newly written blocks whose data a commit waits for: those of write calls, also those \
         of writeback, or all, those of page faults too.",
    ),
    (
        "zero_forgets",
        "Whether zero range ends by removing all entries of the inode from the ES tree, delayed \
         ones too, so that fiemap takes dirty data for a hole.",
    ),
    (
        "overwrites",
        "Whether an overwrite under dioread_nolock keeps i_mutex, or drops it and takes the place \
         of another AIO write's io_end, or has its own.",
    ),
    (
        "trunc_order",
        "Whether truncate waits for direct IO and then sets the size, or the other way round, and \
         whether it knows readers that take no lock.",
    ),
    (
        "move_check",
        "Whether move_extents, once it has the pages of both files, finds out that a block changed \
         after it was looked up.",
    ),
    (
        "reservations",
        "What counts reserved blocks: the delayed buffers of dirty pages, which a direct write or \
         fallocate into the same block does not see, or the delayed entries of the ES tree.",
    ),
    (
        "delay_lock",
        "How a delayed write holds i_data_sem: for reading, so that a reader may cache a hole over \
         its entry, or for writing.",
    ),
    (
        "fiemap_lock",
        "Whether fiemap takes i_rwsem shared, so that it caches no extent that a collapse or an \
         insert is about to move.",
    ),
    (
        "fua",
        "Whether an O_DSYNC write over written blocks goes to the device with FUA and is then not \
         synced: never, only if the inode has nothing to commit, or always.",
    ),
    (
        "unaligned",
        "What keeps two direct writes from zeroing each other's half of a new or U block: nothing, \
         a wait for conversions by AIO, or the lock and a wait for direct IO.",
    ),
    (
        "fill_lock",
        "What is kept from caching a block again while fallocate takes it away: nothing, page \
         faults, or reads too.",
    ),
];
