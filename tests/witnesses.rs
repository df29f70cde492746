//! `src/scenario/witnesses.txt` holds what a search of every preset under every design finds.
//! `UPDATE_EXPECT=1 cargo test --test witnesses` writes it anew.

use expect_test::expect_file;
use extentscope::check::{Bounds, Search, Verdict};
use extentscope::kernel::{Design, Row, Setup};
use extentscope::scenario::{
    KnownWitness, PRESETS, Preset, Run, Script, known_witnesses, witness_line,
};

/// The rows, and the design that the preset is shown under if that is none.
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

/// What a full search finds.
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
fn the_table_is_what_a_search_finds() {
    let mut table = String::new();
    for preset in PRESETS {
        for design in designs(preset) {
            for witness in found(preset, design) {
                table += &witness_line(preset.id, design, &witness);
                table.push('\n');
            }
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
    assert_eq!(lines, extentscope::scenario::WITNESSES.lines().count());
}
