//! Pending conversions over the steps of a run, as a chart and as a table.

use core::fmt::Write;

use crate::scenario::Run;

/// The chart has room for at least this number of steps.
const STEPS_DRAWN_MIN: u32 = 12;
/// The room grows by this part of the next power of two, so that most steps change only the line
/// and not the scale.
const ROOM_PART: u32 = 8;
/// Chart ticks are one of these numbers times a power of ten apart. The first that gives few enough
/// ticks is used.
const NICE: [u32; 3] = [1, 2, 5];

/// One number per step of the run, starting with the state before the first step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// Number of pending conversions (bios submitted, disk tree not converted) after each step.
    pub pending: Vec<u8>,
    /// Number of used slots of the AIO context after each step.
    pub slots: Vec<u8>,
    /// The number of slots. It bounds pending conversions if a design acknowledges after the
    /// conversion.
    pub slots_max: u8,
    /// Number of steps at the cursor.
    pub cursor: usize,
}

/// The series of a whole run, including the steps after the cursor.
pub fn series(run: &Run) -> Series {
    Series {
        pending: run.backlog().iter().map(|load| load.pending).collect(),
        slots: run.backlog().iter().map(|load| load.slots).collect(),
        slots_max: run.setup().slots,
        cursor: run.cursor(),
    }
}

impl Series {
    /// The steps at which a number changed, for a short table.
    pub fn changes(&self) -> Vec<(usize, u8, u8)> {
        let rows = self.pending.iter().zip(&self.slots).enumerate();
        let mut last = None;
        let changed =
            rows.filter(|(_, pair)| last.replace((*pair.0, *pair.1)) != Some((*pair.0, *pair.1)));
        changed.map(|(step, (pending, slots))| (step, *pending, *slots)).collect()
    }

    /// The chart in words.
    pub fn words(&self) -> String {
        let Series { pending, cursor, .. } = self;
        let now = pending.get(*cursor).copied().unwrap_or(0);
        let most = pending.iter().copied().max().unwrap_or(0);
        format!("Pending conversions: {now} at step {cursor}, at most {most} in this run")
    }

    /// The geometry of the chart.
    pub fn chart(&self) -> Chart {
        let most = self.pending.iter().copied().max().unwrap_or(0).max(self.slots_max);
        let steps = self.pending.len() as u32;
        let room = (steps.next_power_of_two() / ROOM_PART).max(STEPS_DRAWN_MIN);
        let (width, height) = (steps.next_multiple_of(room), u32::from(most.max(1)) + 1);
        let y = |n: u8| height - u32::from(n);
        let mut line = String::new();
        let mut last = None;
        for (step, n) in self.pending.iter().enumerate() {
            if last.replace(*n) == Some(*n) {
                continue;
            }
            // Writing to a string cannot fail.
            let _ = match step {
                0 => write!(line, "M0 {}", y(*n)),
                _ => write!(line, "H{step}V{}", y(*n)),
            };
        }
        let _ = write!(line, "H{steps}");
        let y_ticks: Vec<u32> = ticks(height, 6);
        Chart {
            size: (width, height),
            area: format!("{line}V{height}H0Z"),
            line,
            slots: format!("M0 {}H{width}", y(self.slots_max)),
            grid: y_ticks.iter().map(|n| format!("M0 {}H{width}", height - n)).collect(),
            x_ticks: ticks(width, 6),
            y_ticks,
        }
    }
}

/// The chart as SVG paths. One unit is one step to the right, and one conversion downwards from the
/// top. The page stretches the paths to its size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// Width and height of everything, in those units.
    pub size: (u32, u32),
    /// The area below the line.
    pub area: String,
    /// The line of pending conversions, which change only between steps.
    pub line: String,
    /// The line at the number of slots of the AIO context, which bounds pending conversions if a
    /// design acknowledges after the conversion.
    pub slots: String,
    /// A line for each number in `y_ticks`.
    pub grid: String,
    /// The steps that are labelled below the picture.
    pub x_ticks: Vec<u32>,
    /// The numbers of conversions that are labelled beside it, from the bottom.
    pub y_ticks: Vec<u32>,
}

/// Multiples of a round number from 0 to `end`, at most `at_most` of them.
fn ticks(end: u32, at_most: u32) -> Vec<u32> {
    let mut distances = (0..9).flat_map(|power| NICE.map(|nice| nice * 10_u32.pow(power)));
    let every = distances.find(|every| end / every < at_most).unwrap_or(end);
    (0..=end).step_by(every as usize).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pending: &[u8], cursor: usize, expect: [&str; 4]) {
        let series = Series {
            pending: pending.to_vec(),
            slots: vec![0; pending.len()],
            slots_max: 2,
            cursor,
        };
        let Chart { size, line, slots, grid, x_ticks, y_ticks, area } = series.chart();
        let found = [format!("{size:?} {x_ticks:?} {y_ticks:?}"), line.clone(), slots, grid];
        assert_eq!(found, expect);
        assert_eq!(area, format!("{line}V{}H0Z", size.1));
    }

    #[test]
    fn a_line_moves_only_where_its_number_does() {
        check(
            &[0, 0, 1, 2, 2, 1],
            4,
            [
                "(12, 3) [0, 5, 10] [0, 1, 2, 3]",
                "M0 3H2V2H3V1H5V2H6",
                "M0 1H12",
                "M0 3H12M0 2H12M0 1H12M0 0H12",
            ],
        );
        let grid = "M0 9H12M0 7H12M0 5H12M0 3H12M0 1H12";
        check(&[8], 0, ["(12, 9) [0, 5, 10] [0, 2, 4, 6, 8]", "M0 1H1", "M0 7H12", grid]);
    }

    #[test]
    fn room_grows_seldom_and_little_of_it_is_empty() {
        let mut widths = Vec::new();
        for steps in 1..=5_000 {
            let series =
                Series { pending: vec![0; steps], slots: Vec::new(), slots_max: 2, cursor: 0 };
            let width = series.chart().size.0 as usize;
            assert!(width >= steps && width <= steps + (steps / 4).max(11), "{steps}: {width}");
            widths.push(width);
        }
        widths.dedup();
        assert!(widths.is_sorted());
        assert_eq!(widths.len(), 31);
    }

    #[test]
    fn ticks_are_few_and_nice() {
        for end in 1..20_000 {
            let ticks = ticks(end, 6);
            assert!(
                (2..=6).contains(&ticks.len()) && ticks.last() <= Some(&end),
                "{end}: {ticks:?}"
            );
        }
        assert_eq!(ticks(5_000, 6), [0, 1_000, 2_000, 3_000, 4_000, 5_000]);
    }
}
