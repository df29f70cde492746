//! `extentscope load`: S9 at length, with backlog and throughput.

use std::io::Write;

use extentscope::kernel::{Design, Row};
use extentscope::scenario::{LoadEnd, Loaded};
use extentscope::view::charts::{LoadJob, LoadWork};
use extentscope::view::words::bound_text;
use extentscope::view::words::wrap;

use super::input::read_design;
use super::verdicts::promises;
use super::{End, LoadArguments, Wrong};

pub fn load(out: &mut impl Write, arguments: &LoadArguments) -> Result<End, Wrong> {
    let &LoadArguments { ref design, writes, slots, slow } = arguments;
    let designs: Result<Vec<Design>, Wrong> = design.iter().map(|text| read_design(text)).collect();
    let mut designs = designs?;
    if designs.is_empty() {
        designs.extend(Row::ALL.map(Row::design));
    }
    let text = format!(
        "S9 at length: {writes} AIO writes of one block into unwritten blocks, {slots} slots; a \
         worker takes 1 step for {slow} of the others."
    );
    writeln!(out, "{}\n", wrap("", &text))?;
    let what = "Latency is the number of steps from a write's submission to its acknowledgement; a \
                throttled writer waits before the submission.";
    writeln!(out, "{}\n", wrap("", what))?;
    writeln!(out, "{:37}per    latency", "")?;
    writeln!(out, "design              writes   steps write median  p95 backlog  ended by")?;
    let (mut total, mut stopped) = (0, Vec::new());
    let jobs = designs.iter().map(|design| {
        LoadWork::new(&LoadJob {
            design: design.to_string(),
            writes,
            slots: slots.into(),
            slow: slow.into(),
        })
    });
    let mut all = jobs.collect::<Result<Vec<_>, _>>().map_err(Wrong)?;
    let ((), ms) = timed(|| all.iter_mut().for_each(|work| while work.advance(u32::MAX) {}));
    for (design, work) in designs.iter().zip(&all) {
        let loaded = work.loaded();
        total += u64::from(loaded.steps);
        print_row(out, design, work)?;
        if let LoadEnd::Bound(bound) = loaded.end
            && !stopped.contains(&bound)
        {
            stopped.push(bound);
        }
    }
    writeln!(out, "\n{total} steps, {ms} ms")?;
    for bound in &stopped {
        writeln!(out, "{}", wrap("a bound of the model: ", bound_text(*bound)))?;
    }
    let broken = all.iter().any(|work| work.loaded().broken != 0);
    let stuck = all.iter().any(|work| work.loaded().end == LoadEnd::Stuck);
    Ok(match (broken || stuck, stopped.is_empty()) {
        (true, _) => End::Finding,
        (false, false) => End::Bounded,
        (false, true) => End::Fine,
    })
}

fn print_row(out: &mut impl Write, design: &Design, work: &LoadWork) -> Result<(), Wrong> {
    let Loaded { reaped, steps, backlog, broken, end, .. } = work.loaded();
    let report = work.report();
    let [median, p95] = [50, 95]
        .map(|percent| report.percentile(percent).map_or("-".into(), |steps| steps.to_string()));
    let name = design.to_string();
    let name = if name.len() > 19 { format!("{name}\n{:<19}", "") } else { format!("{name:<19}") };
    let tenths = u64::from(steps) * 10 / u64::from(reaped.max(1));
    let each = format!("{}.{}", tenths / 10, tenths % 10);
    let end = match end {
        LoadEnd::Done => "the last write",
        LoadEnd::Bound(bound) => bound.name(),
        LoadEnd::Stuck => "a deadlock",
    };
    let broke = if broken == 0 { String::new() } else { format!(", {}", promises(broken)) };
    writeln!(
        out,
        "{name} {reaped:>6} {steps:>7} {each:>5} {median:>6} {p95:>4} {backlog:>7}  {end}{broke}"
    )?;
    Ok(())
}

/// Runs a closure and measures the milliseconds that it took.
#[expect(clippy::disallowed_types, reason = "the command may read a clock, the model may not")]
fn timed<T>(what: impl FnOnce() -> T) -> (T, u32) {
    let start = std::time::Instant::now();
    let done = what();
    (done, start.elapsed().as_millis() as u32)
}
