//! A chart as a value: the series, axes and legend, and the tables with the same numbers.

/// Number of hues: `static/charts.css` defines them. Dashes distinguish series of the same hue.
const HUES: usize = 8;

/// The look of a series. Series of the same hue have different dashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// The number of the colour: `--chart-0` to `--chart-7` in the style sheet.
    pub hue: u8,
    /// 0 solid, 1 dashed, 2 dotted, 3 dashed and dotted.
    pub dash: u8,
}

impl Style {
    /// The style of the series at a position in a list.
    pub fn of(at: usize) -> Style {
        Style { hue: (at % HUES) as u8, dash: (at / HUES % 4) as u8 }
    }
}

/// An axis, which begins at 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    /// The measured quantity, with its unit in parentheses.
    pub title: String,
    /// The value at its end.
    pub end: u32,
}

/// A chart, and the same numbers as tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// The name of the chart on the page and in saved files.
    pub id: &'static str,
    /// The heading above the chart.
    pub title: &'static str,
    /// A sentence about the result that the chart shows.
    pub says: String,
    /// The horizontal axis, with its unit in the title.
    pub x: Axis,
    /// The vertical axis; charts with one row per design do not use it.
    pub y: Axis,
    /// The series to draw.
    pub picture: Picture,
    /// Horizontal lines across the picture.
    pub rules: Vec<Rule>,
    /// The meanings of colours and dashes.
    pub legend: Vec<Legend>,
    /// The tables with the same numbers.
    pub tables: Vec<SheetTable>,
}

/// The series of a chart, by their kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picture {
    /// Lines over time, one per series.
    Lines(Vec<Line>),
    /// Distributions, one per row.
    Ridges(Vec<Ridge>),
    /// Two numbers per row.
    Bars(Vec<Bar>),
}

/// A value that changes at certain points, drawn as a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its name in the legend.
    pub name: String,
    /// The look of the line.
    pub style: Style,
    /// The points at which the value changes, ascending, with the new values.
    pub points: Vec<(u32, u32)>,
    /// The end of the line; the last value continues until there.
    pub until: u32,
    /// True if the line ends there because the run was stopped.
    pub is_cut: bool,
}

/// The distribution of a quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ridge {
    /// The name of the row.
    pub name: String,
    /// The look of the row.
    pub style: Style,
    /// The share of each bin, in hundredths of a percent.
    pub shares: Vec<u32>,
    /// The median: half of the values are not above it. `None` without values.
    pub median: Option<u32>,
}

/// Two numbers about one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// The name of the row.
    pub name: String,
    /// The look: the first number is filled, the second is an outline.
    pub style: Style,
    /// The first number and the second one, in the unit of the axis.
    pub values: [u32; 2],
}

/// A horizontal line across the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The value on the vertical axis.
    pub at: u32,
    /// The meaning of the line.
    pub text: String,
}

/// An entry of the legend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Legend {
    /// The name of the entry.
    pub name: String,
    /// The look of the entry.
    pub sample: Sample,
}

/// The look of an entry of the legend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sample {
    /// A series in its style.
    Line(Style),
    /// The mark where a line is cut because its run was stopped.
    End,
    /// A filled bar: the first number of a row.
    Filled,
    /// An outlined bar: the second number of a row.
    Outline,
    /// A short line across a row.
    Tick,
}

impl Legend {
    /// An entry of the legend with its sample.
    pub fn new(name: &str, sample: Sample) -> Legend {
        Legend { name: name.into(), sample }
    }

    /// The entries of some lines, and of the end mark if a line is cut.
    pub fn of_lines(lines: &[Line]) -> Vec<Legend> {
        let line = |line: &Line| Legend::new(&line.name, Sample::Line(line.style));
        let mut legend: Vec<Legend> = lines.iter().map(line).collect();
        if lines.iter().any(|line| line.is_cut) {
            legend.push(Legend::new("stops here", Sample::End));
        }
        legend
    }
}

/// A table of text; the first cell of a row names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetTable {
    /// The heading of the table.
    pub caption: String,
    /// The headings of its columns.
    pub heads: Vec<String>,
    /// The cells, row by row.
    pub rows: Vec<Vec<String>>,
}

impl Line {
    /// A line through the values of a curve, with a distance of `every` points.
    pub fn of_values(name: &str, style: Style, values: &[u32], every: u32, until: u32) -> Line {
        let mut points: Vec<(u32, u32)> = Vec::new();
        for (x, value) in (0..).step_by(every as usize).zip(values) {
            if points.last().is_none_or(|(_, last)| last != value) {
                points.push((x, *value));
            }
        }
        Line { name: name.into(), style, points, until, is_cut: false }
    }

    /// The value at a point; `None` after the end of the line.
    pub fn at(&self, x: u32) -> Option<u32> {
        let before = self.points.iter().take_while(|(from, _)| *from <= x);
        before.last().filter(|_| x <= self.until).map(|(_, value)| *value)
    }

    /// The corners of the line as it is drawn: horizontal, then vertical.
    pub fn corners(&self) -> Vec<(u32, u32)> {
        let mut corners: Vec<(u32, u32)> = Vec::new();
        for (x, value) in &self.points {
            if let Some((_, last)) = corners.last().copied() {
                corners.push((*x, last));
            }
            corners.push((*x, *value));
        }
        if let Some((_, last)) = corners.last().copied() {
            corners.push((self.until, last));
        }
        corners
    }

    /// The largest value of the line.
    pub fn most(&self) -> u32 {
        self.points.iter().map(|(_, value)| *value).max().unwrap_or(0)
    }
}

