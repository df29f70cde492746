//! The four charts of S9 at length.

use super::chart::round_end;
use super::{
    Axis, Bar, Chart, Curve, Ended, Legend, Line, LoadReport, Picture, Ridge, Rule, Sample,
    SheetTable, Style, Window, grouped,
};
use crate::bounds::IOS_MAX;

/// The largest number of bins of a distribution.
const BINS_MAX: u32 = 48;
/// One hundred percent, in hundredths of a percent.
const ALL: u32 = 10_000;
const TIME: &str = "time (steps of the model)";

/// A report, and the style of its series.
pub type Styled<'a> = (&'a LoadReport, Style);

/// The number of writes that are submitted and not yet converted on disk.
pub fn backlog_chart(reports: &[Styled], window: Window, slots: u32) -> Chart {
    let mut chart = curves(reports, window, |report| &report.backlog);
    chart.id = "backlog";
    chart.title = "Backlog";
    chart.y.title = "waiting for the disk conversion (writes)".into();
    chart.y.end = chart.y.end.max(IOS_MAX + 1);
    chart.rules = vec![
        Rule { at: slots, text: format!("slots: {slots}") },
        Rule { at: IOS_MAX, text: format!("bound IOS_MAX: {IOS_MAX}") },
    ];
    if slots == IOS_MAX {
        chart.rules.remove(0);
    }
    chart.says =
        each(reports, |report| format!("at most {}{}", report.backlog.most(), end_words(report)));
    chart
}

/// Bytes of extents that the shrinker may not free, which is the cost of the dirty bit.
pub fn memory_chart(reports: &[Styled], window: Window) -> Chart {
    let mut chart = curves(reports, window, |report| &report.kept_bytes);
    chart.id = "memory";
    chart.title = "Memory that cannot be reclaimed";
    chart.y.title = "extents in the status tree (bytes)".into();
    chart.y.end = chart.y.end.max(100);
    chart.says = each(reports, |report| format!("at most {} bytes", report.kept_bytes.most()));
    chart
}

fn curves(reports: &[Styled], window: Window, read: fn(&LoadReport) -> &Curve) -> Chart {
    // All lines use spans of the same length, so that a row of the table describes one time.
    let every = reports.iter().map(|(report, _)| read(report).every()).max().unwrap_or(1);
    let every = if window == Window::Whole { every } else { 1 };
    let line = |(report, style): &Styled| {
        let (curve, last) = (read(report), report.steps);
        let mut line = match window.steps() {
            None => {
                let peaks = curve.peaks_of(every);
                Line::of_values(&report.design, *style, &peaks, every, last)
            }
            Some(steps) => {
                let head = curve.head();
                let shown = head.len().min(steps as usize + 1);
                let until = last.min(steps);
                Line::of_values(&report.design, *style, &head[..shown], 1, until)
            }
        };
        line.is_cut = is_cut(report) && line.until == last;
        line
    };
    let lines: Vec<Line> = reports.iter().map(line).collect();
    let longest = reports.iter().map(|(report, _)| report.steps).max().unwrap_or(0);
    let end = window.steps().unwrap_or(longest).max(1);
    let caption = match every {
        1 => "After each step; a row where a number changes".into(),
        _ => format!("The most in each {every} steps; a row where a number changes"),
    };
    let most = lines.iter().map(Line::most).max().unwrap_or(0);
    Chart {
        id: "",
        title: "",
        says: String::new(),
        x: Axis { title: TIME.into(), end },
        y: Axis { title: String::new(), end: round_end(most) },
        tables: vec![SheetTable::of_lines(caption, "step", &lines)],
        legend: Legend::of_lines(&lines),
        rules: Vec::new(),
        picture: Picture::Lines(lines),
    }
}

/// The time that writes wait for their acknowledgement.
pub fn latency_chart(reports: &[Styled]) -> Chart {
    let last = |(report, _): &Styled| report.latencies.last().map_or(0, |(steps, _)| *steps);
    let most = reports.iter().map(last).max().unwrap_or(0);
    let every = bin_width(most);
    let bins = (most / every + 1) as usize;
    let counts = |report: &LoadReport| {
        let mut counts = vec![0_u32; bins];
        for (steps, writes) in &report.latencies {
            counts[(steps / every) as usize] += writes;
        }
        counts
    };
    let ridge = |(report, style): &Styled| {
        let of = report.acknowledged.max(1);
        let share = |writes: u32| (u64::from(writes) * u64::from(ALL) / u64::from(of)) as u32;
        Ridge {
            name: report.design.clone(),
            style: *style,
            shares: counts(report).into_iter().map(share).collect(),
            median: report.percentile(50),
        }
    };
    let ridges: Vec<Ridge> = reports.iter().map(ridge).collect();
    let highest = ridges.iter().flat_map(|ridge| &ridge.shares).max().copied().unwrap_or(0);
    let all: Vec<Vec<u32>> = reports.iter().map(|(report, _)| counts(report)).collect();
    let row = |bin: usize| {
        let from = bin as u32 * every;
        let range =
            if every == 1 { from.to_string() } else { format!("{from}-{}", from + every - 1) };
        [range].into_iter().chain(all.iter().map(|counts| counts[bin].to_string())).collect()
    };
    let heads = reports.iter().map(|(report, _)| report.design.clone());
    let histogram = SheetTable {
        caption: "Writes acknowledged so many steps after their submission".into(),
        heads: ["steps".into()].into_iter().chain(heads).collect(),
        rows: (0..bins).map(row).collect(),
    };
    Chart {
        id: "latency",
        title: "Acknowledgement latency",
        says: each(reports, |report| match (report.percentile(50), report.percentile(100)) {
            (Some(half), Some(all)) => format!("half within {half} steps, all within {all}"),
            _ => "no write was acknowledged".into(),
        }),
        x: Axis { title: "latency (steps of the model)".into(), end: bins as u32 * every },
        y: Axis {
            title: format!("share of writes (%), {} at most", percent(highest)),
            end: highest,
        },
        picture: Picture::Ridges(ridges),
        rules: Vec::new(),
        legend: vec![
            Legend::new("share of the design's writes", Sample::Filled),
            Legend::new("half of them within", Sample::Tick),
        ],
        tables: vec![percentiles(reports), histogram],
    }
}

