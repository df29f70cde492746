//! The columns of the matrix, and the cells that a reader chooses.

use super::*;

#[test]
fn designs_that_were_tried_are_columns_in_their_order_and_results_stay() {
    let mut session = Session::new();
    let mut explorer = Explorer::new(&subject(&session));
    let rows = explorer.matrix().designs().len();
    let jobs = explorer.begin_matrix(&subject(&session));
    let known = cell_of(&explorer, "S7", "rfc-osync");
    do_job(&mut explorer, known, &jobs[known as usize], Detail::Verdicts, 2_000);
    explorer.stop();
    assert_eq!(explorer.hear(Event::End), Vec::<Job>::new());
    let text = explorer.cell_text(known);

    let design = |at: u32| {
        let rows = ["rfc-v1", "rfc-osync", "kara", "v3.9", "kara-opt", "v5.5", "rfc-v5"];
        format!("{} +es_version=v3.11", rows[at as usize])
    };
    let tried = |explorer: &Explorer| -> Vec<String> {
        explorer.matrix().designs()[rows..].iter().map(ToString::to_string).collect()
    };
    let run = |session: &mut Session, at: u32| {
        session.set_design(Design::parse(&design(at)).expect("a design"));
    };
    for at in [0, 1, 0] {
        run(&mut session, at);
        session.set_design(Design::parse("kara").expect("a row"));
    }
    explorer.show(&subject(&session));
    assert_eq!(tried(&explorer), [design(0), design(1)]);
    let known = cell_of(&explorer, "S7", "rfc-osync");
    assert_eq!(explorer.cell_text(known), text, "what was found stays");

    (2..=TRIED_DESIGNS_MAX).for_each(|at| run(&mut session, at));
    explorer.show(&subject(&session));
    let last: Vec<String> = (1..=TRIED_DESIGNS_MAX).map(design).collect();
    assert_eq!(tried(&explorer), last, "the oldest went");
    assert!(explorer.columns_gone().contains("the last 6 have a column"));
    assert!(explorer.columns_gone().contains("1 tried before them had to go"));

    explorer.begin_matrix(&subject(&session));
    assert!(explorer.is_filling_for(&subject(&session)));
    let newest = Design::parse("v3.9 +es_version=v3.19").expect("a design");
    session.set_design(newest);
    let before = explorer.matrix().clone();
    explorer.show(&subject(&session));
    assert_eq!(*explorer.matrix(), before, "cells that are searched keep their numbers");
    assert!(!explorer.is_filling_for(&subject(&session)), "another column is asked for");
    explorer.stop();
    explorer.hear(Event::End);

    for design in [Design::parse(&design(2)).expect("a design"), newest] {
        session.leave_out(design);
    }
    explorer.show(&subject(&session));
    let mut left: Vec<String> = (3..=TRIED_DESIGNS_MAX).map(design).collect();
    left.push(newest.to_string());
    assert_eq!(tried(&explorer), left, "what is run cannot be left out");
}

#[test]
fn a_run_of_the_script_that_is_run_is_a_branch_whatever_design_that_names() {
    let mut session = Session::new();
    session
        .apply("design rfc-v1\nfile a 4 blocks, U 0+4\nt1: aio_write  io=0+4\n")
        .expect("it is one");
    let before = subject(&session);
    let mut explorer = Explorer::new(&before);
    let jobs = explorer.begin_matrix(&before);
    let cell = cell_of(&explorer, OWN, "kara");
    do_job(&mut explorer, cell, &jobs[cell as usize], Detail::Verdicts, 2_000);
    (0..4).for_each(|_| assert!(session.forward()));
    let own = session.run().choices().to_vec();
    explorer.open_cell(cell);
    let witness = explorer.take_opened().expect("it was searched");
    for _ in 0..2 {
        // The second time, the text on the page names another design than the run.
        session.open_witness(&witness.link(), &witness.notice);
        assert_eq!(
            (session.design().to_string().as_str(), session.preselect()),
            ("kara", Preselect::Own)
        );
        assert_eq!(session.branches().plan(0), own);
        assert_eq!(session.notice(), Some(witness.notice.as_str()));
    }
    assert!(session.text().starts_with("design kara\n"));
    session.open_witness("v1;d=kara;p=S7;c=;k=0000", "never said");
    assert_eq!(session.branches().plan(0), own, "a damaged link changes nothing");
    assert!(session.notice().is_some_and(|notice| notice.contains("different versions")));
}

#[test]
fn two_cells_of_a_row_open_both_designs() {
    let session = Session::new();
    let mut explorer = Explorer::new(&subject(&session));
    let jobs = explorer.begin_matrix(&subject(&session));
    let columns = explorer.matrix().designs().len() as u32;
    for (position, job) in (0..=columns).zip(&jobs) {
        do_job(&mut explorer, position, job, Detail::Full, 2_000);
    }
    explorer.toggle_picking();
    assert!(explorer.picking_text().contains("will be A"), "{}", explorer.picking_text());
    explorer.pick_cell(0);
    assert!(explorer.picked() == Some(0) && explorer.take_opened().is_none());
    explorer.pick_cell(columns);
    assert!(explorer.picked() == Some(columns), "another row begins anew");
    explorer.pick_cell(0);
    explorer.pick_cell(1);
    assert!(!explorer.is_picking());
    let witness = explorer.take_opened().expect("two cells");
    let mut session = Session::new();
    session.open_witness(&witness.link(), &witness.notice);
    let mut both = vec![session.design(), session.beside().expect("a second design")];
    let mut asked = explorer.matrix().designs()[..2].to_vec();
    [&mut both, &mut asked].into_iter().for_each(|list| list.sort_by_key(ToString::to_string));
    assert_eq!(both, asked);
}
