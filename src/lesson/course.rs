//! The lessons L0 to L6. Dates are those of the thread of December 2012 and January 2013.

use crate::kernel::{Actor, Pc, Promise};

use super::fact::Layer::{Committed, Disk, EsTree};
use super::fact::{Fact, Truth};
use super::stop::Until::{After, At};
use super::stop::{Leg, Lesson, Question, Scene, Stop, Until};

const T1: Actor = Actor::Thread(0);
const T2: Actor = Actor::Thread(1);
const IRQ_A: Actor = Actor::Irq(0);
const IRQ_B: Actor = Actor::Irq(1);
/// The worker of the conversion workqueue.
const WORKER: Actor = Actor::Kworker(0);
/// The first worker of `s_dio_done_wq`.
const DIO_WORKER: Actor = Actor::Kworker(1);

const fn go(actor: Actor, until: Until) -> Leg {
    Leg { actor, until }
}

const fn scene(preset: &'static str, design: &'static str) -> Option<Scene> {
    Some(Scene { preset, design })
}

const SUBMIT: Leg = go(T1, After(Pc::WriteMap));
const REAP: Leg = go(T1, After(Pc::Getevents));

/// The lessons, in order; the position is the number.
pub const LESSONS: &[Lesson] = &[GAP, WHERE_IS_IT, PRESSURE, DIRTY_BIT, O_SYNC, DEADLOCK, INSTEAD];

const GAP: Lesson = Lesson {
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
            sees: "A is on its way to the device. The disk tree says U for its blocks.",
            shows: &[(Fact::Says(Disk, 0), Truth::Unwritten)],
            breaks: None,
        },
        Stop {
            scene: None,
            says: "Now the device finishes, and the completion runs in irq context. It puts A on a list; it cannot take the lock that changing the map needs.",
            question: Some(Question {
                asks: "The data of A is on the device and the disk tree still says U. What does a read return that looks the block up now?",
                fact: Fact::ReadNow(0),
                right: 1,
                answers: &[
                    ("A", Truth::Data),
                    ("zeroes", Truth::Zeroes),
                    ("what was in the block before", Truth::Stale),
                ],
                why: "U means: this block is yours, but nobody has said yet that its content is. A read fills in zeroes, so it never shows what another file left there.",
            }),
            legs: &[go(IRQ_A, After(Pc::AddCompleteIo))],
            sees: "The media hold A, and a read still gets zeroes.",
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
                why: "v3.8 acknowledges after the conversion. Until then t1 has no right to expect A.",
            }),
            legs: &[go(WORKER, After(Pc::ConvertMap))],
            sees: "The disk tree says W. A read gets A, and t1 has not been told.",
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
            sees: "t1 knows that A is done, and every read gets A.",
            shows: &[(Fact::Acknowledged(0), Truth::Yes), (Fact::ReadNow(0), Truth::Data)],
            breaks: None,
        },
    ],
    leaves: "U keeps old data private; so the order of conversion and acknowledgement is the whole story.",
};

const ACK_IN_IRQ: Leg = go(IRQ_A, After(Pc::AioComplete));
const READ: Leg = go(T1, After(Pc::ReadDone));

const WHERE_IS_IT: Lesson = Lesson {
    name: "Where is it?",
    source: "Jan Kara, 31 Dec 2012, 16:36",
    about: "The patch converts in memory, in the irq, and acknowledges at once. Is a mark in memory enough?",
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
                why: "The ES tree says written but not where. The read has to ask the disk tree, which says U: zeroes.",
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
                why: "Every lookup asks the ES tree first. It says W and where, so nobody asks the disk tree.",
            }),
            legs: &[SUBMIT, ACK_IN_IRQ, REAP, READ],
            sees: "The read gets A although the disk tree says U.",
            shows: &[(Fact::Returned, Truth::Data), (Fact::Says(Disk, 0), Truth::Unwritten)],
            breaks: None,
        },
    ],
    leaves: "An acknowledged write must be found. If memory alone knows of it, memory must know where it is.",
};

const PRESSURE: Lesson = Lesson {
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
                why: "The entry is gone, so the lookup asks the disk tree, which says U.",
            }),
            legs: &[go(Actor::Shrinker, After(Pc::Shrink)), READ],
            sees: "A read that came a moment earlier would have got A. This one gets zeroes.",
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
                why: "The disk tree says W by now, so the lookup finds there what the ES tree has lost.",
            }),
            legs: &[
                SUBMIT,
                ACK_IN_IRQ,
                REAP,
                go(WORKER, After(Pc::Decrement)),
                go(Actor::Shrinker, After(Pc::Shrink)),
                READ,
            ],
            sees: "The entry is dropped as before, and the read gets A.",
            shows: &[(Fact::Freed, Truth::Yes), (Fact::Returned, Truth::Data)],
            breaks: None,
        },
    ],
    leaves: "The window is open from the acknowledgement to the conversion: in it, memory holds the only record.",
};

