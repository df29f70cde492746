//! The use of the knobs: each changes the verdict of some script, and each promise depends on some
//! knob. `tests/data/knobs.txt` has the scripts.

use std::collections::BTreeSet;

use extentscope::check::{Bounds, Detail, Report, Search, Verdict};
use extentscope::kernel::{Design, KNOBS, Promise, Setup};
use extentscope::scenario::{Preset, Script};

/// One line of the table: two designs that differ in one knob break different promises of a script.
struct Line<'a> {
    knob: &'a str,
    script: &'a str,
    one: Design,
    other: Design,
}

/// Reads `knob | script | design | design`.
fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| {
        let fields: Vec<&str> = line.split('|').map(str::trim).collect();
        let [knob, script, one, other] = fields[..] else {
            panic!("four fields were expected: {line}");
        };
        let design = |text| Design::parse(text).expect("a design");
        Line { knob, script, one: design(one), other: design(other) }
    })
}

/// The script of a preset's name, or of a case in `tests/data/cases`.
fn script(name: &str) -> Script {
    if let Some(preset) = Preset::find(name) {
        return Script::parse(preset.script).expect("a preset is a script");
    }
    let path = format!("{}/tests/data/cases/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("a case of that name");
    Script::parse(&text).expect("a case is a script")
}

/// The promises that a design breaks in a script, as bits.
fn broken(script: &Script, design: Design) -> u16 {
    let search = Search::run(Setup { design, ..script.setup.clone() }, Bounds::default());
    let report = Report::of(&search, Detail::Verdicts);
    assert_eq!(report.limit, None, "{design} was not searched to the end");
    let findings = report.findings.iter();
    let broken = findings.filter(|found| matches!(found.verdict, Verdict::Violated { .. }));
    broken.fold(0, |bits, found| bits | found.promise.bit())
}

#[test]
fn every_knob_decides_something_and_every_promise_is_decided() {
    let path = format!("{}/tests/data/knobs.txt", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("a table");
    let (mut turned, mut decided) = (BTreeSet::new(), 0);
    for Line { knob, script: name, one, other } in lines(&text) {
        let differ = KNOBS.iter().filter(|k| (k.get)(&one.knobs) != (k.get)(&other.knobs));
        let differ: Vec<&str> = differ.map(|k| k.id).collect();
        assert_eq!(differ, [knob], "{one} and {other} differ in something else");
        let script = script(name);
        let changed = broken(&script, one) ^ broken(&script, other);
        assert_ne!(changed, 0, "{name} has one verdict under {one} and {other}");
        turned.insert(knob);
        decided |= changed;
    }
    let idle: Vec<&str> = KNOBS.iter().map(|k| k.id).filter(|id| !turned.contains(id)).collect();
    assert!(idle.is_empty(), "no script shows what these decide: {idle:?}");
    let promises = Promise::ALL.into_iter().filter(|promise| decided & promise.bit() == 0);
    let undecided: Vec<&str> = promises.map(Promise::id).collect();
    assert!(undecided.is_empty(), "no knob decides these: {undecided:?}");
}