fn percentiles(reports: &[Styled]) -> SheetTable {
    let row = |(report, _): &Styled| {
        let at = |percent| report.percentile(percent).map_or(String::new(), |n| n.to_string());
        let least = report.latencies.first().map_or(String::new(), |(steps, _)| steps.to_string());
        let writes = report.acknowledged.to_string();
        vec![report.design.clone(), writes, least, at(50), at(95), at(100)]
    };
    let heads = ["design", "writes", "least", "half within", "95 % within", "all within"];
    SheetTable {
        caption: "Acknowledgement latency in steps".into(),
        heads: heads.map(String::from).to_vec(),
        rows: reports.iter().map(row).collect(),
    }
}

/// Acknowledged writes and writes converted on disk, per 10,000 steps.
pub fn throughput_chart(reports: &[Styled]) -> Chart {
    let bar = |(report, style): &Styled| Bar {
        name: report.design.clone(),
        style: *style,
        values: [report.rate(report.acknowledged), report.rate(report.converted)],
    };
    let bars: Vec<Bar> = reports.iter().map(bar).collect();
    let row = |(report, _): &Styled| {
        let &LoadReport { steps, acknowledged, converted, .. } = *report;
        let rates = [report.rate(acknowledged), report.rate(converted)];
        let numbers = [steps, acknowledged, converted].into_iter().chain(rates);
        let cells = numbers.map(|number| number.to_string());
        [report.design.clone()].into_iter().chain(cells).collect()
    };
    let heads = [
        "design",
        "steps",
        "acknowledged",
        "converted",
        "acknowledged per 10,000 steps",
        "converted per 10,000 steps",
    ];
    let most = bars.iter().flat_map(|bar| bar.values).max().unwrap_or(0);
    Chart {
        id: "throughput",
        title: "Throughput",
        says: each(reports, |report| {
            let [acked, converted] =
                [report.acknowledged, report.converted].map(|it| grouped(report.rate(it)));
            format!("{acked} acknowledged and {converted} converted per 10,000 steps")
        }),
        x: Axis { title: "writes per 10,000 steps of the model".into(), end: round_end(most) },
        y: Axis { title: "design".into(), end: bars.len() as u32 },
        picture: Picture::Bars(bars),
        rules: Vec::new(),
        legend: vec![
            Legend::new("acknowledged", Sample::Filled),
            Legend::new("converted on disk", Sample::Outline),
        ],
        tables: vec![SheetTable {
            caption: "Writes by design".into(),
            heads: heads.map(String::from).to_vec(),
            rows: reports.iter().map(row).collect(),
        }],
    }
}

/// One sentence per design.
fn each(reports: &[Styled], say: impl Fn(&LoadReport) -> String) -> String {
    let one = |(report, _): &Styled| format!("{}: {}", report.design, say(report));
    let all: Vec<String> = reports.iter().map(one).collect();
    all.join("; ")
}

fn is_cut(report: &LoadReport) -> bool {
    match report.ended {
        Ended::Bound | Ended::Stuck => true,
        Ended::No | Ended::Done => false,
    }
}

fn end_words(report: &LoadReport) -> String {
    match report.ended {
        Ended::Bound => {
            format!(", stops at {} after {} steps", report.bound, grouped(report.steps))
        }
        Ended::Stuck => format!(", no actor can step after {} steps", grouped(report.steps)),
        Ended::No | Ended::Done => String::new(),
    }
}

/// The width of a bin: 1, 2 or 5 times a power of ten, large enough for at most [`BINS_MAX`] bins.
fn bin_width(most: u32) -> u32 {
    let widths = (0..9).flat_map(|power| [1, 2, 5].map(|nice| nice * 10_u32.pow(power)));
    let mut fitting = widths.filter(|width| most / width < BINS_MAX);
    fitting.next().unwrap_or(most)
}

fn percent(share: u32) -> String {
    format!("{} %", share.div_ceil(100))
}
