//! The explorer: its reactions to events, and the runs that it passes to the page.

mod columns;

use super::super::subject::OWN;
use super::super::wire::{RUNS, progress_text};
use super::*;
use crate::bounds::GRAPH_STATES_MAX;
use crate::check::{Bounds, Detail, Reporting, Search};
use crate::kernel::Design;
use crate::scenario::{PRESETS, Script};
use crate::session::{Preselect, Session};

/// The subject that a session passes to the explorer, as the explorer reads it.
fn subject(session: &Session) -> Subject {
    let subject = session.subject();
    let read = Subject::parse(&subject.to_string()).expect("a subject reads back");
    assert_eq!(read, subject);
    read
}

/// Runs jobs like the page's worker.
fn answer(explorer: &mut Explorer, mut jobs: Vec<Job>, detail: Detail) {
    while !jobs.is_empty() {
        for (position, job) in (0..).zip(&jobs) {
            // The test of the matrix searches large cells; this one checks only how they are
            // reported.
            do_job(explorer, position, job, detail, 2_000);
        }
        jobs = explorer.hear(Event::End);
    }
}

/// Runs a job with a limit on the number of states.
fn do_job(explorer: &mut Explorer, position: u32, job: &str, detail: Detail, states: u32) {
    let asked = Asked::parse(job).expect("a job reads back");
    let setup = crate::kernel::Setup { design: asked.design, ..asked.script.setup };
    let bounds = Bounds { states: asked.states.min(states), ..Bounds::default() };
    let search = Search::new(setup, bounds);
    let search = if asked.reduced { search.reduced() } else { search };
    let search = search.finish();
    let text = Report::of(&search, detail).to_string();
    let progress = progress_text(&search.progress(), &search.layers());
    explorer.hear(Event::Progress { position, text: &progress, ms: 1 });
    if let (Detail::Full, Some(sketch)) = (detail, search.sketch(GRAPH_STATES_MAX)) {
        explorer.hear(Event::Graph { position, text: &sketch.to_string() });
    }
    explorer.hear(Event::Report { position, text: &text, ms: 1 });
}

#[test]
fn a_report_reads_back() {
    for preset in PRESETS {
        let script = Script::parse(preset.script).expect("a preset");
        let bounds = Bounds { states: 3_000, ..Bounds::default() };
        let mut search = Search::new(script.setup.clone(), bounds);
        for _ in 0..2 {
            let full = Report::of(&search, Detail::Full);
            let stopped = Reporting::new(&search, Detail::Full).report(&search);
            for report in [full, stopped] {
                assert_eq!(Report::parse(&report.to_string()), Some(report), "{}", preset.id);
            }
            search.advance(u32::MAX);
        }
        let few = Search::run(script.setup, Bounds { places: 10, ..bounds });
        let report = Report::of(&few, Detail::Full);
        assert_eq!(Report::parse(&report.to_string()), Some(report), "{}", preset.id);
    }
    assert_eq!(Report::parse("nonsense"), None);
    assert_eq!(Report::parse("1 2 3 4 5 complete\nRAW violated nobody"), None);
}

#[test]
fn the_deadlock_of_the_thread_is_found_and_shown() {
    let mut session = Session::new();
    let mut explorer = Explorer::new(&subject(&session));
    let jobs = explorer.begin_scenario(&subject(&session));
    assert!(explorer.is_busy() && explorer.status().starts_with("Searching S7 under rfc-"));
    answer(&mut explorer, jobs, Detail::Full);
    assert!(!explorer.is_busy() && explorer.extent().contains("complete"));
    let dead = explorer.findings().into_iter().find(|row| row.promise == Promise::NoDeadlock);
    let dead = dead.expect("every promise has a row");
    assert_eq!(dead.word, "broken");
    assert!(dead.no_return.starts_with("After step "), "{}", dead.no_return);
    let witness = explorer.witness(Promise::NoDeadlock, false).expect("it is broken");
    assert_eq!(Some(witness.choices.len()), dead.steps);
    (0..9).for_each(|_| assert!(session.forward()));
    let own = session.run().choices().to_vec();
    session.open_witness(&witness.link(), &witness.notice);
    assert_eq!(session.branches().plan(0), own, "a person's own run stays, as a branch");
    assert_eq!(session.run().cursor(), witness.choices.len());
    assert_eq!(session.preselect(), Preselect::Preset("S7"));
    assert!(crate::view::finding(session.run()).is_some_and(|f| f.contains("Deadlock")));
    assert_eq!(session.no_return(), witness.no_return);
    let other = Design::parse("rfc-osync +es_version=v3.11").expect("a design");
    session.set_design(other);
    assert_eq!(session.run().choices().len(), witness.choices.len());
    assert_eq!(session.no_return(), None, "of the same run under another design nothing is known");
    assert_eq!(explorer.witness(Promise::Raw, false), None);
}