const DIRTY_BIT: Lesson = Lesson {
    name: "The dirty bit",
    source: "Jan Kara, 31 Dec 2012, 21:58; Zheng Liu, 1 Jan 2013",
    about: "Mark the entries that say more than the disk tree, and keep those.",
    panels: &["strata", "tree", "lanes"],
    stops: &[
        Stop {
            scene: scene("S2", "rfc-dirty"),
            says: "The irq now marks the entry dirty when it converts: the disk tree does not say the same yet.",
            question: Some(Question {
                asks: "The shrinker runs before the worker. Does it free the entry?",
                fact: Fact::Freed,
                right: 1,
                answers: &[("yes", Truth::Yes), ("no", Truth::No)],
                why: "A dirty entry holds what nobody else knows. The shrinker passes it by.",
            }),
            legs: &[SUBMIT, ACK_IN_IRQ, REAP, go(Actor::Shrinker, After(Pc::Shrink)), READ],
            sees: "The entry stays, and the read gets A.",
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
                why: "The patch converts in the irq for direct writes only. Here nothing was converted and nothing was marked, and the patch took away the wait that readers had.",
            }),
            legs: &[go(T1, After(Pc::WritebackSubmit)), go(IRQ_A, After(Pc::EndWriteback)), READ],
            sees: "The dirty bit cannot keep an entry that nobody marked: zeroes.",
            shows: &[(Fact::Returned, Truth::Zeroes)],
            breaks: Some(Promise::Raw),
        },
    ],
    leaves: "Keep what only memory knows. Delayed extents must stay for the same reason: no block exists for them yet.",
};

const O_SYNC_AIO: Leg = go(T2, After(Pc::Getevents));
const CUT: Leg = go(Actor::Power, After(Pc::Recover));

const O_SYNC: Lesson = Lesson {
    name: "O_SYNC",
    source: "Jan Kara, 3 Jan 2013, 10:56",
    about: "An application that opens its file with O_DSYNC asks that \"done\" means: it survives.",
    panels: &["strata", "pipeline", "lanes"],
    stops: &[
        Stop {
            scene: scene("S5b", "rfc-v1"),
            says: "t1 writes A with O_DSYNC; thread t2 waits for the completion.",
            question: None,
            legs: &[SUBMIT, ACK_IN_IRQ, O_SYNC_AIO],
            sees: "t2 knows that A is done. The committed tree, which is what survives, says U.",
            shows: &[
                (Fact::Acknowledged(0), Truth::Yes),
                (Fact::Says(Committed, 0), Truth::Unwritten),
            ],
            breaks: None,
        },
        Stop {
            scene: None,
            says: "The power fails now, and comes back. The journal is recovered.",
            question: Some(Question {
                asks: "What does a read of A's blocks return?",
                fact: Fact::Survives(0),
                right: 1,
                answers: &[("A", Truth::Data), ("zeroes", Truth::Zeroes)],
                why: "After a power cut only the committed tree counts, and it says U. The mark in memory is gone with the memory.",
            }),
            legs: &[CUT],
            sees: "A synchronous write was reported done, and it did not survive.",
            shows: &[(Fact::Survives(0), Truth::Zeroes)],
            breaks: Some(Promise::OsyncDurable),
        },
        Stop {
            scene: scene("S5b", "rfc-osync"),
            says: "So for O_DSYNC the worker must do everything first: convert on disk, commit, and only then acknowledge. Then the power fails.",
            question: Some(Question {
                asks: "What does a read of A's blocks return after this?",
                fact: Fact::Survives(0),
                right: 0,
                answers: &[("A", Truth::Data), ("zeroes", Truth::Zeroes)],
                why: "The commit came before the acknowledgement: the committed tree says W.",
            }),
            legs: &[
                SUBMIT,
                go(IRQ_A, After(Pc::DioDone)),
                go(WORKER, After(Pc::FsyncCommit)),
                go(Actor::Jbd2, After(Pc::CommitWrite)),
                go(WORKER, After(Pc::AioComplete)),
                O_SYNC_AIO,
                CUT,
            ],
            sees: "A survives, but nothing was gained: the conversion in memory came first and helped nobody.",
            shows: &[(Fact::Survives(0), Truth::Data), (Fact::Says(Committed, 0), Truth::Written)],
            breaks: None,
        },
        Stop {
            scene: scene("S5b", "v3.8"),
            says: "The kernel of the time, v3.8, acknowledges after the conversion but before the commit.",
            question: Some(Question {
                asks: "Can a write that t2 saw acknowledged be gone after a power cut under v3.8 too?",
                fact: Fact::Breaks(Promise::OsyncDurable),
                right: 0,
                answers: &[("yes, in some order of the steps", Truth::Yes), ("no", Truth::No)],
                why: "The fsync of the submitting thread may come after t2 has seen the completion. v3.12 mended this: a worker syncs first.",
            }),
            legs: &[SUBMIT],
            sees: "The promise was broken before the patch: the search of all orders finds a run.",
            shows: &[(Fact::Breaks(Promise::OsyncDurable), Truth::Yes)],
            breaks: None,
        },
    ],
    leaves: "For O_SYNC, done has to mean survives: converting in memory gains nothing.",
};

