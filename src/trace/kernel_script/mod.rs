//! Turns a script of the machine into a shell script for a running kernel. It contains a small C
//! program, which runs the operations on a file system in a loop device and records them.

use core::fmt::Write as _;

use crate::bounds::THREADS_MAX;
use crate::kernel::{
    Actor, Budgets, Choice, Op, OpArgs, Range, Setup, State, is_environment, step,
};

/// The C program; the tables of the script replace `@TABLES@`.
const PROGRAM: &str = include_str!("program.c");
/// The shell script around it.
const SHELL: &str = include_str!("script.sh");
/// The bytes of a block: a block of the machine is a block of the file system.
const BLOCK_BYTES: u64 = 4096;
/// The bytes of half a block, at which direct writes may begin and end.
const HALF_BYTES: u64 = BLOCK_BYTES / 2;
/// Microseconds that a thread waits for each step of an actor that is not a thread.
const STEP_MICROSECONDS: u32 = 50;
/// The operations with a system call in the program, by their words in scripts.
const WORDS: [&str; 22] = [
    "aio_write",
    "dio_write",
    "dio_read",
    "buf_write",
    "buf_read",
    "fsync",
    "fdatasync",
    "fallocate",
    "truncate",
    "fiemap",
    "seek_data",
    "seek_hole",
    "getevents",
    "drop_caches",
    "punch",
    "zero_range",
    "collapse",
    "insert_range",
    "move_extents",
    "mmap_write",
    "close",
    "unlink",
];

/// Writes a setup as a script for a running kernel. The schedule is a run's choices, which order
/// the operations; it may be empty. `title` is one line.
///
/// # Errors
/// The word of an operation without a system call.
pub fn kernel_script(setup: &Setup, schedule: &[Choice], title: &str) -> Result<String, String> {
    let ops: Vec<(u8, Op)> =
        (0..).zip(&setup.threads).flat_map(|(t, ops)| ops.iter().map(move |op| (t, *op))).collect();
    if let Some((_, op)) = ops.iter().find(|(_, op)| !WORDS.contains(&op.info().word)) {
        return Err(op.info().word.to_string());
    }
    let program = PROGRAM.replace("/* @TABLES@ */", &tables(setup, schedule));
    let nolock = if setup.dioread_nolock() { "dioread_nolock" } else { "nodioread_nolock" };
    let mount = format!("{nolock}{}", if setup.delalloc { "" } else { ",nodelalloc" });
    let bytes = BLOCK_BYTES << setup.cluster;
    let mkfs = if setup.cluster > 0 { format!(" -O bigalloc -C {bytes}") } else { String::new() };
    let file = setup.files.first().map_or("a", |file| file.name.as_str());
    let cannot: Vec<String> =
        cannot(setup, schedule).iter().map(|text| format!("# * {text}")).collect();
    Ok(SHELL
        .replace("@TITLE@", &title.replace('\n', " "))
        .replace("@CANNOT@", &cannot.join("\n"))
        .replace("@MOUNT@", &mount)
        .replace("@MKFS@", &mkfs)
        .replace("@FILE@", file)
        .replace("@PROGRAM@\n", &program))
}

/// The parts of script and schedule that a running kernel cannot be made to do, each as a sentence.
pub fn cannot(setup: &Setup, schedule: &[Choice]) -> Vec<String> {
    let Budgets { shrink, crash, flusher, commit, eio, enospc, nomem, reclaim, quick } =
        setup.budgets;
    let mut all =
        vec![format!("The kernel runs its own design, not the script's ({}).", setup.design)];
    let budgets = [
        (crash, "Power cuts: no round has one."),
        (flusher, "Runs of the flusher: only the operations write back."),
        (commit, "Commits that no operation requests: the commit interval is ten minutes."),
        (eio, "Failures of bios: the loop device does not fail."),
        (enospc, "Conversions without room: the file system has enough."),
        (nomem, "An allocation that fails."),
        (quick, "Bios that are done before io_submit lets go: the device decides."),
        (reclaim, "Memory that is short when a page is needed: the kernel has enough."),
    ];
    all.extend(budgets.iter().filter(|(count, _)| *count > 0).map(|(_, text)| text.to_string()));
    if shrink > 0 {
        all.push(
            "Runs of the shrinker at a given step: a thread runs the shrinkers all the time."
                .into(),
        );
    }
    if setup.journal > 0 {
        all.push("A journal with room for as few handles as in the script.".into());
    }
    let is = |wanted: fn(Actor) -> bool| schedule.iter().any(|choice| wanted(choice.actor));
    if is(|actor| matches!(actor, Actor::Irq(_))) {
        all.push("A given order of interrupts: the device decides.".into());
    }
    if is(|actor| matches!(actor, Actor::Kworker(_) | Actor::Jbd2)) {
        all.push(
            "Given times for kworkers and the journal: threads only wait a while \
             at their steps of the schedule."
                .into(),
        );
    }
    all
}