#[test]
fn the_run_with_the_fewest_switches_has_its_own_way_out_or_is_not_known() {
    let session = Session::new();
    let mut explorer = Explorer::new(&subject(&session));
    let jobs = explorer.begin_scenario(&subject(&session));
    let asked = Asked::parse(&jobs[0]).expect("a job reads back");
    let setup = crate::kernel::Setup { design: asked.design, ..asked.script.setup };
    let search = Search::run(setup, Bounds::default());
    let report = |explorer: &mut Explorer, report: Report| {
        let text = report.to_string();
        explorer.hear(Event::Report { position: 0, text: &text, ms: 1 });
        let dead = |row: &FindingRow| row.promise == Promise::NoDeadlock;
        explorer.findings().into_iter().find(dead).expect("every promise has a row")
    };
    let dead = report(&mut explorer, Report::of(&search, Detail::Full));
    assert_eq!(
        (dead.steps, dead.calm_steps, dead.no_return.as_str()),
        (
            Some(16),
            Some(16),
            "After step 5 it cannot be avoided. With the fewest switches that is step 5."
        )
    );
    let witness = explorer.witness(Promise::NoDeadlock, true).expect("it is broken");
    assert_eq!(witness.no_return, search.point_of_no_return(Promise::NoDeadlock, &witness.choices));
    let stopped = Reporting::new(&search, Detail::Full).report(&search);
    let dead = report(&mut explorer, stopped);
    assert_eq!(dead.calm_steps, None);
    assert!(dead.no_return.ends_with("switches was not found: stopped."), "{}", dead.no_return);
}

#[test]
fn a_matrix_is_filled_in_two_rounds_and_a_cell_opens_its_run() {
    let mut session = Session::new();
    session.set_design(Design::parse("rfc-v1 +dirty_bit=pending").expect("a design"));
    session.apply("file a 4 blocks, U 0+4\nt1: aio_write io=0+4\n").expect("a script");
    let mut explorer = Explorer::new(&subject(&session));
    let jobs = explorer.begin_matrix(&subject(&session));
    let own = explorer.matrix().len() - 1;
    assert_eq!(explorer.cell_text(own), "own under rfc-v1 +dirty_bit=pending: not searched yet");
    answer(&mut explorer, jobs, Detail::Verdicts);
    assert!(explorer.cell_text(own).contains("every promise holds"), "{}", explorer.cell_text(own));
    assert_eq!(explorer.matrix().cells().count(), explorer.matrix().len() as usize);
    let broken = |n: &u32| explorer.matrix().cell(*n).is_some_and(|c| c.witness.is_some());
    let broken: Vec<u32> = (0..explorer.matrix().len()).filter(broken).collect();
    assert!(broken.len() > 20);
    for number in broken {
        let witness = explorer.cell_witness(number).expect("it is broken");
        session.open_witness(&witness.link(), &witness.notice);
        assert_eq!(session.run().cursor(), witness.choices.len(), "{}", explorer.cell_text(number));
        assert_eq!(session.design(), witness.design);
    }
}

