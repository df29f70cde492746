//! Twelve questions after the last lesson: what a read returns, which actor can end a wait, and
//! which data survives.

use crate::kernel::{Actor, Pc, Promise};

use super::fact::{Fact, Truth};
use super::legs::{ACK_IN_IRQ, CUT, DIO_WORKER, IRQ_A, READ, REAP, SUBMIT, T1, T2, WORKER, go};
use super::stop::Until::{After, At};
use super::stop::{Leg, Lesson, Question, Scene, Stop};

const SHRINK: Leg = go(Actor::Shrinker, After(Pc::Shrink));

const READS: &[(&str, Truth)] = &[
    ("the write", Truth::Data),
    ("zeroes", Truth::Zeroes),
    ("what the file held before", Truth::Old),
];

/// One question with its own scene, and the steps that answer it.
const fn ask(
    (preset, design): (&'static str, &'static str),
    says: &'static str,
    question: Question,
    legs: &'static [Leg],
    (sees, breaks): (&'static str, Option<Promise>),
) -> Stop {
    let scene = Some(Scene { preset, design });
    Stop { scene, says, question: Some(question), legs, sees, shows: &[], breaks }
}

const fn returns(asks: &'static str, right: u8, why: &'static str) -> Question {
    Question { asks, fact: Fact::Returned, right, answers: READS, why }
}

const fn survives(asks: &'static str, right: u8, why: &'static str) -> Question {
    Question { asks, fact: Fact::Survives(0), right, answers: READS, why }
}

/// The exercise, which follows the last lesson.
pub const EXERCISE: Lesson = Lesson {
    name: "Twelve questions",
    source: "the whole thread",
    about: "What does this read return? Who can end this wait? Does this data survive?",
    panels: &["strata", "waits", "lanes"],
    leaves: "The mails discuss each of these cases. Here you can try them.",
    stops: &[
        ask(
            ("S2", "rfc-osync"),
            "A plain AIO write under rfc-osync is acknowledged in the irq. The shrinker runs, then t1 reads.",
            returns(
                "What does the read return?",
                1,
                "rfc-osync changes O_SYNC writes only. A plain write is as in the patch: dropping its entry loses the only record.",
            ),
            &[SUBMIT, ACK_IN_IRQ, REAP, SHRINK, READ],
            ("The window of lesson 2 is open here too.", Some(Promise::Raw)),
        ),
        ask(
            ("S2", "kara-opt"),
            "Under kara-opt the irq converts in memory too, and marks the entry dirty. The shrinker runs, then t1 reads.",
            returns(
                "What does the read return?",
                0,
                "The dirty entry stays, so the lookup finds it.",
            ),
            &[SUBMIT, ACK_IN_IRQ, REAP, SHRINK, READ],
            ("The dirty bit closes the window for direct writes.", None),
        ),
        ask(
            ("S2", "v3.9"),
            "v3.9 has the full ES tree, and acknowledges after the conversion. The shrinker runs after that, then t1 reads.",
            returns(
                "What does the read return?",
                0,
                "The disk tree was converted before the acknowledgement, so dropping the entry costs one lookup and no data.",
            ),
            &[
                SUBMIT,
                go(IRQ_A, After(Pc::AddCompleteIo)),
                go(WORKER, After(Pc::AioComplete)),
                REAP,
                SHRINK,
                READ,
            ],
            ("A cache entry may be dropped if its information is stored elsewhere too.", None),
        ),
        ask(
            ("S1", "v3.8"),
            "Under v3.8 the worker has acknowledged A and not yet decremented the count. t1 reads, and waits.",
            Question {
                asks: "Who can end the wait of t1?",
                fact: Fact::Giver(T1),
                right: 0,
                answers: &[
                    ("the worker", Truth::Actor(WORKER)),
                    ("jbd2", Truth::Actor(Actor::Jbd2)),
                    ("nobody", Truth::Nobody),
                ],
                why: "The reader waits until i_unwritten is 0, and the worker decrements it in its next step but one.",
            },
            &[
                SUBMIT,
                go(IRQ_A, After(Pc::AddCompleteIo)),
                go(WORKER, After(Pc::AioComplete)),
                REAP,
                go(T1, At(Pc::FlushWait)),
            ],
            ("A wait is not a deadlock while an actor outside it can end it.", None),
        ),
        ask(
            ("S3", "rfc-v1"),
            "A plain write is acknowledged. No thread calls fsync, and the power fails.",
            survives(
                "What does a read return afterwards?",
                1,
                "The committed tree says U. No promise is broken: the acknowledgement of a plain write does not promise that it survives.",
            ),
            &[SUBMIT, ACK_IN_IRQ, REAP, CUT],
            ("For a plain write, done means that reads find it, not that it survives.", None),
        ),
        ask(
            ("S4", "rfc-v1"),
            "The write is acknowledged, fsync returns, and the power fails.",
            survives(
                "What does a read return afterwards?",
                0,
                "fsync ran the pending conversion and waited for the commit.",
            ),
            &[
                SUBMIT,
                ACK_IN_IRQ,
                REAP,
                go(T1, After(Pc::FsyncCommit)),
                go(IRQ_A, After(Pc::DioDone)),
                go(Actor::Jbd2, After(Pc::CommitWrite)),
                go(T1, After(Pc::FsyncCommitWait)),
                CUT,
            ],
            ("fsync keeps the promise as long as it waits for conversions.", None),
        ),
        ask(
            ("S4", "kara-opt +fsync=writeback"),
            "The same, but fsync waits only for page writeback, and the write was acknowledged early.",
            survives(
                "What does a read return afterwards?",
                1,
                "fsync found nothing to wait for, and the conversion was still to come.",
            ),
            &[SUBMIT, ACK_IN_IRQ, REAP, go(T1, After(Pc::FsyncCommit)), CUT],
            (
                "With an early acknowledgement, a design depends on every later wait.",
                Some(Promise::FsyncDurable),
            ),
        ),
        ask(
            ("H-h", "rfc-v1 +worker_via_es"),
            "The worker looks into the ES tree for extents to convert. fsync returns, and the power fails.",
            survives(
                "What does a read return afterwards?",
                1,
                "The ES tree said written, so the worker found nothing to do: the disk tree was never converted.",
            ),
            &[SUBMIT, ACK_IN_IRQ, REAP, go(T1, After(Pc::FsyncCommit)), CUT],
            ("An early mark in memory hides the remaining work.", Some(Promise::FsyncDurable)),
        ),
        ask(
            ("S6", "v3.8"),
            "An O_DSYNC write over blocks that are written already is acknowledged, and the power fails.",
            survives(
                "What does a read return afterwards?",
                2,
                "Nothing had to be converted, so the irq acknowledged, and the data was in the device's cache: the sync ran before the data was there.",
            ),
            &[go(T1, After(Pc::FsyncCommit)), ACK_IN_IRQ, REAP, CUT],
            (
                "v3.8 called fsync when the write was submitted, which is too early.",
                Some(Promise::OsyncDurable),
            ),
        ),
        ask(
            ("S6", "v3.12"),
            "The same write under v3.12, where a worker syncs before it acknowledges.",
            survives(
                "What does a read return afterwards?",
                0,
                "The worker flushed the device before t1 could know that the write was done.",
            ),
            &[
                go(T1, After(Pc::OverwriteMap)),
                go(IRQ_A, After(Pc::QueueDioWork)),
                go(DIO_WORKER, After(Pc::AioComplete)),
                REAP,
                CUT,
            ],
            ("O_DSYNC AIO needs a sync at completion.", None),
        ),
        ask(
            ("H-e5", "rfc-osync-skipwait"),
            "t2 calls fsync, takes i_mutex and the inode's list, converts A, and calls fsync for A.",
            Question {
                asks: "Who can end the wait of t2?",
                fact: Fact::Giver(T2),
                right: 2,
                answers: &[
                    ("the worker", Truth::Actor(WORKER)),
                    ("t1", Truth::Actor(T1)),
                    ("nobody", Truth::Nobody),
                ],
                why: "t2 waits for i_mutex, and t2 holds i_mutex.",
            },
            &[
                SUBMIT,
                go(T2, After(Pc::FsyncLock)),
                go(IRQ_A, After(Pc::AddCompleteIo)),
                go(T2, After(Pc::Decrement)),
                go(T2, At(Pc::FsyncLock)),
            ],
            ("Without the wait, fsync still takes the lock.", Some(Promise::NoDeadlock)),
        ),
        ask(
            ("S8", "v3.11"),
            "A buffered write reaches the device. Under v3.11 the page stays under writeback until its extent is converted; a direct read waits for the page.",
            returns(
                "What does the read return?",
                0,
                "PageWriteback is cleared last, so a task that waits for the page also waits for the conversion.",
            ),
            &[
                go(T1, After(Pc::WritebackSubmit)),
                go(IRQ_A, After(Pc::AddCompleteIo)),
                go(WORKER, After(Pc::EndWriteback)),
                READ,
            ],
            ("Complete last: the same rule, for buffered writes.", None),
        ),
    ],
};
