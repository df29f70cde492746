//! Two designs side by side as plain text for a mail: a column for each design, a row for each
//! common step, the first difference at its step, and the state of each side at the end.

use crate::scenario::{LINK_VERSION, Pair, Run};

use crate::view::beside::{SIDES, first_difference, stands};
use crate::view::panels::{badge, finding};
use crate::view::words::{COLUMNS_MAX, step_label, wrap};

use super::mail::{cells, indent, narrow, trees};

/// The first character of each column.
const SIDE: [usize; 2] = [5, 42];

/// The width of a column in characters.
const WIDTH: usize = 36;

/// Both sides as text, to the end of their common steps. A script that is not a preset is included;
/// the link is printed as it is.
pub fn mail_beside(run: &Run, pair: &Pair, title: &str, script: &str, link: &str) -> String {
    let mut sides = [run.clone(), pair.second().clone()];
    sides.iter_mut().for_each(|side| side.seek(usize::MAX));
    let mut text = header(&sides, title);
    if !script.is_empty() {
        text.push('\n');
    }
    for line in script.lines() {
        text += format!("  {line}").trim_end();
        text.push('\n');
    }
    table(run, pair, &mut text);
    for (name, side) in SIDES.into_iter().zip(&sides) {
        if let Some(finding) = finding(side) {
            text += &format!("\n{}\n", wrap(&format!("{name}: "), &finding));
        }
    }
    text = narrow(&text);
    if !link.is_empty() {
        text += &format!("\n{link}\n");
    }
    text
}

fn header(sides: &[Run; 2], title: &str) -> String {
    let mut text =
        format!("extentscope {}, links of version {LINK_VERSION}\n", env!("CARGO_PKG_VERSION"));
    text += &format!("{}\n", wrap("scenario  ", title));
    for (name, side) in SIDES.into_iter().zip(sides) {
        let badge = badge(side);
        let design = side.setup().design;
        let stands = format!("{design}. {}: {}", badge.word, badge.text);
        text += &format!("{}\n", wrap(&format!("design {name}  "), &stands));
    }
    text
}

fn table(run: &Run, pair: &Pair, text: &mut String) {
    let runs = [run, pair.second()];
    let mut heads = String::from("\nstep");
    for (side, at) in SIDE.into_iter().enumerate() {
        indent(&mut heads, at + 1); // its first character ends a line
        heads += &format!("{}: {}", SIDES[side], runs[side].setup().design.row.id());
    }
    *text += heads.trim_end();
    let dashes = "-".repeat(WIDTH);
    *text += &format!("\n---- {dashes} {dashes}\n");
    let mut seen = [0, 1].map(|side| trees(runs[side].setup(), runs[side].state_at(0)));
    row("   0", [&seen[0], &seen[1]], text);
    let difference = first_difference(run, pair);
    let mark = |at: usize, text: &mut String| {
        if let Some(it) = difference.as_ref().filter(|it| it.at == at) {
            *text += &format!("{}\n", wrap("     *** ", &it.text));
        }
    };
    mark(0, text);
    for (at, beat) in pair.beats().iter().enumerate() {
        let before = pair.taken(at);
        let told = [0, 1].map(|side| {
            let (run, step) = (runs[side], before[side]);
            if !beat.took[side] {
                let mut here = run.clone();
                here.seek(step);
                return format!("({} {})", beat.choice.actor, stands(&here, beat.choice.actor));
            }
            let choice = run.choices()[step];
            let label = step_label(run.setup(), run.state_at(step), choice);
            let after = trees(run.setup(), run.state_at(step + 1));
            let tree = if after == seen[side] { String::new() } else { format!(" => {after}") };
            seen[side] = after;
            format!("{} {}{tree}", label.actor, label.does)
        });
        let same = told[0] == told[1];
        let second = if same { "the same" } else { &told[1] };
        row(&format!("{:>4}", at + 1), [&told[0], second], text);
        mark(at + 1, text);
    }
}

/// A row: a number and the texts of both sides, each wrapped in its column.
fn row(number: &str, sides: [&str; 2], text: &mut String) {
    let sides = sides.map(|side| cells(side, WIDTH));
    for at in 0..sides[0].len().max(sides[1].len()) {
        let mut line = String::from(if at == 0 { number } else { "" });
        for (side, column) in sides.iter().zip(SIDE) {
            if let Some(part) = side.get(at) {
                indent(&mut line, column);
                line += part;
            }
        }
        line.push('\n');
        *text += &line;
    }
}

// Both columns fit into a mail.
const _: () = assert!(SIDE[0] + WIDTH < SIDE[1] && SIDE[1] + WIDTH <= COLUMNS_MAX as usize);

#[cfg(test)]
mod tests {
    use crate::kernel::Row;
    use crate::scenario::{Dice, PRESETS};
    use crate::session::Session;
    use crate::view::words::COLUMNS_MAX;

    #[test]
    fn two_columns_fit_a_mail_and_name_the_first_difference() {
        let mut differ = 0;
        for (seed, preset) in (0..).zip(PRESETS) {
            let mut session = Session::new();
            session.load_preset(preset.id);
            session.compare_with(Some(Row::ALL[seed as usize % Row::ALL.len()].design()));
            let mut dice = Dice::new(seed);
            while let Some(choice) = dice.choose(&session.run().enabled()) {
                session.step(choice).unwrap();
            }
            while session.forward() {}
            session.revise();
            let text = session.mail_text("https://host/x/");
            let (link, rest) = text.trim_end().rsplit_once('\n').unwrap_or_default();
            let (link, rest) = (rest, link);
            assert!(link.starts_with("https://host/x/#v2;d="), "{link}");
            for line in rest.lines() {
                assert!(line.chars().count() <= COLUMNS_MAX as usize, "{line}");
                assert!(!line.contains('\t') && line.trim_end() == line, "{line:?}");
            }
            assert!(rest.contains("\ndesign B"), "{rest}");
            differ += usize::from(rest.contains("*** "));
        }
        assert!(differ > 15, "{differ}");
    }
}
