//! An object in detail: its fields, its history, its origin in the kernel; and the difference of
//! two states, object by object.

use core::ops::Range;

use crate::bounds::{HISTORY_STEPS, THREADS_MAX};
use crate::kernel::{
    Actor, InodeLock, KNOBS, Life, NOBODY, Next, Power, Setup, Stage, State, next,
};
use crate::scenario::Run;
use crate::view::facts::{
    COLUMNS, ES_LAYER, FileStrata, LAYERS, MarkKind, Object, Pipeline, Stratum, objects, pipeline,
    pipeline_of, strata, title,
};
use crate::view::words::{CAPTION_CHARS_MAX, held_by, io_name, lock_name, op_text, wait_text};

/// A field: a name and a value. Fields without a value are left out.
pub type Field = (String, String);

/// An object in detail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// The name of the object.
    pub title: String,
    /// Its fields in the state at the cursor.
    pub fields: Vec<Field>,
    /// The steps around the cursor that changed it, with their changes. At most [`HISTORY_STEPS`]
    /// steps are examined.
    pub history: Vec<(usize, String)>,
    /// The steps that the history covers: those after the first number, up to the second.
    pub looked_at: (usize, usize),
    /// The kernel's name of the object: a function or a type.
    pub function: &'static str,
    /// The kernel file that has it.
    pub source: &'static str,
    /// The version: that of the ES tree, or that of the design's source.
    pub version: &'static str,
}

/// A field's name, its value before and its value after; one of them may be empty.
pub type Change = (String, String, String);

/// An object in detail, at the cursor of a run.
pub fn detail(run: &Run, object: Object) -> Detail {
    let setup = run.setup();
    let (function, source) = origin(setup, run.state(), object);
    let wide = HISTORY_STEPS as usize;
    let first = run.cursor().saturating_sub(wide / 2);
    let first = first.min(run.choices().len().saturating_sub(wide));
    let last = run.choices().len().min(first + wide);
    let mut fields = fields(setup, run.state(), object);
    if let Object::Io(key) = object {
        // The run knows whether the bio of a finished write failed; the state does not.
        fields = io_fields(pipeline_of(run), key);
    }
    Detail {
        title: title(setup, object),
        fields,
        history: history(run, object, first..last),
        looked_at: (first, last),
        function,
        source,
        version: version(setup, object),
    }
}

/// The fields of an object in a state.
pub fn fields(setup: &Setup, state: &State, object: Object) -> Vec<Field> {
    let mut fields = Vec::new();
    match object {
        Object::Actor(actor) => actor_fields(setup, state, actor, &mut fields),
        Object::Io(key) => fields = io_fields(pipeline(setup, state), key),
        Object::Inode(ino) => inode_fields(setup, state, ino, &mut fields),
        Object::Layer(ino, layer) => layer_fields(setup, state, (ino, layer), &mut fields),
        Object::Block(ino, lblk) => block_fields(setup, state, (ino, lblk), &mut fields),
        Object::Device => device_fields(state, &mut fields),
    }
    fields
}

/// The differences of two states, in the order of [`objects`]: rows of object, field, value before,
/// value after. Blocks are left out, because the layers include them.
pub fn difference(setup: &Setup, before: &State, after: &State) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for object in objects(setup, &[before, after]) {
        for (field, before, after) in changes(setup, (before, after), object) {
            rows.push(vec![title(setup, object), field, before, after]);
        }
    }
    rows
}

/// The differences of an object between two states: name, value before, value after. For layers,
/// the largest ranges of blocks that changed alike.
pub fn changes(setup: &Setup, (before, after): (&State, &State), object: Object) -> Vec<Change> {
    Seen::of(setup, before, object).changes(&Seen::of(setup, after, object))
}

/// The operation of a thread that the power cut has ended.
const ENDED_BY_POWER: &str = "ended by the power cut";

/// The differences of two states, possibly of two designs, in the wanted objects: each object's
/// title, and its differences.
pub fn differences(
    setups: [&Setup; 2],
    states: [&State; 2],
    is_wanted: &dyn Fn(&Object) -> bool,
) -> Vec<(String, Change)> {
    let mut all = Vec::new();
    for object in objects(setups[0], &states).into_iter().filter(is_wanted) {
        let [one, other] = [0, 1].map(|side| Seen::of(setups[side], states[side], object));
        all.extend(one.changes(&other).into_iter().map(|it| (title(setups[0], object), it)));
    }
    all
}

/// The name of the field with a layer's remark.
const REMARK: &str = "remark";

