//! Known runs of the presets: for each design that can break a promise, the shortest run that does.
//! `tests/witnesses.rs` prints the table, after searching every preset under every design again.

use crate::kernel::{Choice, Design, Promise};

/// The table, one line per run: preset, the designs under which the run is the shortest, joined by
/// commas, promise, point of no return, run. The lines of a preset are in the order of
/// [`Promise::ALL`].
pub const WITNESSES: &str = include_str!("witnesses.txt");

/// A run that breaks a promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownWitness {
    /// The promise that the run breaks.
    pub promise: Promise,
    /// The point of no return: the step after which the end cannot be avoided; `None` if it is not
    /// known.
    pub no_return: Option<u32>,
    /// The shortest run that breaks the promise.
    pub run: Vec<Choice>,
}

/// The shortest runs of a preset under a design, in the order of [`Promise::ALL`]. The list is
/// empty if every run keeps every promise, or if the design is neither a row nor the design under
/// which the page shows the preset first.
pub fn known_witnesses(preset: &str, design: Design) -> Vec<KnownWitness> {
    let witness = |(promise, rest): (Promise, &str)| {
        let mut words = rest.split(' ');
        let no_return = words.next()?.parse().ok();
        let run = words.map(steps).collect::<Option<Vec<_>>>()?.concat();
        Some(KnownWitness { promise, no_return, run })
    };
    lines(preset, design).filter_map(witness).collect()
}

/// Only the promises of those runs. The page asks for them after every step, and the runs are long.
pub fn known_broken(preset: &str, design: Design) -> Vec<Promise> {
    lines(preset, design).map(|(promise, _)| promise).collect()
}

/// The preset, design and promise of every known run.
pub fn known_lines() -> impl Iterator<Item = (&'static str, Design, Promise)> {
    let parsed = WITNESSES.lines().filter_map(|line| {
        let mut words = line.splitn(4, ' ');
        let (preset, names) = (words.next()?, words.next()?);
        Some((preset, names, Promise::find(words.next()?)?))
    });
    parsed.flat_map(|(preset, names, promise)| {
        let design = |name: &str| Design::parse(&name.replace('+', " +")).ok();
        names.split(',').filter_map(design).map(move |design| (preset, design, promise))
    })
}

/// One line of the table.
pub fn witness_line(preset: &str, designs: &[Design], witness: &KnownWitness) -> String {
    let KnownWitness { promise, no_return, run } = witness;
    let no_return = no_return.map_or("-".into(), |step| step.to_string());
    let names: Vec<String> = designs.iter().copied().map(name_of).collect();
    let mut line = format!("{preset} {} {} {no_return}", names.join(","), promise.id());
    let mut rest = run.as_slice();
    while let Some(first) = rest.first() {
        let times = rest.iter().take_while(|choice| *choice == first).count();
        line += &match times {
            1 => format!(" {first}"),
            _ => format!(" {first}*{times}"),
        };
        rest = &rest[times..];
    }
    line
}

/// The promise of each line of a preset under a design, and the rest of that line.
fn lines(preset: &str, design: Design) -> impl Iterator<Item = (Promise, &'static str)> {
    let (begin, name) = (format!("{preset} "), name_of(design));
    WITNESSES.lines().filter_map(move |line| {
        let (names, rest) = line.strip_prefix(&begin)?.split_once(' ')?;
        let (promise, rest) = rest.split_once(' ')?;
        let is_of_it = names.split(',').any(|other| other == name);
        is_of_it.then_some((Promise::find(promise)?, rest))
    })
}

/// The design as one word.
fn name_of(design: Design) -> String {
    design.to_string().replace(" +", "+")
}

/// Reads `t1*3` or `t1`.
fn steps(word: &str) -> Option<Vec<Choice>> {
    let (choice, times) = word.split_once('*').unwrap_or((word, "1"));
    let choice: Choice = choice.parse().ok()?;
    Some(vec![choice; times.parse().ok()?])
}
