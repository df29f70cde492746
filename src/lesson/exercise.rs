//! Twelve questions after the last lesson: what a read returns, who can end a wait, what survives.

use crate::kernel::{Actor, Pc, Promise};

use super::fact::{Fact, Truth};
use super::stop::Until::{After, At};
use super::stop::{Leg, Lesson, Question, Scene, Stop, Until};

const T1: Actor = Actor::Thread(0);
const T2: Actor = Actor::Thread(1);
const IRQ_A: Actor = Actor::Irq(0);
const WORKER: Actor = Actor::Kworker(0);
const DIO_WORKER: Actor = Actor::Kworker(1);

const fn go(actor: Actor, until: Until) -> Leg {
    Leg { actor, until }
}

const SUBMIT: Leg = go(T1, After(Pc::WriteMap));
const ACK_IN_IRQ: Leg = go(IRQ_A, After(Pc::AioComplete));
const REAP: Leg = go(T1, After(Pc::Getevents));
const READ: Leg = go(T1, After(Pc::ReadDone));
const SHRINK: Leg = go(Actor::Shrinker, After(Pc::Shrink));
const CUT: Leg = go(Actor::Power, After(Pc::Recover));

const READS: &[(&str, Truth)] = &[
    ("the write", Truth::Data),
    ("zeroes", Truth::Zeroes),
    ("what the file held before", Truth::Old),
];

/// One question: a scene of its own, and the steps that answer it.
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

/// The exercise.
pub const EXERCISE: Lesson = Lesson {
    name: "Twelve questions",
    source: "the whole thread",
    about: "What does this read return, who can end this wait, does it survive?",
    panels: &["strata", "waits", "lanes"],
    leaves: "Every one of these was argued in a mail. Here each can be tried.",
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
            ("A cache may be dropped if something else knows the same.", None),
        ),
        ask(
            ("S1", "v3.8"),
            "Under v3.8 the worker has acknowledged A and not yet counted it off. t1 reads, and waits.",
            Question {
                asks: "Who can end the wait of t1?",
                fact: Fact::Giver(T1),
                right: 0,
                answers: &[
                    ("the worker", Truth::Actor(WORKER)),
                    ("jbd2", Truth::Actor(Actor::Jbd2)),
                    ("nobody", Truth::Nobody),
                ],
                why: "The reader waits until i_unwritten is 0, and the worker counts it down as its next step but one.",
            },
            &[
                SUBMIT,
                go(IRQ_A, After(Pc::AddCompleteIo)),
                go(WORKER, After(Pc::AioComplete)),
                REAP,
                go(T1, At(Pc::FlushWait)),
            ],
            ("A wait is no deadlock while somebody outside it can step.", None),
        ),
        ask(
            ("S3", "rfc-v1"),
            "A plain write is acknowledged. Nobody calls fsync, and the power fails.",
            survives(
                "What does a read return afterwards?",
                1,
                "The committed tree says U. No promise is broken: a plain acknowledgement does not promise to survive.",
            ),
            &[SUBMIT, ACK_IN_IRQ, REAP, CUT],
            ("Done, for a plain write, means that reads find it; not that it survives.", None),
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
            "The same, but fsync waits for page writeback only and the write was acknowledged early.",
            survives(
                "What does a read return afterwards?",
                1,
                "fsync found nothing to wait for, and nobody had converted yet.",
            ),
            &[SUBMIT, ACK_IN_IRQ, REAP, go(T1, After(Pc::FsyncCommit)), CUT],
            (
                "An early acknowledgement makes every later wait a part of the design.",
                Some(Promise::FsyncDurable),
            ),
        ),
        ask(
            ("H-h", "rfc-v1 +worker_via_es"),
            "The worker asks the ES tree whether there is anything to convert. fsync returns, and the power fails.",
            survives(
                "What does a read return afterwards?",
                1,
                "The ES tree said written, so the worker found nothing to do: the disk tree was never converted.",
            ),
            &[SUBMIT, ACK_IN_IRQ, REAP, go(T1, After(Pc::FsyncCommit)), CUT],
            ("An early mark in memory hides the work that is left.", Some(Promise::FsyncDurable)),
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
                SUBMIT,
                go(IRQ_A, After(Pc::QueueDioWork)),
                go(DIO_WORKER, After(Pc::AioComplete)),
                REAP,
                CUT,
            ],
            ("Completion-side sync is what O_DSYNC AIO had needed.", None),
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
            ("Skipping one wait leaves the lock that was taken for it.", Some(Promise::NoDeadlock)),
        ),
        ask(
            ("S8", "v3.11"),
            "A buffered write reaches the device. Under v3.11 the page stays under writeback until its extent is converted; a direct read waits for the page.",
            returns(
                "What does the read return?",
                0,
                "PageWriteback is cleared last, so whoever waits for the page has waited for the conversion.",
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
