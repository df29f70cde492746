//! Designs: what the thread proposed and what landed, as values of knobs.
//!
//! A row is a named value; a variant is a row's name plus the knobs that differ from it
//! (`rfc-osync +decrement=after_sync`), and parses back. Knob numbers (K1 to K12) are those of the
//! design table in the thread's analysis: K2 early ES conversion, K3 when AIO is acknowledged, …

use core::fmt;

use crate::es;

/// A design: a named row, or a row with some knobs turned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Design {
    /// The row that this design is, or came from.
    pub row: Row,
    /// The knobs as they stand.
    pub knobs: Knobs,
}

/// The designs that have a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// Mainline v3.7 and v3.8: what the RFC sets out to refine.
    V3_8,
    /// The RFC as posted on 24 December 2012.
    RfcV1,
    /// The RFC with O_SYNC AIO acknowledged by the worker, after conversion and fsync.
    RfcOsync,
}

/// What a design decides. One field a knob; [`KNOBS`] is the same as a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Knobs {
    /// Which kernel's extent status tree.
    pub es_version: es::Version,
    /// K1: what the ES tree holds.
    pub es_content: EsContent,
    /// K2: whether completion converts in the ES tree before anything else.
    pub early: Early,
    /// K3: when an AIO write into unwritten blocks is acknowledged.
    pub ack: Ack,
    /// K6: what fsync waits for beside page writeback.
    pub fsync: FsyncWait,
    /// K7: whether a dioread_nolock reader waits for pending conversions.
    pub nolock_read: NolockRead,
    /// K9: who runs the fsync of an O_(D)SYNC AIO write.
    pub sync_by: SyncBy,
    /// When `i_unwritten` drops, where the worker also runs the fsync.
    pub decrement: Decrement,
    /// The worker asks the ES tree before it converts on disk (the shadowed conversion).
    pub worker_via_es: bool,
    /// Which text of `ext4_es_convert_unwritten_extents`.
    pub es_convert: EsConvert,
}

/// K1: what the ES tree holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EsContent {
    /// Delayed extents only (v3.8): direct IO leaves the tree empty, mapping asks the disk tree.
    Delayed,
    /// Every status with its physical block: mapping asks the ES tree first.
    Full,
}

/// K2: early conversion in the ES tree, in irq context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Early {
    /// Conversion is the worker's alone.
    No,
    /// Completion of direct IO converts in the ES tree first.
    Dio,
}

/// K3: when an AIO write into unwritten blocks is acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ack {
    /// In irq context, right after the ES conversion.
    Irq,
    /// By the worker, after the disk conversion.
    Converted,
    /// O_(D)SYNC by the worker after conversion and sync, everything else in irq context.
    SyncConverted,
}

/// K6: what fsync waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FsyncWait {
    /// Runs the completed list, then waits until `i_unwritten` is 0, under `i_mutex`.
    Unwritten,
    /// Page writeback only, without `i_mutex` (v3.11).
    Writeback,
}

/// K7: what a dioread_nolock reader does about pending conversions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NolockRead {
    /// If `i_unwritten` is not 0 it takes `i_mutex` and flushes.
    Waits,
    /// It maps at once.
    Goes,
}

/// K9: who runs the fsync of an O_(D)SYNC AIO write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncBy {
    /// The submitting task, after `-EIOCBQUEUED`.
    Submitter,
    /// The conversion worker, after the conversion.
    Worker,
}

/// When the worker decrements `i_unwritten`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decrement {
    /// Before it calls fsync.
    BeforeSync,
    /// After fsync has returned: one IO is enough to deadlock.
    AfterSync,
}

/// Which text of the RFC's `ext4_es_convert_unwritten_extents`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EsConvert {
    /// The text of series v5, with its defects.
    Posted,
    /// What it should do.
    Corrected,
}

impl Row {
    /// All rows, in the order in which they are offered.
    pub const ALL: [Row; 3] = [Row::V3_8, Row::RfcV1, Row::RfcOsync];

