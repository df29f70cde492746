//! The lessons L4 to L6: O_SYNC, the deadlock, and what was merged instead.

use crate::kernel::{Actor, Pc, Promise};
use crate::lesson::fact::Layer::{Committed, Disk};
use crate::lesson::fact::{Fact, Truth};
use crate::lesson::legs::{
    ACK_IN_IRQ, CUT, DIO_WORKER, IRQ_A, IRQ_B, SUBMIT, T1, T2, WORKER, go, scene,
};
use crate::lesson::stop::Until::{After, At};
use crate::lesson::stop::{Leg, Lesson, Question, Stop};

const O_SYNC_AIO: Leg = go(T2, After(Pc::Getevents));

pub(super) const O_SYNC: Lesson = Lesson {
    name: "O_SYNC",
    source: "Jan Kara, 3 Jan 2013, 10:56",
    about: "For an application that opens its file with O_DSYNC, \"done\" has to mean that the data survives a power cut.",
    panels: &["strata", "pipeline", "lanes"],
    stops: &[
        Stop {
            scene: scene("S5b", "rfc-v1"),
            says: "t1 writes A with O_DSYNC; thread t2 waits for the completion.",
            question: None,
            legs: &[SUBMIT, ACK_IN_IRQ, O_SYNC_AIO],
            sees: "t2 knows that A is done. The committed tree, which survives a power cut, says U.",
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
            sees: "A survives, but nothing was gained: the conversion in memory came first and made nothing faster.",
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
                why: "The fsync of the submitting thread may come after t2 has seen the completion. v3.12 fixed this: a worker syncs first.",
            }),
            legs: &[
                SUBMIT,
                go(IRQ_A, After(Pc::AddCompleteIo)),
                go(WORKER, After(Pc::AioComplete)),
                O_SYNC_AIO,
                CUT,
            ],
            sees: "This run breaks the promise: t2 knew that A was done, and A is gone. The patch did not bring this fault.",
            shows: &[
                (Fact::Breaks(Promise::OsyncDurable), Truth::Yes),
                (Fact::Survives(0), Truth::Zeroes),
            ],
            breaks: Some(Promise::OsyncDurable),
        },
    ],
    leaves: "For O_SYNC, \"done\" means that the data survives, so a conversion in memory gains nothing.",
};

pub(super) const DEADLOCK: Lesson = Lesson {
    name: "The deadlock",
    source: "Jan Kara, 3 Jan 2013, 10:56",
    about: "If the worker calls fsync before it acknowledges, what does fsync wait for?",
    panels: &["strata", "threads", "waits", "lanes"],
    stops: &[
        Stop {
            scene: scene("S7", "rfc-osync"),
            says: "t1 sends two O_DSYNC writes, A and B. i_unwritten counts the pending conversions.",
            question: None,
            legs: &[SUBMIT, SUBMIT],
            sees: "Both are in flight; two conversions are pending.",
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
            says: "The worker takes the whole list, A and B, and starts with A.",
            question: None,
            legs: &[go(WORKER, After(Pc::Decrement))],
            sees: "A is converted and no longer counted. B is on the worker's private list, which no other task can reach.",
            shows: &[
                (Fact::Says(Disk, 0), Truth::Written),
                (Fact::Says(Disk, 4), Truth::Unwritten),
                (Fact::Pending, Truth::Number(1)),
            ],
            breaks: None,
        },
        Stop {
            scene: None,
            says: "The worker calls fsync for A. fsync waits until no conversion is pending.",
            question: Some(Question {
                asks: "One conversion is pending: that of B. Who can do it?",
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
            sees: "The cycle is closed: the worker waits for a counter that only the worker can decrement.",
            shows: &[(Fact::Giver(WORKER), Truth::Nobody), (Fact::Giver(T1), Truth::Nobody)],
            breaks: Some(Promise::NoDeadlock),
        },
        Stop {
            scene: None,
            says: "Think back: in another order of these steps, the worker takes the list with only A on it.",
            question: Some(Question {
                asks: "After which step of this run was the deadlock certain?",
                fact: Fact::NoReturn(Promise::NoDeadlock),
                right: 2,
                answers: &[
                    ("when the worker called fsync, step 17", Truth::Number(17)),
                    ("when the worker took both, step 13", Truth::Number(13)),
                    ("when t1 locked the file for B, step 5", Truth::Number(5)),
                ],
                why: "After that step, B is always counted before the fsync for A ends, whatever the other actors do. That fsync waits for B, and B waits for the same worker.",
            }),
            legs: &[],
            sees: "At that step nothing looked wrong, but the deadlock was already certain.",
            shows: &[(Fact::NoReturn(Promise::NoDeadlock), Truth::Number(5))],
            breaks: None,
        },
        Stop {
            scene: scene("S7", "rfc-osync-skipwait"),
            says: "A possible fix: fsync skips its wait when it is called for an O_SYNC AIO write.",
            question: Some(Question {
                asks: "Can this script still deadlock?",
                fact: Fact::Breaks(Promise::NoDeadlock),
                right: 1,
                answers: &[("yes", Truth::Yes), ("no", Truth::No)],
                why: "fsync no longer waits for B, so the worker returns to its list.",
            }),
            legs: &[SUBMIT],
            sees: "No run deadlocks.",
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
                why: "t2 holds i_mutex, converts A itself, and calls fsync for A, which needs i_mutex.",
            }),
            legs: &[
                SUBMIT,
                go(T2, After(Pc::FsyncLock)),
                go(IRQ_A, After(Pc::AddCompleteIo)),
                go(T2, After(Pc::Decrement)),
                go(T2, At(Pc::FsyncLock)),
            ],
            sees: "One deadlock is fixed and another remains. \"Gets nasty quickly\", wrote Jan Kara on 3 January.",
            shows: &[
                (Fact::Breaks(Promise::NoDeadlock), Truth::Yes),
                (Fact::Giver(T2), Truth::Nobody),
            ],
            breaks: Some(Promise::NoDeadlock),
        },
    ],
    leaves: "A task that waits for a counter must not be the only one that can decrement it.",
};

