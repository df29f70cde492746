//! `extentscope follow`: a trace as runs of the machine, operation by operation.

use std::collections::BTreeMap;
use std::io::Write;

use clap::Args;
use extentscope::kernel::Design;
use extentscope::trace::{
    Allowed, FollowOutcome, FollowedOp, design_of_format, follow as follow_trace, ops_of_markers,
    told_by_spelling,
};

use super::input::read_design;
use super::traces::TraceArguments;
use super::{End, Wrong};

/// Arguments of `follow`.
#[derive(Args)]
pub struct FollowArguments {
    #[command(flatten)]
    traces: TraceArguments,
    /// The design that has to explain the trace; the default is the row of its kernel.
    #[arg(long)]
    design: Option<String>,
    /// Follow one operation only, by its number.
    #[arg(long)]
    op: Option<u32>,
    /// Print the script and the choices of every operation.
    #[arg(long, short)]
    verbose: bool,
}

/// The trace of a folder that is followed: the first of these that exists.
const PREFERRED: &[&str] = &["trace-full.txt", "trace.txt", "trace"];

/// Follows every trace. Ends at the first event that no run explains.
pub fn follow(out: &mut impl Write, arguments: &FollowArguments) -> Result<End, Wrong> {
    let mut end = End::Fine;
    for path in arguments.traces.files(PREFERRED)? {
        let case = arguments.traces.case(&path)?;
        let text = case.text(&path)?;
        let mut ops = match case.ops {
            Some(ref ops) => ops.clone(),
            None => {
                let rules = case.folder.rules().unwrap_or_else(|| told_by_spelling(&text));
                let ops = ops_of_markers(&text, &rules);
                if ops.is_empty() {
                    return Err(Wrong(format!(
                        "{}: neither an ops.jsonl beside it nor markers in it (`op 3 begin \
                         dio_write …`) say what each operation was",
                        path.display()
                    )));
                }
                writeln!(
                    out,
                    "{}: no ops.jsonl beside it: its {} operations are those of its markers, and \
                     the file is taken to be new at the first",
                    path.display(),
                    ops.len()
                )?;
                ops
            }
        };
        let design = match &arguments.design {
            Some(design) => read_design(design)?,
            None => match case.folder.release {
                Some(release) => release.design(),
                None => design_of_format(told_by_spelling(&text).version),
            },
        };
        if let Some(last) = arguments.op {
            ops.retain(|op| op.index <= last);
        }
        let followed = follow_trace(&text, &case.folder, &ops, &design);
        let asked = |op: &&FollowedOp| arguments.op.is_none_or(|index| op.index == index);
        let mut passed: BTreeMap<&str, u32> = BTreeMap::new();
        let (mut done, mut events) = (0, 0);
        for op in followed.ops.iter().filter(asked) {
            match &op.outcome {
                FollowOutcome::Followed(path) => {
                    done += 1;
                    events += path.of;
                    if arguments.verbose {
                        writeln!(out, "op {} {}: {} events", op.index, op.op, path.of)?;
                        run(out, path)?;
                    }
                }
                FollowOutcome::Passed(why) => *passed.entry(why).or_default() += 1,
                FollowOutcome::Ends { .. } => {
                    writeln!(out, "{}:", path.display())?;
                    ends(out, op, &design)?;
                    end = End::Finding;
                    break;
                }
            }
        }
        let mut is_run = followed
            .ops
            .iter()
            .filter(asked)
            .all(|op| !matches!(op.outcome, FollowOutcome::Ends { .. }));
        if let (true, Some((unlike, line))) = (is_run, &followed.lookup) {
            let got = unlike.got.map_or("nothing".into(), |extent| extent.to_string());
            let version = design.knobs.es_version;
            writeln!(out, "{}:", path.display())?;
            writeln!(
                out,
                "  no tree of {design} (ES rules of {version}) answers line {}: {line}",
                unlike.line
            )?;
            writeln!(out, "  expected {}, its tree has {got}", unlike.expected)?;
            is_run = false;
            end = End::Finding;
        }
        let names: Vec<String> =
            passed.iter().map(|(why, count)| format!("{why} {count}")).collect();
        let verdict = if is_run { "a run" } else { "not a run" };
        writeln!(
            out,
            "follow: {} is {verdict} of {design}: {done} ops followed, {events} events explained, \
             {} passed over ({})",
            path.display(),
            passed.values().sum::<u32>(),
            names.join(", "),
        )?;
    }
    Ok(end)
}

fn run(out: &mut impl Write, path: &extentscope::trace::Path) -> Result<(), Wrong> {
    for line in path.script.lines() {
        writeln!(out, "    {line}")?;
    }
    let choices: Vec<String> = path.choices.iter().map(ToString::to_string).collect();
    writeln!(out, "  choices {}", choices.join(" "))?;
    writeln!(out, "  link #{}", path.link)?;
    Ok(())
}

fn ends(out: &mut impl Write, op: &FollowedOp, design: &Design) -> Result<(), Wrong> {
    let FollowOutcome::Ends { path, line, event, allowed, bounded } = &op.outcome else {
        return Ok(());
    };
    writeln!(out, "op {} {}: {} of {} events explained", op.index, op.op, path.explained, path.of)?;
    run(out, path)?;
    if *bounded {
        writeln!(out, "  the search ended at its bound, FOLLOW_PLACES_MAX")?;
    }
    writeln!(out, "  no run of {design} shows line {line}: {event}")?;
    for Allowed { choice, pc, shows } in allowed {
        let info = pc.info_in(&design.knobs);
        let but = match shows {
            Some((block, kind)) => {
                format!(", which would make block {block} {kind:?}: the trace shows no such change")
            }
            None => String::new(),
        };
        writeln!(out, "  it allows {choice}: {} ({}){but}", info.function, info.does)?;
    }
    if allowed.is_empty() {
        writeln!(out, "  it allows no step there")?;
    }
    Ok(())
}