#[test]
fn what_goes_wrong_is_said() {
    let session = Session::new();
    let mut explorer = Explorer::new(&subject(&session));
    explorer.begin_scenario(&subject(&session));
    explorer.hear(Event::Failed { position: 0, why: "out of memory." });
    assert_eq!(explorer.hear(Event::End), Vec::<Job>::new());
    assert!(explorer.trouble().ends_with("ended early: out of memory."));
    assert!(!explorer.is_busy() && explorer.findings().is_empty());
    assert!(Asked::parse("x").is_err_and(|e| e.contains("number of states")));
    assert!(Asked::parse("9\nrfc-v1\nnonsense").is_err_and(|e| e.contains("line 1")));
}

/// The number of a cell by its scenario and design.
fn cell_of(explorer: &Explorer, scenario: &str, design: &str) -> u32 {
    let matrix = explorer.matrix();
    let is_it = |n: &u32| {
        let place = matrix.place(*n).expect("a cell has a place");
        place.0.name == scenario && place.1.to_string() == design
    };
    (0..matrix.len()).find(is_it).expect("there is such a cell")
}

/// More writes than slots, and more states than the first round of a matrix visits.
const LARGE: &str = "mount dioread_nolock\nslots 2\nfile a 16 blocks, U 0+8\n\n\
    t1: aio_write io=0+2\nt1: aio_write io=2+2\nt1: aio_write io=4+2\nt1: aio_write io=6+2\n\
    t1: getevents\n";
/// The number of states of [`LARGE`], in full and reduced.
const LARGE_STATES: [u32; 2] = [87_113, 5_989];

/// An explorer in the second round of a matrix with two cells, which are [`LARGE`] under two
/// designs that break BOUNDED, and the jobs of that round.
fn in_the_second_round() -> (Explorer, [u32; 2], Vec<Job>) {
    let mut session = Session::new();
    session.apply(LARGE).expect("a script");
    let mut explorer = Explorer::new(&subject(&session));
    let first = explorer.begin_matrix(&subject(&session));
    let cells = ["rfc-v1", "rfc-osync"].map(|it| cell_of(&explorer, OWN, it));
    for cell in cells {
        do_job(&mut explorer, cell, &first[cell as usize], Detail::Verdicts, u32::MAX);
    }
    let second = explorer.hear(Event::End);
    assert_eq!(second.len(), 2, "both have more states than the first round visits");
    (explorer, cells, second)
}

#[test]
fn a_reduced_cell_is_searched_in_full_before_its_run_is_opened_and_the_rest_waits() {
    let (mut explorer, [first, other], second) = in_the_second_round();
    do_job(&mut explorer, 0, &second[0], Detail::Verdicts, u32::MAX);
    let [full, reduced] = LARGE_STATES;
    let text = explorer.cell_text(first);
    assert!(
        text.ends_with(&format!("BOUNDED is broken in 13 steps; {reduced} states, reduced")),
        "{text}"
    );
    let jobs = explorer.open_cell(first);
    assert_eq!((jobs.len(), explorer.take_opened()), (1, None), "its run is not shown yet");
    assert_eq!(Asked::parse(&jobs[0]).map(|asked| asked.reduced), Ok(false));
    let status = explorer.status();
    assert!(
        status.starts_with("Searching own under rfc-v1 in full, for its shortest run."),
        "{status}"
    );
    do_job(&mut explorer, 0, &jobs[0], Detail::Verdicts, u32::MAX);
    assert_eq!(explorer.hear(Event::End), second[1..], "the second round goes on");
    let witness = explorer.take_opened().expect("somebody waits for it");
    let text = explorer.cell_text(first);
    assert!(text.ends_with(&format!("BOUNDED is broken in 13 steps; {full} states")), "{text}");
    assert!(witness.no_return.is_some() && witness.notice.contains("it cannot be avoided"));
    let design = explorer.matrix().place(first).expect("a cell").1;
    let script = Script::parse(LARGE).expect("a script");
    let setup = crate::kernel::Setup { design: *design, ..script.setup };
    let shortest = Search::run(setup, Bounds::default()).shortest(Promise::Bounded);
    assert_eq!(Some(witness.choices), shortest);
    do_job(&mut explorer, 0, &second[1], Detail::Verdicts, u32::MAX);
    assert!(explorer.cell_text(other).ends_with("reduced"));
    assert_eq!((explorer.hear(Event::End), explorer.take_opened()), (Vec::new(), None));
    assert_eq!(explorer.open_cell(first), Vec::<Job>::new(), "once in full is enough");
    assert!(explorer.take_opened().is_some());
    let sum = format!("2 cells with {} states, after 5 ms of searching.", full + reduced);
    assert!(explorer.status().ends_with(&sum), "{}", explorer.status());
}

