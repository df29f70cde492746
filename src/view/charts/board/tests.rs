//! The board of the charts: its jobs, its charts and their tables.

use super::super::{LoadWork, Picture};
use super::*;
use crate::scenario::{Preset, Script};

fn board() -> Board {
    let preset = Preset::find("S7").expect("a preset");
    let script = Script::parse(preset.script).expect("a script");
    Board::new(&Subject {
        name: preset.id.into(),
        design: Row::RfcV1.design(),
        tried: Vec::new(),
        forgotten: 0,
        text: preset.script.into(),
        script,
    })
}

fn run(board: &mut Board) {
    for job in board.load_jobs() {
        let mut work = LoadWork::new(&job).expect("a job");
        while work.advance(500) {
            board.hear_load(work.report());
        }
        board.hear_load(work.report());
    }
    board.end();
}

#[test]
fn every_design_row_can_be_chosen() {
    let mut board = board();
    for row in Row::ALL {
        assert!(board.designs().iter().any(|it| it.name == row.id()), "{}", row.id());
    }
    board.choose_all(true);
    assert_eq!(board.load_jobs().len(), board.designs().len());
    run(&mut board);
    assert_eq!(board.results().rows.len(), board.designs().len());
    for chart in board.charts() {
        match &chart.picture {
            Picture::Lines(lines) => assert_eq!(lines.len(), board.designs().len()),
            Picture::Ridges(ridges) => assert_eq!(ridges.len(), board.designs().len()),
            Picture::Bars(bars) => assert_eq!(bars.len(), board.designs().len()),
        }
    }
}

#[test]
fn only_what_is_missing_is_run() {
    let mut board = board();
    run(&mut board);
    assert!(!board.is_running());
    assert!(board.load_jobs().is_empty(), "everything is there");
    board.choose("v5.5", true);
    let jobs = board.load_jobs();
    assert_eq!(jobs.iter().map(|job| job.design.as_str()).collect::<Vec<_>>(), ["v5.5"]);
    assert!(board.is_running());
    // A run that was stopped early is run again.
    let mut work = LoadWork::new(&jobs[0]).expect("a job");
    assert!(work.advance(100));
    board.hear_load(work.report());
    board.end();
    assert!(board.status().ends_with("Stopped before the end."), "{}", board.status());
    assert_eq!(board.load_jobs().len(), 1);
    // A change of the settings runs everything again.
    board.set(Settings { slots: 2, ..board.settings() });
    assert_eq!(board.load_jobs().len(), board.chosen().count());
}

#[test]
fn settings_stay_within_their_bounds() {
    let check = |settings: Settings, expect: Settings| {
        let mut board = board();
        board.set(settings);
        assert_eq!(board.settings(), expect);
        assert!(board.load_jobs().iter().all(|job| LoadWork::new(job).is_ok()));
    };
    let least = Settings { writes: 1, slots: 1, slow: 0 };
    let most = Settings { writes: 4_000, slots: 8, slow: 255 };
    check(Settings { writes: 0, slots: 0, slow: 0 }, least);
    check(Settings { writes: 9_999, slots: 9, slow: 999 }, most);
    check(SETTINGS, SETTINGS);
}

#[test]
fn the_end_of_each_run_is_told_with_its_reason() {
    let mut board = board();
    run(&mut board);
    let rows = board.results().rows;
    let of = |name: &str| rows.iter().find(|row| row[0] == name).expect("a row");
    assert!(of("rfc-v1")[4].starts_with("IOS_MAX: "), "{:?}", of("rfc-v1"));
    assert_eq!(of("kara")[1], "1000");
    assert_eq!(of("kara")[4..], ["the last write", "nothing"]);
}

#[test]
fn tables_say_what_is_drawn() {
    let mut board = board();
    run(&mut board);
    for window in Window::ALL {
        board.look(window);
        for chart in board.charts() {
            let Picture::Lines(lines) = &chart.picture else { continue };
            let table = &chart.tables[0];
            for row in &table.rows {
                let x = row[0].parse().expect("a number");
                for (line, cell) in lines.iter().zip(&row[1..]) {
                    let shown = line.at(x).map_or(String::new(), |value| value.to_string());
                    assert_eq!(*cell, shown, "{} {x} {}", chart.id, line.name);
                }
            }
            assert!(lines.iter().all(|line| line.most() < chart.y.end), "{}", chart.id);
            assert!(lines.iter().all(|line| line.until <= chart.x.end), "{}", chart.id);
        }
    }
}

#[test]
fn a_distribution_counts_every_write() {
    let mut board = board();
    run(&mut board);
    let charts = board.charts();
    let chart = charts.iter().find(|chart| chart.id == "latency").expect("a chart");
    for (at, (report, _)) in board.shown_reports().into_iter().enumerate() {
        let column = chart.tables[1].rows.iter().map(|row| row[at + 1].parse::<u32>());
        let sum: u32 = column.map(|count| count.expect("a number")).sum();
        assert_eq!(sum, report.acknowledged, "{}", report.design);
        let Picture::Ridges(ridges) = &chart.picture else { panic!("ridges") };
        let shares: u32 = ridges[at].shares.iter().sum();
        assert!((9_900..=10_000).contains(&shares), "{}: {shares}", report.design);
    }
}

#[test]
fn searches_are_of_the_pages_script() {
    let mut board = board();
    board.turn_to(Page::Search);
    assert_eq!(board.status(), "Nothing was searched yet.");
    let jobs = board.search_jobs();
    assert_eq!(jobs.len(), board.chosen().count());
    for (name, job) in &jobs {
        let asked = Asked::parse(job).expect("a job");
        assert_eq!((asked.design.to_string(), asked.reduced), (name.clone(), false));
        assert_eq!(asked.states, SEARCH_STATES[1]);
    }
}
