//! The lessons L0 to L3: when a write is done, and what the extent status tree knows.

use crate::kernel::{Actor, Pc, Promise};
use crate::lesson::fact::Layer::{Disk, EsTree};
use crate::lesson::fact::{Fact, Truth};
use crate::lesson::legs::{ACK_IN_IRQ, IRQ_A, READ, REAP, SUBMIT, T1, WORKER, go, scene};
use crate::lesson::stop::Until::After;
use crate::lesson::stop::{Lesson, Question, Stop};

pub(super) const GAP: Lesson = Lesson {
    name: "The gap",
    source: "Zheng Liu, 24 Dec 2012: the kernel before the patch",
    about: "A write can be finished on the device before the file system's map says so.",
    panels: &["strata", "pipeline", "lanes"],
    stops: &[
        Stop {
            scene: scene("S1", "v3.8"),
            says: "Thread t1 sends direct write A to blocks 0 to 7, which are allocated and marked U: unwritten.",
            question: None,
            legs: &[SUBMIT],
            sees: "A is in flight to the device. The disk tree says U for its blocks.",
            shows: &[(Fact::Says(Disk, 0), Truth::Unwritten)],
            breaks: None,
        },
        Stop {
            scene: None,
            says: "Now the device finishes, and the completion runs in irq context. It puts A on a list, because irq context cannot take the lock that a change of the map needs.",
            question: Some(Question {
                asks: "The data of A is on the device and the disk tree still says U. What does a read return that follows the disk tree now?",
                fact: Fact::ReadNow(0),
                right: 1,
                answers: &[
                    ("A", Truth::Data),
                    ("zeroes", Truth::Zeroes),
                    ("what was in the block before", Truth::Stale),
                ],
                why: "U means: the block is the file's, but its content is not valid yet. A read fills in zeroes, so it never shows what another file left there.",
            }),
            legs: &[go(IRQ_A, After(Pc::AddCompleteIo))],
            sees: "The media hold A, and by the disk tree a read returns zeroes. So v3.8 converts before a direct read looks.",
            shows: &[(Fact::Says(Disk, 0), Truth::Unwritten), (Fact::ReadNow(0), Truth::Zeroes)],
            breaks: None,
        },
        Stop {
            scene: None,
            says: "A worker takes the list, and converts: it marks the blocks W in the disk tree.",
            question: Some(Question {
                asks: "At the moment when the disk tree says W, has t1 been told that A is done?",
                fact: Fact::Acknowledged(0),
                right: 1,
                answers: &[("yes, by the irq", Truth::Yes), ("no, not yet", Truth::No)],
                why: "v3.8 acknowledges after the conversion. Until then no read has to return A.",
            }),
            legs: &[go(WORKER, After(Pc::ConvertMap))],
            sees: "The disk tree says W. A direct read returns A, but A is not acknowledged yet.",
            shows: &[
                (Fact::Says(Disk, 0), Truth::Written),
                (Fact::ReadNow(0), Truth::Data),
                (Fact::Acknowledged(0), Truth::No),
            ],
            breaks: None,
        },
        Stop {
            scene: None,
            says: "The worker acknowledges A, and t1 learns of it.",
            question: None,
            legs: &[go(WORKER, After(Pc::AioComplete)), REAP],
            sees: "t1 knows that A is done, and every read returns A.",
            shows: &[(Fact::Acknowledged(0), Truth::Yes), (Fact::ReadNow(0), Truth::Data)],
            breaks: None,
        },
    ],
    leaves: "U keeps old data private. Everything depends on the order of conversion and acknowledgement.",
};

pub(super) const WHERE_IS_IT: Lesson = Lesson {
    name: "Where is it?",
    source: "Jan Kara, 31 Dec 2012, 16:36",
    about: "The patch converts in memory, in the irq, and acknowledges immediately. Is a mark in memory enough?",
    panels: &["strata", "tree", "lanes"],
    stops: &[
        Stop {
            scene: scene("S1", "rfc-nopblk"),
            says: "The ES tree is the map in memory. Suppose that it holds a status but no block number, as Jan Kara first read the patch.",
            question: None,
            legs: &[SUBMIT, ACK_IN_IRQ, REAP],
            sees: "The irq marks A's blocks W in the ES tree and acknowledges. The disk tree says U.",
            shows: &[
                (Fact::Says(EsTree, 0), Truth::Written),
                (Fact::Says(Disk, 0), Truth::Unwritten),
                (Fact::Acknowledged(0), Truth::Yes),
            ],
            breaks: None,
        },
        Stop {
            scene: None,
            says: "t1 has been told that A is done, and reads the blocks.",
            question: Some(Question {
                asks: "What does the read return?",
                fact: Fact::Returned,
                right: 1,
                answers: &[
                    ("A", Truth::Data),
                    ("zeroes", Truth::Zeroes),
                    ("what was in the block before", Truth::Stale),
                ],
                why: "The ES tree says written, but has no block number. The read has to look into the disk tree, which says U, so it returns zeroes.",
            }),
            legs: &[READ],
            sees: "t1 wrote A, was told that A is done, and reads zeroes.",
            shows: &[(Fact::Returned, Truth::Zeroes)],
            breaks: Some(Promise::Raw),
        },
        Stop {
            scene: scene("S1", "rfc-v1"),
            says: "The rest of the patch series records the block number too. The same write, the same read.",
            question: Some(Question {
                asks: "What does the read return now?",
                fact: Fact::Returned,
                right: 0,
                answers: &[("A", Truth::Data), ("zeroes", Truth::Zeroes)],
                why: "Every lookup starts in the ES tree. It has the status W and the block number, so the read never looks into the disk tree.",
            }),
            legs: &[SUBMIT, ACK_IN_IRQ, REAP, READ],
            sees: "The read returns A although the disk tree says U.",
            shows: &[(Fact::Returned, Truth::Data), (Fact::Says(Disk, 0), Truth::Unwritten)],
            breaks: None,
        },
    ],
    leaves: "A read must find an acknowledged write. If only memory records the write, memory must also record its place.",
};