fn history(run: &Run, object: Object, steps: Range<usize>) -> Vec<(usize, String)> {
    let mut history = Vec::new();
    let mut old = Seen::of(run.setup(), run.state_at(steps.start), object);
    for (step, choice) in (steps.start + 1..).zip(&run.choices()[steps]) {
        let new = Seen::of(run.setup(), run.state_at(step), object);
        let changes = old.changes(&new);
        old = new;
        if changes.is_empty() {
            continue;
        }
        let mut sentence = choice.actor.to_string();
        for (number, (field, before, after)) in changes.into_iter().enumerate() {
            let part = match (before.is_empty(), after.is_empty()) {
                (true, _) => format!("{field} {after}"),
                (_, true) => format!("{field} {before} no longer"),
                _ => format!("{field} {before} \u{2192} {after}"),
            };
            sentence += if number == 0 { ": " } else { "; " };
            // The most important change comes first.
            if number > 0 && sentence.chars().count() + part.chars().count() >= CAPTION_CHARS_MAX {
                sentence += "and more";
                break;
            }
            sentence += &part;
        }
        history.push((step, sentence + "."));
    }
    history
}

/// The content of an object that is compared between two states.
struct Seen {
    fields: Vec<Field>,
    /// For a layer the layer itself, for a block all layers. `blocks` is the range that is
    /// compared.
    layers: Vec<Stratum>,
    blocks: Range<u8>,
}

impl Seen {
    fn of(setup: &Setup, state: &State, object: Object) -> Seen {
        let mut seen = Seen { fields: Vec::new(), layers: Vec::new(), blocks: 0..0 };
        match object {
            Object::Layer(ino, at) => {
                let file = file_strata(setup, state, ino);
                let id = LAYERS.get(usize::from(at)).map_or("", |layer| layer.0);
                let (rows, blocks) = file.map_or((Vec::new(), 0), |file| (file.rows, file.blocks));
                seen.layers = rows.into_iter().filter(|row| row.id == id).collect();
                // The remarks of other layers only repeat the words of their segments.
                if let Some(row) = seen.layers.first().filter(|row| row.id == "read") {
                    put(&mut seen.fields, REMARK, row.remark.unwrap_or_default().into());
                }
                seen.blocks = 0..blocks;
            }
            Object::Block(ino, lblk) => {
                seen.layers = file_strata(setup, state, ino).map_or(Vec::new(), |file| file.rows);
                seen.blocks = lblk..lblk + 1;
                version_fields(state, (ino, lblk), &mut seen.fields);
            }
            Object::Actor(_) | Object::Io(_) | Object::Inode(_) | Object::Device => {
                seen.fields = fields(setup, state, object);
            }
        }
        seen
    }

    /// The changes of layers, then those of fields: old fields in their order, then new fields.
    fn changes(&self, new: &Seen) -> Vec<Change> {
        let mut rows = Vec::new();
        for (before, after) in self.layers.iter().zip(&new.layers) {
            for piece in after.changed(before, self.blocks.clone()) {
                let name = match self.layers.as_slice() {
                    [_] => format!("[{}/{})", piece.lblk, piece.len),
                    _ => after.name.to_string(),
                };
                rows.push((name, piece.before, piece.after));
            }
        }
        let value = |fields: &[Field], name: &str| {
            let field = fields.iter().find(|field| field.0 == name);
            field.map_or(String::new(), |field| field.1.clone())
        };
        let is_new = |field: &&Field| self.fields.iter().all(|other| other.0 != field.0);
        for (name, _) in self.fields.iter().chain(new.fields.iter().filter(is_new)) {
            let (before, after) = (value(&self.fields, name), value(&new.fields, name));
            if before != after {
                rows.push((name.clone(), before, after));
            }
        }
        rows
    }
}

fn file_strata(setup: &Setup, state: &State, ino: u8) -> Option<FileStrata> {
    strata(setup, state).files.into_iter().find(|file| file.ino == ino)
}

fn put(fields: &mut Vec<Field>, name: &str, value: String) {
    if !value.is_empty() {
        fields.push((name.into(), value));
    }
}

fn yes_no(yes: bool) -> String {
    if yes { "yes" } else { "no" }.into()
}