/// The tables of the C program.
fn tables(setup: &Setup, schedule: &[Choice]) -> String {
    let mut text = String::new();
    let count = setup.threads.iter().filter(|ops| !ops.is_empty()).count();
    let many = count > 1 || setup.threads.first().is_none_or(Vec::is_empty);
    let _ = writeln!(text, "#define SLOTS {}", setup.slots);
    let _ = writeln!(text, "#define SHRINKS {}", u8::from(setup.budgets.shrink > 0));
    let _ = writeln!(text, "#define THREAD_COUNT {}", setup.threads.len().max(1));
    let of_thread =
        |ops: &Vec<Op>| ops.iter().map(|op| line_of(&[*op])).collect::<Vec<_>>().join("; ");
    let lines: Vec<String> = setup.threads.iter().map(of_thread).collect();
    let par = if many { quoted(&format!("par {}", lines.join(" | "))) } else { "NULL".into() };
    let _ = writeln!(text, "static const char *const many = {par};\n#define MANY many");
    text.push_str("static const struct file files[] = {\n");
    for file in &setup.files {
        let extents: Vec<String> = file
            .extents
            .iter()
            .map(|extent| {
                let range = extent.range;
                format!("{{ {}, {}, {} }}", range.lblk, range.len, u8::from(extent.written))
            })
            .collect();
        let list = if extents.is_empty() { "{ 0, 0, 0 }".into() } else { extents.join(", ") };
        let (name, blocks) = (quoted(&file.name), file.blocks);
        let _ = writeln!(text, "    {{ {name}, {blocks}, {}, {{ {list} }} }},", extents.len());
    }
    text.push_str("};\nstatic const struct op ops[] = {\n");
    let mut writes = 0_u32;
    for (thread, ops) in (0_u8..).zip(&setup.threads) {
        let times = times(setup, schedule, thread);
        let mut at = 0;
        while at < ops.len() {
            let group = if many { 1 } else { group(&ops[at..]) };
            for place in at..at + group {
                let line = (place == at && !many).then(|| line_of(&ops[at..at + group]));
                let ends = place + 1 == at + group;
                let time = times.get(place).copied().unwrap_or(Time::FREE);
                text += &row(thread, ops[place], writes, line.as_deref(), ends, time);
                writes += u32::from(ops[place].writes());
            }
            at += group;
        }
    }
    text.push_str("};\n");
    text
}

/// The start of an operation.
#[derive(Clone, Copy)]
struct Time {
    after: [u8; THREADS_MAX as usize],
    delay: Option<u32>,
}

impl Time {
    const FREE: Time = Time { after: [0; THREADS_MAX as usize], delay: None };
}

/// The start of each operation of a thread under a schedule: after the operations of other threads
/// that have returned by then, and after a delay for each later step of an actor that is not a
/// thread.
fn times(setup: &Setup, schedule: &[Choice], thread: u8) -> Vec<Time> {
    let mut times = Vec::new();
    let mut state = State::initial(setup);
    let mut others = 0_u32;
    for choice in schedule {
        let task = &state.tasks[usize::from(thread)];
        if choice.actor == Actor::Thread(thread) && task.depth() == 0 {
            let mut time = Time::FREE;
            for (other, after) in (0_u8..).zip(&mut time.after) {
                if other != thread && usize::from(other) < setup.threads.len() {
                    *after = state.tasks[usize::from(other)].op;
                }
            }
            time.delay = Some(others * STEP_MICROSECONDS);
            // A call may be entered again; only the first time counts.
            if times.len() == usize::from(task.op) {
                times.push(time);
            }
            others = 0;
        }
        let is_thread = matches!(choice.actor, Actor::Thread(_));
        others += u32::from(!is_thread && !is_environment(&state, *choice));
        if step(setup, &mut state, *choice, &mut ()).is_err() {
            break;
        }
    }
    times
}