const DEADLOCK: Lesson = Lesson {
    name: "The deadlock",
    source: "Jan Kara, 3 Jan 2013, 10:56",
    about: "If the worker calls fsync before it acknowledges, what does fsync wait for?",
    panels: &["strata", "threads", "waits", "lanes"],
    stops: &[
        Stop {
            scene: scene("S7", "rfc-osync"),
            says: "t1 sends two O_DSYNC writes, A and B. i_unwritten counts the conversions that are owed.",
            question: None,
            legs: &[SUBMIT, SUBMIT],
            sees: "Both are on their way; two conversions are owed.",
            shows: &[(Fact::Pending, Truth::Number(2))],
            breaks: None,
        },
        Stop {
            scene: None,
            says: "Both reach the device. The irq puts each on the inode's list.",
            question: None,
            legs: &[go(IRQ_A, After(Pc::DioDone)), go(IRQ_B, After(Pc::DioDone))],
            sees: "A and B are on the list. Neither is acknowledged.",
            shows: &[(Fact::Acknowledged(0), Truth::No), (Fact::Acknowledged(1), Truth::No)],
            breaks: None,
        },
        Stop {
            scene: None,
            says: "The worker takes the whole list at once, A and B, and begins with A.",
            question: None,
            legs: &[go(WORKER, After(Pc::Decrement))],
            sees: "A is converted and counted off. B is on the worker's own list, where nobody else can reach it.",
            shows: &[
                (Fact::Says(Disk, 0), Truth::Written),
                (Fact::Says(Disk, 4), Truth::Unwritten),
                (Fact::Pending, Truth::Number(1)),
            ],
            breaks: None,
        },
        Stop {
            scene: None,
            says: "The worker calls fsync for A. fsync waits until no conversion is owed.",
            question: Some(Question {
                asks: "One conversion is owed: that of B. Who can do it?",
                fact: Fact::Giver(WORKER),
                right: 2,
                answers: &[
                    ("the worker", Truth::Actor(WORKER)),
                    ("jbd2", Truth::Actor(Actor::Jbd2)),
                    ("nobody", Truth::Nobody),
                ],
                why: "B is on the worker's list, and the worker waits for B. It waits for itself.",
            }),
            legs: &[go(WORKER, At(Pc::FlushWait))],
            sees: "The circle closes: the worker waits for a count that only the worker can bring down.",
            shows: &[(Fact::Giver(WORKER), Truth::Nobody), (Fact::Giver(T1), Truth::Nobody)],
            breaks: Some(Promise::NoDeadlock),
        },
        Stop {
            scene: None,
            says: "Go back in your mind. In another order of these steps the worker takes the list with A alone.",
            question: Some(Question {
                asks: "After which step of this run was the deadlock certain?",
                fact: Fact::NoReturn(Promise::NoDeadlock),
                right: 2,
                answers: &[
                    ("when the worker called fsync, step 17", Truth::Number(17)),
                    ("when the worker took both, step 13", Truth::Number(13)),
                    ("when t1 locked the file for B, step 5", Truth::Number(5)),
                ],
                why: "From there on B is counted before any fsync for A has ended, whatever the others do: that fsync waits for B, and B waits for that worker.",
            }),
            legs: &[],
            sees: "Nobody had done anything wrong yet, and it was too late.",
            shows: &[(Fact::NoReturn(Promise::NoDeadlock), Truth::Number(5))],
            breaks: None,
        },
        Stop {
            scene: scene("S7", "rfc-osync-skipwait"),
            says: "A way out: fsync skips its wait when it is called for an O_SYNC AIO write.",
            question: Some(Question {
                asks: "Can this script still deadlock?",
                fact: Fact::Breaks(Promise::NoDeadlock),
                right: 1,
                answers: &[("yes", Truth::Yes), ("no", Truth::No)],
                why: "fsync no longer waits for B, so the worker comes back to its list.",
            }),
            legs: &[SUBMIT],
            sees: "No order of the steps deadlocks.",
            shows: &[(Fact::Breaks(Promise::NoDeadlock), Truth::No)],
            breaks: None,
        },
        Stop {
            scene: scene("H-e5", "rfc-osync-skipwait"),
            says: "Now a second thread calls fsync itself. It holds i_mutex, and runs the list that it finds.",
            question: Some(Question {
                asks: "And here: can it deadlock?",
                fact: Fact::Breaks(Promise::NoDeadlock),
                right: 0,
                answers: &[("yes", Truth::Yes), ("no", Truth::No)],
                why: "t2 holds i_mutex, converts A on its way, and calls fsync for A, which wants i_mutex.",
            }),
            legs: &[SUBMIT],
            sees: "One deadlock was mended and another is left. \"Gets nasty quickly\", wrote Jan Kara on 3 January.",
            shows: &[(Fact::Breaks(Promise::NoDeadlock), Truth::Yes)],
            breaks: None,
        },
    ],
    leaves: "Who waits for a count must not be the one who brings it down.",
};