#[test]
fn a_full_search_of_a_cell_that_ends_early_opens_the_run_that_is_known() {
    let (mut explorer, cells, second) = in_the_second_round();
    do_job(&mut explorer, 0, &second[0], Detail::Verdicts, u32::MAX);
    do_job(&mut explorer, 1, &second[1], Detail::Verdicts, u32::MAX);
    explorer.hear(Event::End);
    let open = |explorer: &mut Explorer, states: u32| {
        let before = explorer.cell_text(cells[0]);
        let jobs = explorer.open_cell(cells[0]);
        if states > 0 {
            do_job(explorer, 0, &jobs[0], Detail::Verdicts, states);
        } else {
            explorer.hear(Event::Failed { position: 0, why: "out of memory." });
        }
        assert_eq!(explorer.hear(Event::End), Vec::<Job>::new());
        assert_eq!(explorer.cell_text(cells[0]), before, "it is still reduced");
        explorer.take_opened().expect("somebody waits for it")
    };
    for states in [0, 100] {
        let witness = open(&mut explorer, states);
        assert_eq!(witness.no_return, None);
        assert!(witness.notice.contains("need not be the shortest"), "{}", witness.notice);
        assert_eq!(explorer.trouble().is_empty(), states > 0);
    }
    // After the explorer is closed, it opens no run on the page.
    let jobs = explorer.open_cell(cells[0]);
    explorer.leave();
    do_job(&mut explorer, 0, &jobs[0], Detail::Verdicts, u32::MAX);
    explorer.hear(Event::End);
    assert_eq!(explorer.take_opened(), None);
    assert!(!explorer.cell_text(cells[0]).contains("reduced"), "what was found stays");
}

#[test]
fn what_was_stopped_early_does_not_claim_to_have_been_searched() {
    let (mut explorer, cells, second) = in_the_second_round();
    do_job(&mut explorer, 0, &second[0], Detail::Verdicts, u32::MAX);
    explorer.hear(Event::End);
    explorer.open_cell(cells[0]);
    explorer.stop();
    explorer.hear(Event::End);
    let status = explorer.status();
    assert!(status.starts_with("Stopped the search of"), "{status}");
    explorer.begin_scenario(&subject(&Session::new()));
    explorer.stop();
    explorer.hear(Event::End);
    assert_eq!(explorer.status(), "Stopped before the first result.");
}

#[test]
fn reports_arrive_in_any_order_and_the_rest_is_known() {
    let (mut explorer, [first, other], second) = in_the_second_round();
    let progress = |explorer: &mut Explorer, position, text: &str| {
        explorer.hear(Event::Progress { position, text, ms: 100 });
        explorer.status()
    };
    let status = progress(&mut explorer, 0, "8000 12 900 1500000 0");
    let alone = "8000 states, depth 12, frontier 900, 80 thousand states a second, 2 MB. \
                 Estimate: none while the frontier does not shrink.";
    assert!(status.ends_with(alone), "{status}");
    let status = progress(&mut explorer, 1, "4000 10 700 1500000 2");
    let both = "2 searches at once: 12000 states, 120 thousand states a second, 3 MB.";
    assert!(status.ends_with(both), "{status}");
    assert_eq!(progress(&mut explorer, 1, "nonsense"), status);
    do_job(&mut explorer, 1, &second[1], Detail::Verdicts, u32::MAX);
    let status = explorer.status();
    assert!(status.ends_with(alone), "{status}");
    assert!(explorer.cell_text(other).ends_with("reduced"));
    // A cell is opened meanwhile: what is left goes on after it, and nothing is repeated.
    let jobs = explorer.open_cell(other);
    do_job(&mut explorer, 0, &jobs[0], Detail::Verdicts, u32::MAX);
    assert_eq!(explorer.hear(Event::End), second[..1], "the other one is done");
    let status = progress(&mut explorer, 0, RUNS);
    assert!(status.ends_with("Looking for the runs with the fewest switches."), "{status}");
    explorer.hear(Event::Failed { position: 0, why: "out of memory." });
    assert!(!explorer.status().contains("Looking for"), "{}", explorer.status());
    assert!(!explorer.cell_text(first).ends_with("reduced"));
}