    /// The id, as scripts and links write it.
    pub const fn id(self) -> &'static str {
        match self {
            Row::V3_8 => "v3.8",
            Row::RfcV1 => "rfc-v1",
            Row::RfcOsync => "rfc-osync",
        }
    }

    /// What the design does, in one sentence.
    pub const fn story(self) -> &'static str {
        match self {
            Row::V3_8 => {
                "The worker converts on disk, then acknowledges; fsync and nolock readers wait \
                 for every pending conversion."
            }
            Row::RfcV1 => {
                "The completion irq converts in the ES tree and acknowledges at once; the worker \
                 converts on disk later; readers no longer wait."
            }
            Row::RfcOsync => {
                "As the RFC, but the worker acknowledges O_SYNC AIO, after it has converted on \
                 disk and called fsync itself."
            }
        }
    }

    /// Where the design comes from.
    pub const fn source(self) -> &'static str {
        match self {
            Row::V3_8 => "fs/ext4/{inode,page-io,file}.c, v3.7 and v3.8",
            Row::RfcV1 => "Zheng Liu, [RFC PATCH 8/9 v1], 24 Dec 2012",
            Row::RfcOsync => "Jan Kara, 3 Jan 2013, and Zheng Liu's answer, 4 Jan 2013",
        }
    }

    /// The knobs of the row.
    pub const fn knobs(self) -> Knobs {
        const RFC: Knobs = Knobs {
            es_version: es::Version::V3_9,
            es_content: EsContent::Full,
            early: Early::Dio,
            ack: Ack::Irq,
            fsync: FsyncWait::Unwritten,
            nolock_read: NolockRead::Goes,
            sync_by: SyncBy::Submitter,
            decrement: Decrement::BeforeSync,
            worker_via_es: false,
            es_convert: EsConvert::Corrected,
        };
        match self {
            Row::V3_8 => Knobs {
                es_version: es::Version::V3_8,
                es_content: EsContent::Delayed,
                early: Early::No,
                ack: Ack::Converted,
                nolock_read: NolockRead::Waits,
                ..RFC
            },
            Row::RfcV1 => RFC,
            Row::RfcOsync => Knobs { ack: Ack::SyncConverted, sync_by: SyncBy::Worker, ..RFC },
        }
    }

    /// The row as a design, no knob turned.
    pub const fn design(self) -> Design {
        Design { row: self, knobs: self.knobs() }
    }
}

/// One knob, as the page and the parser see it.
pub struct KnobInfo {
    /// The name in `+name=value`.
    pub id: &'static str,
    /// What it decides, in a few words.
    pub what: &'static str,
    /// The values, in the order of the enum.
    pub values: &'static [&'static str],
    /// The position of the current value in `values`.
    pub get: fn(&Knobs) -> usize,
    /// Sets the value at a position of `values`.
    pub set: fn(&mut Knobs, usize),
}

macro_rules! knob {
    ($id:literal, $what:literal, $field:ident, [$($name:literal => $value:expr),+ $(,)?]) => {
        KnobInfo {
            id: $id,
            what: $what,
            values: &[$($name),+],
            get: |k| {
                let all = [$($value),+];
                all.iter().position(|v| *v == k.$field).unwrap_or(0)
            },
            set: |k, i| {
                let all = [$($value),+];
                if let Some(v) = all.get(i) {
                    k.$field = *v;
                }
            },
        }
    };
}

/// Every knob, in the order in which a design's name writes them.
pub const KNOBS: &[KnobInfo] = &[
    knob!("es_version", "the kernel whose extent status tree it uses", es_version, [
        "v3.8" => es::Version::V3_8,
        "v3.9" => es::Version::V3_9,
        "v3.11" => es::Version::V3_11,
        "v3.19" => es::Version::V3_19,
        "v6.5" => es::Version::V6_5,
        "v6.12" => es::Version::V6_12,
    ]),
    knob!("es_content", "what the ES tree holds", es_content, [
        "delayed" => EsContent::Delayed,
        "full" => EsContent::Full,
    ]),
    knob!("early", "early conversion in the ES tree, by the irq", early, [
        "no" => Early::No,
        "dio" => Early::Dio,
    ]),
    knob!("ack", "when AIO into unwritten blocks is acknowledged", ack, [
        "irq" => Ack::Irq,
        "converted" => Ack::Converted,
        "sync_converted" => Ack::SyncConverted,
    ]),
    knob!("fsync", "what fsync waits for", fsync, [
        "unwritten" => FsyncWait::Unwritten,
        "writeback" => FsyncWait::Writeback,
    ]),
    knob!("nolock_read", "whether a nolock reader waits for conversions", nolock_read, [
        "waits" => NolockRead::Waits,
        "goes" => NolockRead::Goes,
    ]),
    knob!("sync_by", "who runs the fsync of an O_SYNC AIO write", sync_by, [
        "submitter" => SyncBy::Submitter,
        "worker" => SyncBy::Worker,
    ]),
    knob!("decrement", "when i_unwritten drops in a worker that also syncs", decrement, [
        "before_sync" => Decrement::BeforeSync,
        "after_sync" => Decrement::AfterSync,
    ]),
    knob!("worker_via_es", "the worker asks the ES tree before it converts", worker_via_es, [
        "no" => false,
        "yes" => true,
    ]),
    knob!("es_convert", "which text of ext4_es_convert_unwritten_extents", es_convert, [
        "posted" => EsConvert::Posted,
        "corrected" => EsConvert::Corrected,
    ]),
];

