//! `extentscope load`: S9 at length, its backlog and its throughput.

use std::io::Write;

use extentscope::kernel::{Design, Row};
use extentscope::scenario::{Load, LoadEnd, Loaded};
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
    writeln!(out, "design              writes   steps  steps/write  backlog  ended by")?;
    let (mut all, mut total, mut stopped) = (Vec::new(), 0, Vec::new());
    let ((), ms) = timed(|| {
        for design in designs {
            all.push((design, Load { design, writes, slots, slow }.run()));
        }
    });
    for (design, loaded) in &all {
        total += u64::from(loaded.steps);
        print_row(out, design, loaded)?;
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
    let broken = all.iter().any(|(_, loaded)| loaded.broken != 0);
    let stuck = all.iter().any(|(_, loaded)| loaded.end == LoadEnd::Stuck);
    Ok(match (broken || stuck, stopped.is_empty()) {
        (true, _) => End::Finding,
        (false, false) => End::Bounded,
        (false, true) => End::Fine,
    })
}

fn print_row(out: &mut impl Write, design: &Design, loaded: &Loaded) -> Result<(), Wrong> {
    let Loaded { reaped, steps, backlog, broken, end, .. } = *loaded;
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
    writeln!(out, "{name} {reaped:>6} {steps:>7} {each:>12} {backlog:>8}  {end}{broke}")?;
    Ok(())
}

/// Does something, and says how many milliseconds it took.
#[expect(clippy::disallowed_types, reason = "the command may read a clock, the model may not")]
fn timed<T>(what: impl FnOnce() -> T) -> (T, u32) {
    let start = std::time::Instant::now();
    let done = what();
    (done, start.elapsed().as_millis() as u32)
}