#[test]
fn a_small_graph_is_drawn_whether_something_is_broken_or_not() {
    let check = |preset: &str, design: &str, is_drawn: bool, marked: bool| {
        let mut session = Session::new();
        session.load_preset(preset);
        session.set_design(Design::parse(design).expect("a design"));
        let mut explorer = Explorer::new(&subject(&session));
        let jobs = explorer.begin_scenario(&subject(&session));
        answer(&mut explorer, jobs, Detail::Full);
        let graph = explorer.graph();
        assert_eq!(graph.is_some(), is_drawn, "{preset} {design}");
        let Some(graph) = graph else { return };
        assert_eq!(graph.says().contains("The thick line"), marked, "{preset} {design}");
        assert_eq!(explorer.node_links().len(), graph.nodes());
        let node = graph.nodes() - 1;
        let witness = explorer.node_witness(node).expect("a node has a run");
        assert_eq!(Some(witness.choices.len() as u32), graph.depth(node));
        session.open_witness(&witness.link(), &witness.notice);
        assert_eq!(session.run().cursor(), witness.choices.len(), "{preset} {design}");
        assert_eq!(explorer.node_links()[node], format!("#{}", witness.link()));
        explorer.begin_scenario(&subject(&session));
        assert!(explorer.graph().is_none(), "a new search begins without one");
    };
    check("S7", "rfc-osync", true, true);
    check("S7", "v3.8", true, false);
    check("S9", "kara-opt", false, false);
}

#[test]
fn a_bound_says_what_was_searched_how_far_and_what_to_cut() {
    // What the sentence about the covered runs says: all depths but the last are complete.
    let script = Script::parse(LARGE).expect("a script");
    let full = Search::run(script.setup.clone(), Bounds::default());
    for states in [10, 100, 1_000, 2_000] {
        let part = Search::run(script.setup.clone(), Bounds { states, ..Bounds::default() });
        let depth = part.progress().depth as usize;
        assert_eq!(part.layers()[..depth], full.layers()[..depth], "{states}");
    }
    let mut session = Session::new();
    session.apply(LARGE).expect("a script");
    let mut explorer = Explorer::new(&subject(&session));
    let jobs = explorer.begin_scenario(&subject(&session));
    do_job(&mut explorer, 0, &jobs[0], Detail::Verdicts, 100);
    let extent = explorer.extent();
    let cut = "To see more, leave out one of the 5 operations of t1.";
    assert!(extent.starts_with("Verdicts by a reduced search: 1"), "{extent}");
    assert!(
        extent.contains(
            "; not complete, bounded as asked, to 100 states. It took all its runs of up to "
        ),
        "{extent}"
    );
    assert!(extent.ends_with(cut), "{extent}");
    // A full search that reaches its bound after a reduced one that did not.
    let jobs = explorer.begin_scenario(&subject(&session));
    do_job(&mut explorer, 0, &jobs[0], Detail::Verdicts, u32::MAX);
    assert!(!explorer.extent().contains("leave out"), "{}", explorer.extent());
    let jobs = explorer.hear(Event::End);
    do_job(&mut explorer, 0, &jobs[0], Detail::Verdicts, 1_000);
    let extent = explorer.extent();
    assert!(extent.contains("because the full one covered only a part"), "{extent}");
    assert!(extent.ends_with(cut), "{extent}");
    // A cell of the matrix that reaches the last bound.
    let (mut explorer, [first, _], second) = in_the_second_round();
    do_job(&mut explorer, 0, &second[0], Detail::Verdicts, 1_000);
    assert!(explorer.cell_text(first).ends_with(cut), "{}", explorer.cell_text(first));
}