fn actor_fields(setup: &Setup, state: &State, actor: Actor, fields: &mut Vec<Field>) {
    let knobs = &setup.design.knobs;
    if let Actor::Thread(thread) = actor {
        if state.power != Power::On {
            // A power cut clears the tasks; the thread does not return to its first operation.
            put(fields, "operation", ENDED_BY_POWER.into());
            return;
        }
        let op = state.tasks[usize::from(thread)].current(setup, thread);
        put(fields, "operation", op.map_or("done".into(), |op| op_text(setup, op)));
    }
    match next(setup, state, actor) {
        Next::Ready { pc } => put(fields, "next", pc.info_in(knobs).does.into()),
        Next::Blocked { pc, wait } => {
            put(fields, "next", pc.info_in(knobs).does.into());
            put(fields, "but", wait_text(setup, state, wait));
        }
        Next::Done => {}
    }
    put(fields, "holds", held_by(setup, state, actor).join(", "));
    if let Some(task) = actor.task() {
        let frames = state.tasks[usize::from(task)].frames();
        let names = frames.iter().map(|frame| frame.pc.info_in(knobs).function);
        let mut names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
        names.dedup();
        put(fields, "in", names.join(" > "));
    }
    let left = &state.left;
    match actor {
        Actor::Jbd2 => {
            let journal = &state.journal;
            let how = if journal.locked { "locked" } else { "running" };
            put(fields, "transaction", how.into());
            put(fields, "a commit was asked for", yes_no(journal.requested));
            put(fields, "open handles", journal.handles.to_string());
            put(fields, "spontaneous commits left", left.commit.to_string());
        }
        Actor::Flusher => put(fields, "spontaneous runs left", left.flusher.to_string()),
        Actor::Shrinker => put(fields, "runs left", left.shrink.to_string()),
        Actor::Power => put(fields, "cuts left", left.crash.to_string()),
        Actor::Thread(_) | Actor::Irq(_) | Actor::Kworker(_) => {}
    }
}

fn io_fields(pipeline: Pipeline, key: u32) -> Vec<Field> {
    let mut all = Vec::new();
    let Some(row) = pipeline.ios.into_iter().find(|row| row.key == key) else { return all };
    let fields = &mut all;
    put(fields, "what", row.what);
    let stage = row.column.and_then(|column| COLUMNS.get(usize::from(column)));
    put(fields, "stage", (*stage.unwrap_or(&"not submitted")).into());
    put(fields, "where", row.place);
    put(fields, "user space", row.ack.text().into());
    put(fields, "counted in i_unwritten", yes_no(row.counted));
    put(fields, "counted in i_dio_count", yes_no(row.dio));
    all
}

fn inode_fields(setup: &Setup, state: &State, ino: u8, fields: &mut Vec<Field>) {
    let Some(inode) = state.inodes.get(usize::from(ino)) else { return };
    put(fields, "i_unwritten", inode.i_unwritten.to_string());
    put(fields, "i_dio_count", inode.i_dio_count.to_string());
    let holders = |bits: u16| {
        let tasks = (0..16).filter(|task| bits >> task & 1 != 0);
        tasks.map(|task| Actor::of_task(task).to_string()).collect::<Vec<String>>().join(", ")
    };
    let owner = match inode.i_mutex {
        NOBODY if inode.shared == 0 => "free".into(),
        NOBODY => format!("shared by {}", holders(inode.shared)),
        task => format!("held by {}", Actor::of_task(task)),
    };
    put(fields, lock_name(setup), owner);
    let readers = holders(u16::from(inode.i_data_sem));
    if !readers.is_empty() {
        put(fields, "i_data_sem", format!("held by {readers} for reading"));
    }
    if setup.has_lifetimes() {
        put(fields, "life", life_words(inode.life).into());
    }
    put(fields, "i_size", inode.size.to_string());
    put(fields, "i_disksize", inode.disksize.to_string());
    put(fields, "i_disksize as committed", inode.committed_size.to_string());
    if setup.delalloc && setup.threads.iter().flatten().any(|op| op.is_buffered()) {
        put(fields, "i_reserved_data_blocks", inode.reserved_clusters(setup).to_string());
        if setup.cluster_bits() > 0 {
            put(fields, "pending reservations", inode.es.pending().count().to_string());
        }
    }
    put(fields, "on the orphan list", yes_no(inode.orphan));
    put(fields, "changed since the last commit", yes_no(inode.dirty_tid));
}

fn life_words(life: Life) -> &'static str {
    match life {
        Life::Named => "has a name",
        Life::Cached => "has a name, not open",
        Life::Unlinked => "without a name, open",
        Life::Released => "not open, to be evicted by a kworker",
        Life::Evicting | Life::Reclaiming => "being evicted",
        Life::Freed => "freed",
    }
}