impl Chart {
    /// The values of all series at a point of the horizontal axis, as text.
    pub fn read(&self, x: u32) -> String {
        match &self.picture {
            Picture::Lines(lines) => {
                let values = lines.iter().filter_map(|line| {
                    line.at(x).map(|value| format!("{} {}", line.name, grouped(value)))
                });
                format!("{}: {}", grouped(x), values.collect::<Vec<_>>().join(", "))
            }
            Picture::Ridges(_) | Picture::Bars(_) => String::new(),
        }
    }

    /// All tables as comma-separated values (RFC 4180), separated by an empty line.
    pub fn csv(&self) -> String {
        let texts: Vec<String> = self.tables.iter().map(SheetTable::csv).collect();
        texts.join("\r\n")
    }
}

impl SheetTable {
    /// A table of the values of lines at each point where one of them changes. A cell is empty
    /// after the end of its line.
    pub fn of_lines(caption: String, x: &str, lines: &[Line]) -> SheetTable {
        let mut places: Vec<u32> =
            lines.iter().flat_map(|line| &line.points).map(|p| p.0).collect();
        places.extend(lines.iter().map(|line| line.until));
        places.sort_unstable();
        places.dedup();
        let cell = |value: Option<u32>| value.map_or(String::new(), |value| value.to_string());
        let row = |x: u32| {
            let values = lines.iter().map(|line| cell(line.at(x)));
            core::iter::once(x.to_string()).chain(values).collect()
        };
        SheetTable {
            caption,
            heads: [x.into()].into_iter().chain(lines.iter().map(|it| it.name.clone())).collect(),
            rows: places.into_iter().map(row).collect(),
        }
    }

    /// The table as comma-separated values (RFC 4180), starting with its headings.
    pub fn csv(&self) -> String {
        let line = |cells: &Vec<String>| {
            let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
            format!("{}\r\n", cells.join(","))
        };
        core::iter::once(&self.heads).chain(&self.rows).map(line).collect()
    }
}

/// A cell, quoted for CSV.
fn quoted(cell: &str) -> String {
    match cell.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.into(),
    }
}

/// A number with a comma before every three digits.
pub fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A round number above `most`, for the end of an axis.
pub(super) fn round_end(most: u32) -> u32 {
    if most < 10 {
        return most + 1;
    }
    let power = 10_u32.pow(most.ilog10() - 1);
    let steps = [10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100];
    let fits = steps.iter().filter_map(|step| power.checked_mul(*step)).find(|end| *end > most);
    fits.unwrap_or(most).max(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(values: &[u32], every: u32, until: u32) -> Line {
        Line::of_values("a", Style::of(0), values, every, until)
    }

    #[test]
    fn a_line_keeps_its_value_until_it_changes() {
        let values = [0, 0, 1, 3, 3, 2];
        let line = line(&values, 1, 5);
        assert_eq!(line.points, [(0, 0), (2, 1), (3, 3), (5, 2)]);
        for (x, value) in (0..).zip(values) {
            assert_eq!(line.at(x), Some(value));
        }
        assert_eq!(line.at(6), None);
        let corners = [(0, 0), (2, 0), (2, 1), (3, 1), (3, 3), (5, 3), (5, 2), (5, 2)];
        assert_eq!(line.corners(), corners);
        assert_eq!(line.most(), 3);
        assert_eq!(self::line(&[4, 4, 5], 64, 140).points, [(0, 4), (128, 5)]);
        assert!(self::line(&[], 1, 0).corners().is_empty());
    }

    #[test]
    fn a_table_of_lines_has_a_row_where_any_changes() {
        let lines = [line(&[0, 1, 1, 2], 1, 3), line(&[5, 5], 1, 1)];
        let table = SheetTable::of_lines("c".into(), "step", &lines);
        assert_eq!(table.heads, ["step", "a", "a"]);
        let rows = [["0", "0", "5"], ["1", "1", "5"], ["3", "2", ""]];
        assert_eq!(table.rows, rows.map(|row| row.map(String::from).to_vec()));
        assert_eq!(table.csv(), "step,a,a\r\n0,0,5\r\n1,1,5\r\n3,2,\r\n");
    }

    #[test]
    fn csv_quotes_what_needs_it() {
        let check = |cell: &str, expect: &str| assert_eq!(quoted(cell), expect);
        check("plain text", "plain text");
        check("a, b", "\"a, b\"");
        check("say \"no\"", "\"say \"\"no\"\"\"");
        check("two\nlines", "\"two\nlines\"");
    }

    #[test]
    fn numbers_are_grouped_and_axes_end_at_round_ones() {
        let check = |number: u32, text: &str| assert_eq!(grouped(number), text);
        check(0, "0");
        check(999, "999");
        check(1_000, "1,000");
        check(12_345_678, "12,345,678");
        check(u32::MAX, "4,294,967,295");
        for most in (0..3_000).chain([99_999, 4_000_000, 4_294_967_295]) {
            let end = round_end(most);
            assert!(end > most || most > 4_200_000_000, "{most}: {end}");
            assert!(u64::from(end) <= u64::from(most) * 14 / 10 + 3, "{most}: {end}");
        }
    }

    #[test]
    fn styles_of_as_many_series_as_there_can_be_differ() {
        let styles: Vec<Style> = (0..32).map(Style::of).collect();
        for (at, style) in styles.iter().enumerate() {
            assert!(!styles[..at].contains(style));
        }
    }
}
