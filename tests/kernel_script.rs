//! Scripts for a running kernel: the shell parses them, a C compiler accepts the program without a
//! warning, and they say what cannot be done.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use extentscope::kernel::{Choice, OPS};
use extentscope::scenario::{PRESETS, Script};
use extentscope::trace::{RecordedOp, cannot, kernel_script};

fn printed(script: &str, schedule: &str) -> String {
    let setup = Script::parse(script).expect("a script").setup;
    let schedule: Vec<Choice> =
        schedule.split_whitespace().map(|choice| choice.parse().expect("a choice")).collect();
    kernel_script(&setup, &schedule, "a title").expect("system calls")
}

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Compiles the program of a printed script with warnings as errors, and returns the compiler's
/// messages.
fn compiled(name: &str, text: &str) -> String {
    let file = folder("kernel_script").join(format!("{name}.sh"));
    fs::write(&file, text).expect("a file");
    let done = Command::new("sh")
        .arg(&file)
        .arg("compile")
        .arg(file.with_extension("program"))
        .env("CFLAGS", "-std=gnu11 -Wall -Wextra -Wshadow -Werror")
        .output()
        .expect("a shell");
    assert!(done.status.success(), "{name}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8_lossy(&done.stderr).into_owned()
}

#[test]
fn every_preset_compiles_without_a_warning() {
    for preset in PRESETS {
        let setup = Script::parse(preset.script).expect("a script").setup;
        let text = kernel_script(&setup, &[], preset.title).expect("a system call for each word");
        // Only the tables differ, so a few compiler runs suffice.
        if ["S1", "S4", "S7", "F1", "R4"].contains(&preset.id) {
            assert_eq!(compiled(preset.id, &text), "");
        }
        assert!(!text.contains('@'), "{}: a place was not filled in", preset.id);
    }
}

#[test]
fn what_is_recorded_is_what_the_reader_reads() {
    let text = printed(
        "slots 8\nfile a 8 blocks, U 0+8\nt1: aio_write io=0+4 sync=1\nt1: aio_write io=4+4 sync=1\n\
         t1: getevents\nt1: dio_read 0 8\nt1: fsync\n",
        "",
    );
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("    { 0, 0, \""))
        .filter_map(|line| line.rsplit('"').nth(1))
        .collect();
    let expected = [
        "aio_write sync=1 io=0+16384,16384+16384",
        "aio_write",
        "getevents",
        "dio_read off=0 len=32768",
        "fsync",
    ];
    assert_eq!(lines, expected);
    for line in [lines[0], lines[3], lines[4]] {
        assert!(!matches!(RecordedOp::parse(line), RecordedOp::Other { .. }), "{line}");
    }
}

/// One script with every operation, which a kernel without the tracepoints cannot run but a compiler
/// can read.
#[test]
fn every_operation_has_a_system_call() {
    let lines: Vec<String> = OPS
        .iter()
        .filter(|info| !["close", "unlink"].contains(&info.word))
        .map(|info| format!("t1: {}\n", info.usage.split('[').next().unwrap_or_default()))
        .collect();
    let script = format!("file a 8 blocks, W 0+8\n{}t1: close\nt1: unlink\n", lines.concat());
    let text = printed(&script, "");
    for info in OPS {
        assert!(text.contains(&format!("\"{}\"", info.word)), "{}", info.word);
    }
    assert_eq!(compiled("every-operation", &text), "");
    let line = text.lines().find(|line| line.contains("\"mmap_write\"")).expect("the store");
    let recorded = line.rsplit('"').nth(1).expect("a recorded line");
    assert!(!matches!(RecordedOp::parse(recorded), RecordedOp::Other { .. }), "{recorded}");
}

/// The program counts in half blocks, and the recorded lines in bytes.
#[test]
fn halves_of_blocks_are_written() {
    let script = "file a 4 blocks, U 0+4\nt1: dio_write 0.5 1\nt1: aio_write io=2+0.5,3.5+0.5\n\
                  t1: getevents\n";
    let text = printed(script, "");
    let row = |word: &str| {
        let has = |line: &&str| line.contains(&format!("\"{word}\""));
        text.lines().find(has).expect(word)
    };
    assert!(row("dio_write").contains("1, { { 1, 2 } }, \"dio_write off=2048 len=4096 sync=0\""));
    let batch = "2, { { 4, 1 }, { 7, 1 } }, \"aio_write sync=0 io=8192+2048,14336+2048\"";
    assert!(row("aio_write").contains(batch), "{}", row("aio_write"));
    assert_eq!(compiled("halves", &text), "");
}

#[test]
fn a_schedule_becomes_delays_and_an_order() {
    let script = "file a 8 blocks, W 0+8\nt1: dio_write 0 1\nt2: dio_read 0 1\n";
    let setup = Script::parse(script).expect("a script").setup;
    let mut state = extentscope::kernel::State::initial(&setup);
    let mut choices = String::new();
    for wanted in ["t1", "t2"] {
        loop {
            let all = extentscope::kernel::enabled(&setup, &state);
            let thread: Choice = wanted.parse().expect("a thread");
            let irq = |choice: &&Choice| choice.actor.to_string().starts_with("irq");
            let kworker = |choice: &&Choice| choice.actor.to_string().starts_with("kworker");
            let found = all.iter().find(|choice| **choice == thread);
            let found = found.or_else(|| all.iter().find(irq)).or_else(|| all.iter().find(kworker));
            let done = state.tasks[usize::from(wanted == "t2")].op == 1;
            let (false, Some(choice)) = (done, found) else { break };
            choices += &format!("{choice} ");
            extentscope::kernel::step(&setup, &mut state, *choice, &mut ()).expect("a step");
        }
    }
    let text = printed(script, &choices);
    let row = text.lines().find(|line| line.contains("\"dio_read\"")).expect("the read");
    assert!(row.contains("{ 1, 0, 0, 0 }"), "it waits for the write: {row}\n{choices}");
    let free = printed(script, "");
    let row = free.lines().find(|line| line.contains("\"dio_read\"")).expect("the read");
    assert!(row.ends_with("{ 0, 0, 0, 0 }, -1 },"), "{row}");
}

#[test]
fn what_cannot_be_done_is_said() {
    let said = |script: &str, schedule: &[Choice]| {
        cannot(&Script::parse(script).expect("a script").setup, schedule).join(" ")
    };
    let script = "file a 8 blocks\nallow crash\nallow eio\nt1: dio_write 0 1\n";
    assert!(said(script, &[]).contains("Power cuts"));
    assert!(said(script, &[]).contains("Failures of bios"));
    assert!(!said(script, &[]).contains("interrupts"));
    let irq: Choice = "irq:io1".parse().expect("a choice");
    assert!(said(script, &[irq]).contains("order of interrupts"));
}
