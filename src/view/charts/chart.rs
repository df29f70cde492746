//! A chart as a value: what is drawn, its axes and legend, and the tables that say the same.

/// How many hues and dashes tell series apart: `static/charts.css` has the hues.
const HUES: usize = 8;

/// How a series looks. Hue never stands alone: series of one hue differ in dashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// `--chart-0` to `--chart-7`.
    pub hue: u8,
    /// 0 solid, 1 dashed, 2 dotted, 3 dashed and dotted.
    pub dash: u8,
}

impl Style {
    /// The style of the series at a place in a list.
    pub fn of(at: usize) -> Style {
        Style { hue: (at % HUES) as u8, dash: (at / HUES % 4) as u8 }
    }
}

/// An axis, which begins at 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    /// What is measured, with its unit in brackets.
    pub title: String,
    /// Where it ends.
    pub end: u32,
}

/// Something to be drawn, and the same in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// Names the chart in the page and in saved files.
    pub id: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What it shows, as a sentence.
    pub says: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis; rows of designs have none that ends.
    pub y: Axis,
    /// What is drawn.
    pub picture: Picture,
    /// Lines across the picture.
    pub rules: Vec<Rule>,
    /// What the colours and dashes mean.
    pub legend: Vec<Legend>,
    /// The tables that say the same.
    pub tables: Vec<SheetTable>,
}

/// What is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picture {
    /// Numbers that change from moment to moment.
    Lines(Vec<Line>),
    /// Distributions, one row each.
    Ridges(Vec<Ridge>),
    /// Two numbers in each row.
    Bars(Vec<Bar>),
}

/// A number that keeps its value until it changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its name in the legend.
    pub name: String,
    /// How it looks.
    pub style: Style,
    /// From where on it has which value, ascending.
    pub points: Vec<(u32, u32)>,
    /// Where it ends; it has its last value until there.
    pub until: u32,
    /// It ends there because something stopped it.
    pub is_cut: bool,
}

/// A distribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ridge {
    /// What it is of.
    pub name: String,
    /// How it looks.
    pub style: Style,
    /// How much of everything lies in each bin, in hundredths of a percent.
    pub shares: Vec<u32>,
    /// Where half of everything lies below or at, if there is anything.
    pub median: Option<u32>,
}

/// Two numbers of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// What they are of.
    pub name: String,
    /// How they look: the first filled, the second as an outline.
    pub style: Style,
    /// The numbers.
    pub values: [u32; 2],
}

/// A line across the picture at a height.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The height.
    pub at: u32,
    /// What it means.
    pub text: String,
}

/// An entry of the legend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Legend {
    /// What it is.
    pub name: String,
    /// How it looks.
    pub sample: Sample,
}

/// How an entry of the legend looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sample {
    /// A series.
    Line(Style),
    /// Where a line is cut: something stopped it.
    End,
    /// What is filled.
    Filled,
    /// What is an outline.
    Outline,
    /// A short line across a row.
    Tick,
}

impl Legend {
    /// An entry.
    pub fn new(name: &str, sample: Sample) -> Legend {
        Legend { name: name.into(), sample }
    }

    /// The entries of lines, and of what stops them if any is stopped.
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
    /// What it is about.
    pub caption: String,
    /// The heads of its columns.
    pub heads: Vec<String>,
    /// Its cells.
    pub rows: Vec<Vec<String>>,
}

impl Line {
    /// A line through the values of a curve, one every so many moments.
    pub fn of_values(name: &str, style: Style, values: &[u32], every: u32, until: u32) -> Line {
        let mut points: Vec<(u32, u32)> = Vec::new();
        for (x, value) in (0..).step_by(every as usize).zip(values) {
            if points.last().is_none_or(|(_, last)| last != value) {
                points.push((x, *value));
            }
        }
        Line { name: name.into(), style, points, until, is_cut: false }
    }

    /// The value at a place, if the line goes on there.
    pub fn at(&self, x: u32) -> Option<u32> {
        let before = self.points.iter().take_while(|(from, _)| *from <= x);
        before.last().filter(|_| x <= self.until).map(|(_, value)| *value)
    }

    /// The corners of the line as it is drawn: level, then up or down.
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

    /// The largest value.
    pub fn most(&self) -> u32 {
        self.points.iter().map(|(_, value)| *value).max().unwrap_or(0)
    }
}

impl Chart {
    /// What the chart says at a place of its horizontal axis.
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

    /// Everything the tables say, as comma-separated values (RFC 4180), an empty line between two
    /// tables.
    pub fn csv(&self) -> String {
        let texts: Vec<String> = self.tables.iter().map(SheetTable::csv).collect();
        texts.join("\r\n")
    }
}

impl SheetTable {
    /// The values of lines where any of them changes; a cell is empty where its line has ended.
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

    /// The table as comma-separated values (RFC 4180), its heads first.
    pub fn csv(&self) -> String {
        let line = |cells: &Vec<String>| {
            let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
            format!("{}\r\n", cells.join(","))
        };
        core::iter::once(&self.heads).chain(&self.rows).map(line).collect()
    }
}

/// A cell as CSV has it.
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

/// A round number above `most`, at which an axis can end.
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