const INSTEAD: Lesson = Lesson {
    name: "What they did instead",
    source: "Jan Kara, 3 Jan 2013; v3.11 and v3.12",
    about: "An acknowledgement also gives the application its slot back. What limits the work that is left?",
    panels: &["strata", "pipeline", "lanes"],
    stops: &[
        Stop {
            scene: scene("S9", "rfc-v1"),
            says: "The AIO context has two slots: two writes may be on their way. t1 wants to send five.",
            question: Some(Question {
                asks: "The irq acknowledges at once and the worker is slow. Can more than two conversions be owed?",
                fact: Fact::Breaks(Promise::Bounded),
                right: 0,
                answers: &[("yes", Truth::Yes), ("no, the slots limit them", Truth::No)],
                why: "The acknowledgement frees the slot, and the conversion is still owed. Nothing slows the writer down.",
            }),
            legs: &[SUBMIT, SUBMIT, ACK_IN_IRQ, SUBMIT],
            sees: "Three conversions are owed through two slots.",
            shows: &[(Fact::Pending, Truth::Number(3))],
            breaks: Some(Promise::Bounded),
        },
        Stop {
            scene: scene("S9", "kara"),
            says: "Jan Kara's plan: complete the IO only after the conversion on disk.",
            question: Some(Question {
                asks: "Can more than two conversions be owed?",
                fact: Fact::Breaks(Promise::Bounded),
                right: 1,
                answers: &[("yes", Truth::Yes), ("no", Truth::No)],
                why: "The slot is given back last, so the slots bound the conversions.",
            }),
            legs: &[SUBMIT, SUBMIT, go(IRQ_A, After(Pc::QueueDioWork))],
            sees: "Both slots are taken until a conversion is done.",
            shows: &[(Fact::Pending, Truth::Number(2))],
            breaks: None,
        },
        Stop {
            scene: scene("S9", "kara-opt"),
            says: "His optimisation: where it is allowed, convert in memory and acknowledge early after all.",
            question: Some(Question {
                asks: "Can more than two conversions be owed?",
                fact: Fact::Breaks(Promise::Bounded),
                right: 0,
                answers: &[("yes", Truth::Yes), ("no", Truth::No)],
                why: "What comes early gives the slot back early.",
            }),
            legs: &[SUBMIT],
            sees: "The bound is gone again, and a limit of its own has to be added: kara-throttle.",
            shows: &[(Fact::Breaks(Promise::Bounded), Truth::Yes)],
            breaks: None,
        },
        Stop {
            scene: scene("S7", "v3.12"),
            says: "What landed: v3.11 and v3.12 complete after the conversion, each direct write in a work item of its own, and fsync waits for no conversion.",
            question: Some(Question {
                asks: "The two O_DSYNC writes of the deadlock, under v3.12. Who ends the wait of A's worker in fsync?",
                fact: Fact::Giver(DIO_WORKER),
                right: 1,
                answers: &[
                    ("the worker itself", Truth::Actor(DIO_WORKER)),
                    ("jbd2, the journal", Truth::Actor(Actor::Jbd2)),
                    ("nobody", Truth::Nobody),
                ],
                why: "fsync waits for the commit alone, and jbd2 writes that without asking any worker.",
            }),
            legs: &[
                SUBMIT,
                SUBMIT,
                go(IRQ_A, After(Pc::QueueDioWork)),
                go(DIO_WORKER, At(Pc::FsyncCommitWait)),
            ],
            sees: "No circle can close: the commit waits for nobody who waits for it.",
            shows: &[(Fact::Giver(DIO_WORKER), Truth::Actor(Actor::Jbd2))],
            breaks: None,
        },
    ],
    leaves: "Complete last: then readers, fsync, truncate and the application need no further wait.",
};