pub(super) const PRESSURE: Lesson = Lesson {
    name: "Memory pressure",
    source: "Jan Kara, 31 Dec 2012, 21:58",
    about: "The ES tree is a cache, and the kernel may drop entries of a cache when it needs memory.",
    panels: &["strata", "tree", "lanes"],
    stops: &[
        Stop {
            scene: scene("S2", "rfc-v1"),
            says: "As before: t1 writes A, the irq converts in the ES tree and acknowledges.",
            question: None,
            legs: &[SUBMIT, ACK_IN_IRQ, REAP],
            sees: "Only the ES tree knows that A's blocks are written.",
            shows: &[
                (Fact::Says(EsTree, 0), Truth::Written),
                (Fact::Says(Disk, 0), Truth::Unwritten),
            ],
            breaks: None,
        },
        Stop {
            scene: None,
            says: "The kernel needs memory, and the shrinker drops that entry. Then t1 reads.",
            question: Some(Question {
                asks: "What does the read return?",
                fact: Fact::Returned,
                right: 1,
                answers: &[("A", Truth::Data), ("zeroes", Truth::Zeroes)],
                why: "The entry is gone, so the lookup uses the disk tree, which says U.",
            }),
            legs: &[go(Actor::Shrinker, After(Pc::Shrink)), READ],
            sees: "A read one moment earlier would have returned A. This one returns zeroes, and puts U into the ES tree.",
            shows: &[(Fact::Freed, Truth::Yes), (Fact::Returned, Truth::Zeroes)],
            breaks: Some(Promise::Raw),
        },
        Stop {
            scene: scene("S2", "rfc-v1"),
            says: "Once more, but now the worker has converted in the disk tree before the memory is needed.",
            question: Some(Question {
                asks: "The same pressure, later. What does the read return?",
                fact: Fact::Returned,
                right: 0,
                answers: &[("A", Truth::Data), ("zeroes", Truth::Zeroes)],
                why: "The disk tree already says W, so the lookup finds there what the ES tree has lost.",
            }),
            legs: &[
                SUBMIT,
                ACK_IN_IRQ,
                REAP,
                go(WORKER, After(Pc::Decrement)),
                go(Actor::Shrinker, After(Pc::Shrink)),
                READ,
            ],
            sees: "The entry was dropped as before. The read finds W in the disk tree, returns A, and puts W into the ES tree.",
            shows: &[(Fact::Freed, Truth::Yes), (Fact::Returned, Truth::Data)],
            breaks: None,
        },
    ],
    leaves: "From the acknowledgement to the conversion, memory holds the only record of the write.",
};

pub(super) const DIRTY_BIT: Lesson = Lesson {
    name: "The dirty bit",
    source: "Jan Kara, 31 Dec 2012, 21:58; Zheng Liu, 1 Jan 2013",
    about: "The proposal: mark the entries that differ from the disk tree, and keep those.",
    panels: &["strata", "tree", "lanes"],
    stops: &[
        Stop {
            scene: scene("S2", "rfc-dirty"),
            says: "An entry is now marked dirty (*) from the submission of a write until its conversion on disk is done.",
            question: Some(Question {
                asks: "The shrinker runs before the worker. Does it free the entry?",
                fact: Fact::Freed,
                right: 1,
                answers: &[("yes", Truth::Yes), ("no", Truth::No)],
                why: "The conversion is pending, so the entry is dirty, and the shrinker keeps it: what the irq wrote there stands nowhere else.",
            }),
            legs: &[SUBMIT, ACK_IN_IRQ, REAP, go(Actor::Shrinker, After(Pc::Shrink)), READ],
            sees: "The entry stays, and the read returns A.",
            shows: &[(Fact::Freed, Truth::No), (Fact::Returned, Truth::Data)],
            breaks: None,
        },
        Stop {
            scene: scene("S8", "rfc-dirty"),
            says: "Another way to write: through the page cache. The write is copied to a page, and a direct read asks for that page to be written first.",
            question: Some(Question {
                asks: "The page has reached the device, its extent is U until the worker runs. What does the direct read return?",
                fact: Fact::Returned,
                right: 1,
                answers: &[("the data", Truth::Data), ("zeroes", Truth::Zeroes)],
                why: "The patch converts in the irq for direct writes only. The mark keeps the entry, but the entry still says U, and the patch took away the wait that readers had.",
            }),
            legs: &[go(T1, After(Pc::WritebackSubmit)), go(IRQ_A, After(Pc::EndWriteback)), READ],
            sees: "The entry is dirty and stays, but it says U. The dirty bit does not help: the read returns zeroes.",
            shows: &[(Fact::Returned, Truth::Zeroes)],
            breaks: Some(Promise::Raw),
        },
    ],
    leaves: "Entries that exist only in memory must be kept. Delayed extents must stay for the same reason: no block exists for them yet.",
};
