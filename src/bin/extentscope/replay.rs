//! `extentscope replay`: traces of a running kernel against the extent status tree.

use std::io::Write;

use clap::Args;
use extentscope::trace::{ReplayError, Why, replay as replay_trace, unpack};

use super::traces::TraceArguments;
use super::{End, Wrong};

/// Arguments of `replay`.
#[derive(Args)]
pub struct ReplayArguments {
    #[command(flatten)]
    traces: TraceArguments,
    /// Print the result for every trace.
    #[arg(long, short)]
    verbose: bool,
}

/// The trace of a folder that is replayed: the first of these that exists.
const PREFERRED: &[&str] = &[
    "trace-es.txt",
    "trace-es-stack.txt",
    "trace-full.txt",
    "trace.txt",
    "trace",
    "trace-es-pipe.txt",
];

/// Replays every trace up to the first difference.
pub fn replay(out: &mut impl Write, arguments: &ReplayArguments) -> Result<End, Wrong> {
    let files = arguments.traces.files(PREFERRED)?;
    let (mut events, mut dumps, mut resyncs) = (0, 0, 0);
    for path in &files {
        let case = arguments.traces.case(path)?;
        let wrong = |said: String| Wrong(format!("{}: {said}", path.display()));
        let text = unpack(&case.bytes).map_err(|error| wrong(error.to_string()))?;
        let done = match replay_trace(&text, &case.folder, case.ops.as_deref()) {
            Ok(done) => done,
            Err(ReplayError::Differs { difference, so_far }) => {
                writeln!(out, "{}, {difference}", path.display())?;
                events += so_far.counts.es;
                dumps += so_far.dumps;
                resyncs += so_far.resyncs.len();
                let folders = files.len();
                summary(out, folders, events, dumps, 1, resyncs)?;
                return Ok(End::Finding);
            }
            Err(error) => return Err(wrong(error.to_string())),
        };
        for damaged in &done.damaged {
            writeln!(out, "{}: {damaged}", path.display())?;
        }
        let untold = done.counts.damaged - done.damaged.len() as u64;
        if untold > 0 {
            writeln!(out, "{}: {untold} more lines cannot be read", path.display())?;
        }
        for resync in &done.resyncs {
            let (index, line, why) = (resync.index, resync.line, resync.why.sentence());
            writeln!(out, "{}, line {line}: op {index}: resynchronised: {why}", path.display())?;
        }
        if done.outside > 0 && case.ops.is_some() {
            let outside = done.outside;
            writeln!(out, "{}: {outside} dumps lie outside of the trace", path.display())?;
        }
        if arguments.verbose {
            let lost = done.resyncs.iter().filter(|resync| resync.why == Why::Lost).count();
            let counts = &done.counts;
            writeln!(
                out,
                "{}: {} lines, {} ES events, {} others known, {} others, {} lost; {} lookups \
                 compared, {} answered otherwise; {} dumps, {} resynchronised, {lost} of them for \
                 lost events",
                path.display(),
                counts.lines,
                counts.es,
                counts.known,
                counts.other.values().sum::<u64>(),
                counts.lost,
                done.lookups,
                done.lookups_differ,
                done.dumps,
                done.resyncs.len(),
            )?;
        }
        events += done.counts.es;
        dumps += done.dumps;
        resyncs += done.resyncs.len();
    }
    summary(out, files.len(), events, dumps, 0, resyncs)?;
    Ok(End::Fine)
}

fn summary(
    out: &mut impl Write,
    folders: usize,
    events: u64,
    dumps: u32,
    differ: u32,
    resyncs: usize,
) -> Result<(), Wrong> {
    writeln!(
        out,
        "replay: {folders} folders, {events} events, {dumps} dumps, {differ} differ, {resyncs} \
         resynchronised"
    )?;
    Ok(())
}