fn layer_fields(setup: &Setup, state: &State, (ino, at): (u8, u8), fields: &mut Vec<Field>) {
    let Some(layer) = LAYERS.get(usize::from(at)) else { return };
    let Some(file) = file_strata(setup, state, ino) else { return };
    let Some(row) = file.rows.into_iter().find(|row| row.id == layer.0) else { return };
    for segment in row.segments {
        put(fields, &segment.range(), segment.what());
    }
    // The segment already says that it is only in the device's cache.
    for mark in row.marks.iter().filter(|mark| mark.kind != MarkKind::Volatile) {
        let what = mark.kind.words();
        let range = format!("[{}/{})", mark.lblk, mark.len);
        match fields.iter_mut().find(|field| field.0 == what) {
            Some(field) => field.1 += &format!(" {range}"),
            None => put(fields, what, range),
        }
    }
    put(fields, REMARK, row.remark.unwrap_or_default().into());
}

fn block_fields(setup: &Setup, state: &State, (ino, lblk): (u8, u8), fields: &mut Vec<Field>) {
    let Some(file) = file_strata(setup, state, ino) else { return };
    for row in file.rows {
        let mut segments = row.segments.into_iter();
        let here = segments.find(|s| (s.lblk..s.lblk + s.len).contains(&lblk));
        put(fields, row.name, here.map_or("nothing".into(), |segment| segment.title()));
    }
    version_fields(state, (ino, lblk), fields);
}

fn version_fields(state: &State, (ino, lblk): (u8, u8), fields: &mut Vec<Field>) {
    let (Some(inode), at) = (state.inodes.get(usize::from(ino)), usize::from(lblk)) else { return };
    let versions = [
        ("acknowledged version", &inode.acked),
        ("version that fsync promised", &inode.synced),
        ("version that O_(D)SYNC promised", &inode.osynced),
    ];
    put(fields, "times written", inode.version.get(at).map_or(String::new(), ToString::to_string));
    for (name, marks) in versions.into_iter().filter(|_| at < inode.version.len()) {
        let [first, second] = [0, 1].map(|half| marks.half(at, half));
        let both = first == second;
        put(fields, name, if both { first.to_string() } else { format!("{first} and {second}") });
    }
}

fn device_fields(state: &State, fields: &mut Vec<Field>) {
    let flying = state.ios().filter(|(_, io)| io.stage == Stage::Submitted);
    let names: Vec<String> = flying.map(|(index, _)| io_name(state, index)).collect();
    put(fields, "bios in flight", names.join(", "));
    let volatile = state.media.iter().filter(|media| media.now != media.durable).count();
    put(fields, "blocks only in its cache", volatile.to_string());
    put(fields, "bios that may fail", state.left.eio.to_string());
    let power = match state.power {
        Power::On => "on",
        Power::Cut => "cut",
        Power::Recovered => "on again, the journal is recovered",
    };
    put(fields, "power", power.into());
}

fn origin(setup: &Setup, state: &State, object: Object) -> (&'static str, &'static str) {
    match object {
        Object::Actor(actor) => match next(setup, state, actor) {
            Next::Ready { pc } | Next::Blocked { pc, .. } => {
                let info = pc.info_in(&setup.design.knobs);
                (info.function, info.source)
            }
            Next::Done => ("", ""),
        },
        Object::Io(_) => ("struct ext4_io_end", "fs/ext4/ext4.h"),
        Object::Inode(_) => ("struct ext4_inode_info", "fs/ext4/ext4.h"),
        Object::Layer(_, layer) => {
            let (_, name, file) = LAYERS[usize::from(layer) % LAYERS.len()];
            (name, file)
        }
        Object::Block(..) => ("struct ext4_map_blocks", "fs/ext4/ext4.h"),
        Object::Device => ("struct bio", "include/linux/blk_types.h"),
    }
}

/// The version of an object's origin. The version of the ES tree is a knob; the source of a
/// function contains its version; types are the same from v3.8 to v5.5.
fn version(setup: &Setup, object: Object) -> &'static str {
    let design = &setup.design;
    match object {
        Object::Layer(_, ES_LAYER) => {
            let knob = KNOBS.iter().find(|knob| knob.id == "es_version");
            knob.map_or("", |knob| knob.values[(knob.get)(&design.knobs)])
        }
        Object::Actor(_) => "",
        Object::Io(_)
        | Object::Inode(_)
        | Object::Layer(..)
        | Object::Block(..)
        | Object::Device => match design.knobs.inode_lock {
            InodeLock::Mutex => "v3.8",
            InodeLock::Rwsem => "v5.5",
        },
    }
}

// Threads that hold `i_data_sem` are bits of a byte, and threads are the first tasks.
const _: () = assert!(THREADS_MAX <= 8);

#[cfg(test)]
mod tests;
