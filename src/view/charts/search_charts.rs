//! The two charts about searches.

use super::chart::round_end;
use super::{Axis, Chart, Growth, GrowthLimit, Legend, Line, Picture, SheetTable, Style, grouped};

/// A growth, and the style of its series.
pub type Styled<'a> = (&'a Growth, Style);

/// The number of states first found at each depth.
pub fn layers_chart(growths: &[Styled]) -> Chart {
    let lines: Vec<Line> = growths
        .iter()
        .map(|(growth, style)| {
            let until = growth.layers.len() as u32;
            let line = Line::of_values(&growth.name, *style, &growth.layers, 1, until);
            // A depth is one unit wide: its value ends where the next depth begins.
            Line { is_cut: is_cut(growth), ..line }
        })
        .collect();
    let depths = growths.iter().map(|(growth, _)| growth.layers.len()).max().unwrap_or(0);
    let cell = |growth: &Growth, depth: usize| {
        growth.layers.get(depth).map_or(String::new(), |states| states.to_string())
    };
    let row = |depth: usize| {
        let cells = growths.iter().map(|(growth, _)| cell(growth, depth));
        [depth.to_string()].into_iter().chain(cells).collect()
    };
    let names = growths.iter().map(|(growth, _)| growth.name.clone());
    Chart {
        id: "layers",
        title: "States by depth",
        says: each(growths, |growth| {
            let depth = growth.layers.len().saturating_sub(1);
            let states = grouped(growth.states);
            format!("{states} states up to depth {depth}{}", limit_words(growth))
        }),
        x: Axis {
            title: "depth (steps from the initial state)".into(),
            end: (depths as u32).max(1),
        },
        y: Axis {
            title: "found first at this depth (states)".into(),
            end: round_end(lines.iter().map(Line::most).max().unwrap_or(0)),
        },
        tables: vec![SheetTable {
            caption: "States found first at each depth".into(),
            heads: ["depth".into()].into_iter().chain(names).collect(),
            rows: (0..depths).map(row).collect(),
        }],
        legend: Legend::of_lines(&lines),
        rules: Vec::new(),
        picture: Picture::Lines(lines),
    }
}

/// The number of states in the frontier over the number of expanded states.
pub fn frontier_chart(growths: &[Styled]) -> Chart {
    let every = growths.iter().map(|(growth, _)| growth.frontier.every()).max().unwrap_or(1);
    let line = |(growth, style): &Styled| {
        let until = growth.frontier.moments().saturating_sub(1);
        let peaks = growth.frontier.peaks_of(every);
        let line = Line::of_values(&growth.name, *style, &peaks, every, until);
        Line { is_cut: is_cut(growth), ..line }
    };
    let lines: Vec<Line> = growths.iter().map(line).collect();
    let caption = match every {
        1 => "After each state; a row where a number changes".into(),
        _ => format!("The most in each {every} states; a row where a number changes"),
    };
    Chart {
        id: "frontier",
        title: "Frontier",
        says: each(growths, |growth| {
            let (most, depth) = (growth.frontier.most(), growth.layers.len().saturating_sub(1));
            format!("at most {} states wait, depth {depth}", grouped(most))
        }),
        x: Axis {
            title: "progress of the search (states expanded)".into(),
            end: lines.iter().map(|line| line.until).max().unwrap_or(0).max(1),
        },
        y: Axis {
            title: "waiting to be expanded (states)".into(),
            end: round_end(lines.iter().map(Line::most).max().unwrap_or(0)),
        },
        tables: vec![SheetTable::of_lines(caption, "states expanded", &lines)],
        legend: Legend::of_lines(&lines),
        rules: Vec::new(),
        picture: Picture::Lines(lines),
    }
}

/// One sentence per search.
fn each(growths: &[Styled], say: impl Fn(&Growth) -> String) -> String {
    let all: Vec<String> =
        growths.iter().map(|(growth, _)| format!("{}: {}", growth.name, say(growth))).collect();
    all.join("; ")
}

/// True if a bound ended the search early.
fn is_cut(growth: &Growth) -> bool {
    match growth.limit {
        GrowthLimit::None | GrowthLimit::Model => false,
        GrowthLimit::States | GrowthLimit::Depth | GrowthLimit::Stopped => growth.is_done,
    }
}

/// The reason why states may be missing, in words.
pub(super) fn limit_words(growth: &Growth) -> &'static str {
    match growth.limit {
        GrowthLimit::None if growth.is_done => ", complete",
        GrowthLimit::None => ", still searching",
        GrowthLimit::States => ", stopped at the bound of states",
        GrowthLimit::Depth => ", stopped at the bound of depth",
        GrowthLimit::Model => ", some runs reach a bound of the model",
        GrowthLimit::Stopped => ", stopped",
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Curve, Recorder};
    use super::*;
    use crate::check::{Bounds, Search};
    use crate::scenario::{Preset, Script};

    fn growth() -> (Search, Growth) {
        let preset = Preset::find("S7").expect("a preset");
        let script = Script::parse(preset.script).expect("a script");
        let mut search = Search::new(script.setup, Bounds::default());
        let mut recorder = Recorder::default();
        while recorder.advance(&mut search, 100) {}
        let growth = recorder.growth(&search, "rfc-v1");
        (search, growth)
    }

    #[test]
    fn tables_say_what_the_search_found() {
        let (search, growth) = growth();
        let layers = layers_chart(&[(&growth, Style::of(0))]);
        let [table] = &layers.tables[..] else { panic!("one table") };
        assert_eq!(table.heads, ["depth", "rfc-v1"]);
        let states: Vec<u32> =
            table.rows.iter().map(|row| row[1].parse().expect("a number")).collect();
        assert_eq!(states, search.layers());
        assert_eq!(states.iter().sum::<u32>(), search.progress().states);
        let Picture::Lines(lines) = &layers.picture else { panic!("lines") };
        for (depth, found) in (0..).zip(&states) {
            assert_eq!(lines[0].at(depth), Some(*found), "what is drawn at depth {depth}");
        }
        let frontier = frontier_chart(&[(&growth, Style::of(0))]);
        let most = frontier.tables[0].rows.iter().map(|row| row[1].parse().expect("a number"));
        assert_eq!(most.max(), Some(search.progress().frontier_peak));
        assert!(layers.says.ends_with(", complete"), "{}", layers.says);
    }

    #[test]
    fn searches_of_different_lengths_stand_in_one_table() {
        let (_, long) = growth();
        let short = Growth {
            name: "short".into(),
            states: 3,
            layers: vec![1, 2],
            frontier: Curve::default(),
            is_done: true,
            limit: GrowthLimit::States,
        };
        let chart = layers_chart(&[(&long, Style::of(0)), (&short, Style::of(1))]);
        let rows = &chart.tables[0].rows;
        assert_eq!((rows[1][2].as_str(), rows[2][2].as_str()), ("2", ""));
        assert!(chart.says.ends_with("stopped at the bound of states"), "{}", chart.says);
        assert!(layers_chart(&[]).tables[0].rows.is_empty());
    }
}