pub(super) const INSTEAD: Lesson = Lesson {
    name: "What they did instead",
    source: "Jan Kara, 3 Jan 2013; v3.11 and v3.12",
    about: "An acknowledgement also returns the slot to the application. What limits the pending work then?",
    panels: &["strata", "pipeline", "lanes"],
    stops: &[
        Stop {
            scene: scene("S9", "rfc-v1"),
            says: "The AIO context has two slots: two writes may be in flight. t1 wants to send five.",
            question: Some(Question {
                asks: "The irq acknowledges immediately and the worker is slow. Can more than two conversions be pending?",
                fact: Fact::Breaks(Promise::Bounded),
                right: 0,
                answers: &[("yes", Truth::Yes), ("no, the slots limit them", Truth::No)],
                why: "The acknowledgement frees the slot while the conversion is still pending, so nothing slows the writer down.",
            }),
            legs: &[SUBMIT, SUBMIT, ACK_IN_IRQ, SUBMIT],
            sees: "Three conversions are pending with two slots.",
            shows: &[(Fact::Pending, Truth::Number(3))],
            breaks: Some(Promise::Bounded),
        },
        Stop {
            scene: scene("S9", "kara"),
            says: "Jan Kara's plan: complete the IO only after the conversion on disk.",
            question: Some(Question {
                asks: "Can more than two conversions be pending?",
                fact: Fact::Breaks(Promise::Bounded),
                right: 1,
                answers: &[("yes", Truth::Yes), ("no", Truth::No)],
                why: "The slot is returned last, so the number of slots limits the conversions.",
            }),
            legs: &[SUBMIT, SUBMIT, go(IRQ_A, After(Pc::QueueDioWork))],
            sees: "Both slots are taken until a conversion is done.",
            shows: &[(Fact::Pending, Truth::Number(2))],
            breaks: None,
        },
        Stop {
            scene: scene("S9", "kara-opt"),
            says: "His optimisation: where that is allowed, convert in memory and acknowledge early.",
            question: Some(Question {
                asks: "Can more than two conversions be pending?",
                fact: Fact::Breaks(Promise::Bounded),
                right: 0,
                answers: &[("yes", Truth::Yes), ("no", Truth::No)],
                why: "An early acknowledgement returns the slot early.",
            }),
            legs: &[SUBMIT, SUBMIT, ACK_IN_IRQ, SUBMIT],
            sees: "Three conversions are pending with two slots. The limit is gone again, and a separate one has to be added: kara-throttle.",
            shows: &[
                (Fact::Breaks(Promise::Bounded), Truth::Yes),
                (Fact::Pending, Truth::Number(3)),
            ],
            breaks: Some(Promise::Bounded),
        },
        Stop {
            scene: scene("S7", "v3.12"),
            says: "The merged code: v3.11 and v3.12 complete after the conversion. Each direct write has its own work item, and fsync waits for no conversion.",
            question: Some(Question {
                asks: "The two O_DSYNC writes of the deadlock, under v3.12. Who ends the wait of A's worker in fsync?",
                fact: Fact::Giver(DIO_WORKER),
                right: 1,
                answers: &[
                    ("the worker itself", Truth::Actor(DIO_WORKER)),
                    ("jbd2, the journal", Truth::Actor(Actor::Jbd2)),
                    ("nobody", Truth::Nobody),
                ],
                why: "fsync waits only for the commit, and jbd2 writes it without any worker.",
            }),
            legs: &[
                SUBMIT,
                SUBMIT,
                go(IRQ_A, After(Pc::QueueDioWork)),
                go(DIO_WORKER, At(Pc::FsyncCommitWait)),
            ],
            sees: "No cycle can form: the commit waits for no task that waits for it.",
            shows: &[(Fact::Giver(DIO_WORKER), Truth::Actor(Actor::Jbd2))],
            breaks: None,
        },
    ],
    leaves: "If completion comes last, readers, fsync, truncate and the application need no additional wait.",
};
