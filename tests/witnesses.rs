//! Prints `src/scenario/witnesses.txt` from a search of every preset under every design.
//! `UPDATE_EXPECT=1 cargo test --test witnesses` writes the file again.

use expect_test::expect_file;
use extentscope::check::{Bounds, Search, Verdict};
use extentscope::kernel::{Design, Promise, Row, Setup};
use extentscope::scenario::{
    KnownWitness, PRESETS, Preset, Run, Script, known_lines, known_witnesses, witness_line,
};

/// The rows, and the preset's own design if it is not a row.
fn designs(preset: &Preset) -> Vec<Design> {
    let own = Design::parse(preset.design).expect(preset.id);
    let mut designs: Vec<Design> = Row::ALL.iter().map(|row| row.design()).collect();
    if !designs.contains(&own) {
        designs.push(own);
    }
    designs
}

fn setup(preset: &Preset, design: Design) -> Setup {
    Setup { design, ..Script::parse(preset.script).expect(preset.id).setup }
}

/// The results of a full search.
fn found(preset: &Preset, design: Design) -> Vec<KnownWitness> {
    let search = Search::run(setup(preset, design), Bounds::default());
    let findings = search.findings().into_iter();
    let violated = findings.filter_map(|finding| match finding.verdict {
        Verdict::Violated { witness } => {
            let no_return = search.point_of_no_return(finding.promise, &witness);
            Some(KnownWitness { promise: finding.promise, no_return, run: witness })
        }
        Verdict::Holds | Verdict::NeverReached => None,
    });
    violated.collect()
}

#[test]
fn the_table_matches_a_search() {
    let mut table = String::new();
    for preset in PRESETS {
        let mut runs: Vec<(KnownWitness, Vec<Design>)> = Vec::new();
        for design in designs(preset) {
            for witness in found(preset, design) {
                match runs.iter_mut().find(|(known, _)| *known == witness) {
                    Some((_, designs)) => designs.push(design),
                    None => runs.push((witness, vec![design])),
                }
            }
        }
        let place = |promise| Promise::ALL.iter().position(|other| *other == promise);
        runs.sort_by_key(|(witness, _)| place(witness.promise));
        for (witness, designs) in runs {
            table += &witness_line(preset.id, &designs, &witness);
            table.push('\n');
        }
    }
    expect_file!["../src/scenario/witnesses.txt"].assert_eq(&table);
}

#[test]
fn every_line_reads_back_as_a_run_of_its_preset() {
    let mut lines = 0;
    for preset in PRESETS {
        for design in designs(preset) {
            for witness in known_witnesses(preset.id, design) {
                let (_, divergence) = Run::replay(setup(preset, design), &witness.run);
                assert_eq!(divergence, None, "{} {design}", preset.id);
                lines += 1;
            }
        }
    }
    assert_eq!(lines, known_lines().count());
}