/// The number of operations that are recorded as one: AIO writes of the same file and durability,
/// up to the call that reaps them all.
fn group(ops: &[Op]) -> usize {
    let first = ops[0];
    let same = |op: &&Op| {
        op.info().word == "aio_write" && (op.ino(), op.sync()) == (first.ino(), first.sync())
    };
    let writes = ops.iter().take_while(same).count();
    let iocbs: u8 = ops[..writes].iter().map(|op| op.writes()).sum();
    let reaps = |op: &Op| {
        let number = op.args().number;
        op.info().word == "getevents" && (number == 0 || number == iocbs)
    };
    if writes > 0 && ops.get(writes).is_some_and(reaps) { writes + 1 } else { 1 }
}

/// An operation, or the writes of a group, as a line of a recorded script, in bytes.
fn line_of(ops: &[Op]) -> String {
    let Some(first) = ops.first() else { return String::new() };
    let word = first.info().word;
    let OpArgs { number, sync, range, .. } = first.args();
    let bytes = |blocks: u8| u64::from(blocks) * BLOCK_BYTES;
    let halves = |halves: u8| u64::from(halves) * HALF_BYTES;
    let (offset, len, sync) = (halves(range.first_half()), halves(range.halves()), sync as u8);
    let on_range = format!("off={offset} len={len}");
    match word {
        "aio_write" => {
            let pieces = ops.iter().filter(|op| op.info().word == "aio_write").flat_map(pieces);
            let io: Vec<String> =
                pieces.map(|(at, len)| format!("{}+{}", halves(at), halves(len))).collect();
            // A write that is not reaped at once is not an operation of a recorded script.
            let word = if ops.len() > 1 { word } else { "io_submit" };
            format!("{word} sync={sync} io={}", io.join(","))
        }
        "dio_write" | "buf_write" => format!("{word} {on_range} sync={sync}"),
        "dio_read" | "buf_read" | "move_extents" => format!("{word} {on_range}"),
        "fallocate" => format!("fallocate {on_range} mode=keep"),
        "punch" => format!("fallocate {on_range} mode=punch"),
        "zero_range" => format!("fallocate {on_range} mode=zero_keep"),
        "collapse" => format!("fallocate {on_range} mode=collapse"),
        "insert_range" => format!("fallocate {on_range} mode=insert"),
        "mmap_write" => format!("mmap_write off={} len={BLOCK_BYTES}", bytes(number)),
        "truncate" => format!("truncate size={}", bytes(number)),
        "seek_data" | "seek_hole" => format!("{word} off={}", bytes(number)),
        "drop_caches" => format!("drop_caches n={number}"),
        other => other.to_string(),
    }
}

/// The ranges of an operation, each as its first half block and the number of half blocks.
fn pieces(op: &Op) -> Vec<(u8, u8)> {
    let args = op.args();
    let halves = |range: Range| (range.first_half(), range.halves());
    match args.iocbs {
        Some(iocbs) => iocbs.iter().map(halves).collect(),
        None => vec![halves(args.range)],
    }
}

/// A row of the C program's table; `nr` is the number of the operation's first write.
fn row(thread: u8, op: Op, nr: u32, line: Option<&str>, ends: bool, time: Time) -> String {
    let OpArgs { ino, sync, number, .. } = op.args();
    let pieces: Vec<String> =
        pieces(&op).iter().map(|(at, len)| format!("{{ {at}, {len} }}")).collect();
    let after: Vec<String> = time.after.iter().map(ToString::to_string).collect();
    let delay = time.delay.map_or(-1, i64::from);
    let (word, count, pieces) = (quoted(op.info().word), pieces.len(), pieces.join(", "));
    let (line, after) = (line.map_or("NULL".into(), quoted), after.join(", "));
    let (sync, ends) = (sync as u8, u8::from(ends));
    format!(
        "    {{ {thread}, {ino}, {word}, {sync}, {number}, {nr}, {count}, {{ {pieces} }}, {line}, \
         {ends}, {{ {after} }}, {delay} }},\n",
    )
}

/// A text as a C string. File names are letters and digits, so nothing needs an escape.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