#[test]
fn a_pause_holds_while_one_search_follows_another() {
    // A script: the reduced search, then the full one.
    let session = Session::new();
    let mut explorer = Explorer::new(&subject(&session));
    let jobs = explorer.begin_scenario(&subject(&session));
    explorer.set_paused(true);
    do_job(&mut explorer, 0, &jobs[0], Detail::Verdicts, u32::MAX);
    assert_eq!(explorer.hear(Event::End).len(), 1, "the full search follows");
    let begins = "Searching S7 under rfc-osync in full, for its shortest runs. Paused.";
    assert!(explorer.is_paused() && explorer.status().starts_with(begins), "{}", explorer.status());
    explorer.set_paused(false);
    assert!(!explorer.status().contains("Paused."), "{}", explorer.status());
    explorer.set_paused(true);
    assert_eq!(explorer.hear(Event::End), Vec::<Job>::new());
    assert!(!explorer.is_busy() && !explorer.is_paused(), "a search that has ended is not paused");

    // The matrix: the first round, the second, and a cell that is opened meanwhile.
    let (mut explorer, [first, _], second) = in_the_second_round();
    assert!(!explorer.is_paused());
    do_job(&mut explorer, 0, &second[0], Detail::Verdicts, u32::MAX);
    explorer.set_paused(true);
    explorer.open_cell(first);
    assert!(!explorer.is_paused(), "the reader waits for this cell");
    assert_eq!(explorer.hear(Event::End), second[1..]);
    let status = explorer.status();
    assert!(explorer.is_paused() && status.contains(" Paused."), "{status}");
    explorer.open_cell(first);
    explorer.set_paused(true);
    explorer.set_paused(false);
    assert_eq!(explorer.hear(Event::End), second[1..]);
    assert!(!explorer.is_paused(), "the last order holds for everything");
    let jobs = explorer.begin_matrix(&subject(&session));
    assert!(!explorer.is_paused() && !jobs.is_empty());
}

#[test]
fn a_pause_in_the_first_round_of_a_matrix_holds_in_the_second() {
    let mut session = Session::new();
    session.apply(LARGE).expect("a script");
    let mut explorer = Explorer::new(&subject(&session));
    let first = explorer.begin_matrix(&subject(&session));
    let cell = cell_of(&explorer, OWN, "rfc-v1");
    do_job(&mut explorer, cell, &first[cell as usize], Detail::Verdicts, u32::MAX);
    explorer.set_paused(true);
    assert_eq!(explorer.hear(Event::End).len(), 1);
    assert!(explorer.is_paused() && explorer.status().contains(" Paused."));
}

#[test]
fn a_stop_between_two_searches_ends_both() {
    let session = Session::new();
    let mut explorer = Explorer::new(&subject(&session));
    let jobs = explorer.begin_scenario(&subject(&session));
    do_job(&mut explorer, 0, &jobs[0], Detail::Verdicts, u32::MAX);
    explorer.set_paused(true);
    explorer.stop();
    assert_eq!(explorer.hear(Event::End), Vec::<Job>::new(), "no full search follows");
    assert!(!explorer.is_busy() && !explorer.is_paused());
    assert!(explorer.status().starts_with("Searched S7 under rfc-osync"), "{}", explorer.status());

    let (mut explorer, _, second) = in_the_second_round();
    do_job(&mut explorer, 0, &second[0], Detail::Verdicts, u32::MAX);
    explorer.stop();
    assert_eq!(explorer.hear(Event::End), Vec::<Job>::new());
    assert!(explorer.status().starts_with("The matrix: "), "{}", explorer.status());
}