/// Why a text is not a design. Offsets are bytes from the start of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesignError {
    /// Where the offending word begins.
    pub offset: usize,
    /// Bytes of the offending word.
    pub len: usize,
    /// What was expected there.
    pub expected: String,
}

impl Design {
    /// Reads `row [+knob=value …]`; `+knob` alone turns a yes/no knob on.
    pub fn parse(text: &str) -> Result<Design, DesignError> {
        let word_error = |word: &str, expected: String| DesignError {
            offset: word.as_ptr() as usize - text.as_ptr() as usize,
            len: word.len(),
            expected,
        };
        let mut words = text.split_whitespace();
        let first = words.next().unwrap_or("");
        let ids = || list(Row::ALL.iter().map(|r| r.id()));
        let row = Row::ALL.into_iter().find(|r| r.id() == first).ok_or_else(|| DesignError {
            offset: if first.is_empty() { text.len() } else { offset_in(text, first) },
            len: first.len(),
            expected: format!("a design: {}", ids()),
        })?;
        let mut design = row.design();
        for word in words {
            let Some(knob) = word.strip_prefix('+') else {
                return Err(word_error(word, "a knob, as in +decrement=after_sync".into()));
            };
            let (id, value) = knob.split_once('=').unwrap_or((knob, "yes"));
            let Some(info) = KNOBS.iter().find(|k| k.id == id) else {
                let known = list(KNOBS.iter().map(|k| k.id));
                return Err(word_error(word, format!("one of the knobs {known}")));
            };
            let Some(i) = info.values.iter().position(|v| *v == value) else {
                let known = list(info.values.iter().copied());
                return Err(word_error(word, format!("{id}= one of {known}")));
            };
            (info.set)(&mut design.knobs, i);
        }
        if let Some(reason) = design.knobs.contradiction() {
            return Err(DesignError {
                offset: offset_in(text, first),
                len: text.trim().len(),
                expected: format!("knobs that fit together: {reason}"),
            });
        }
        Ok(design)
    }

    /// The knobs that differ from the row, as `(knob, value)`.
    pub fn differences(&self) -> impl Iterator<Item = (&'static KnobInfo, &'static str)> + '_ {
        let row = self.row.knobs();
        KNOBS.iter().filter_map(move |k| {
            let here = (k.get)(&self.knobs);
            (here != (k.get)(&row)).then(|| (k, k.values[here]))
        })
    }
}

impl Knobs {
    /// Why these knobs cannot stand together, if they cannot.
    pub fn contradiction(&self) -> Option<&'static str> {
        if self.early != Early::No && self.es_content == EsContent::Delayed {
            return Some(
                "early=dio needs es_content=full, a delayed-only tree holds nothing to \
                         convert",
            );
        }
        if (self.es_version == es::Version::V3_8) != (self.es_content == EsContent::Delayed) {
            return Some(
                "es_version=v3.8 and es_content=delayed go together, that tree has no \
                         physical block",
            );
        }
        if self.ack == Ack::Irq && self.sync_by == SyncBy::Worker {
            return Some(
                "sync_by=worker needs ack=converted or ack=sync_converted, the irq \
                         cannot acknowledge what the worker has yet to sync",
            );
        }
        if self.worker_via_es && self.es_content == EsContent::Delayed {
            return Some("worker_via_es needs es_content=full");
        }
        None
    }
}

impl fmt::Display for Design {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row.id())?;
        for (knob, value) in self.differences() {
            if value == "yes" {
                write!(f, " +{}", knob.id)?;
            } else {
                write!(f, " +{}={value}", knob.id)?;
            }
        }
        Ok(())
    }
}

/// `a, b and c`.
fn list<'a>(items: impl Iterator<Item = &'a str>) -> String {
    let items: Vec<&str> = items.collect();
    match items.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => items.concat(),
    }
}

/// Where `part`, a slice of `text`, begins.
fn offset_in(text: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize)
}
