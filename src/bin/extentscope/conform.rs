//! `extentscope conform`: compares the machine with a running kernel, operation by operation.

use std::io::Write;

use clap::Args;
use extentscope::trace::{Conformance, conform as conform_ops};

use super::traces::TraceArguments;
use super::{End, Wrong};

/// Arguments of `conform`.
#[derive(Args)]
pub struct ConformArguments {
    #[command(flatten)]
    traces: TraceArguments,
    /// Print how many operations of each kind agree, and every difference.
    #[arg(long, short)]
    verbose: bool,
}

/// Number of differences that are printed without `--verbose`.
const SHOWN: usize = 10;

/// Compares every operation of every folder.
pub fn conform(out: &mut impl Write, arguments: &ConformArguments) -> Result<End, Wrong> {
    let mut all = Conformance::default();
    let mut shown = 0;
    for path in arguments.traces.files(&["ops.jsonl"])? {
        let case = arguments.traces.case(&path)?;
        let folder = path.parent().unwrap_or(&path);
        let Some(ops) = &case.ops else {
            // What is wrong with the trace itself comes first.
            case.text(&path)?;
            return Err(Wrong(format!(
                "{}: no ops.jsonl beside it, with the dumps to compare with",
                path.display()
            )));
        };
        if path.file_stem().is_none_or(|stem| !stem.to_string_lossy().starts_with("ops")) {
            case.text(&path)?;
        }
        let done = conform_ops(&case.folder, ops);
        for (index, op, unlike) in &done.differences {
            shown += 1;
            if shown > SHOWN && !arguments.verbose {
                continue;
            }
            let [disk, before, expected, got] = &unlike.window;
            writeln!(
                out,
                "{}: op {index} {op}: blocks [{}/{}): before {}, expected {}, got {}\n  \
                 disk     {disk}\n  before   {before}\n  expected {expected}\n  got      {got}",
                folder.display(),
                unlike.lblk,
                unlike.len,
                unlike.before,
                unlike.expected,
                unlike.got,
            )?;
        }
        all.add(&done);
    }
    if shown > SHOWN && !arguments.verbose {
        writeln!(out, "{} more differences: -v tells them", shown - SHOWN)?;
    }
    if arguments.verbose {
        for (word, count) in &all.agree {
            let differ = all.differ.get(word).copied().unwrap_or(0);
            writeln!(out, "{word}: {count} agree, {differ} differ")?;
        }
    }
    writeln!(out, "{}", all.line())?;
    Ok(if all.differ() > 0 { End::Finding } else { End::Fine })
}
