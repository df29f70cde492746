//! Public bug reports as scripts, with the expected results: `tests/data/cases` has the scripts,
//! and `expected.txt` there says which promises each breaks under which design.

use extentscope::check::{Bounds, Detail, Report, Reported, Search, Verdict};
use extentscope::kernel::{Design, Promise, Row, Setup};
use extentscope::scenario::Script;

/// One line of `expected.txt`, for one of its designs.
struct Case<'a> {
    script: &'a str,
    design: &'a str,
    broken: Vec<&'a str>,
    no_return: Option<u32>,
}

/// Reads `script | designs | promises | step`; the designs may be `every row`.
fn cases(text: &str) -> Vec<Case<'_>> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let all = lines.flat_map(|line| {
        let fields: Vec<&str> = line.split('|').map(str::trim).collect();
        let [script, designs, broken, no_return] = fields[..] else {
            panic!("four fields were expected: {line}");
        };
        let designs: Vec<&str> = match designs {
            "every row" => Row::ALL.map(Row::id).into(),
            designs => designs.split(", ").collect(),
        };
        designs.into_iter().map(move |design| Case {
            script,
            design,
            broken: broken.split(", ").filter(|word| *word != "ok").collect(),
            no_return: (!no_return.is_empty()).then(|| no_return.parse().expect("a step")),
        })
    });
    all.collect()
}

/// Searches a script under a design, including its power cuts and failures. Returns the differences
/// from the expectation.
fn check(case: &Case<'_>) -> Option<String> {
    let Case { script: name, design, broken, no_return } = case;
    let path = format!("{}/tests/data/cases/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("a script of that name");
    let script = Script::parse(&text).expect("a case is a script");
    let design = Design::parse(design).expect("a design");
    let search = Search::run(Setup { design, ..script.setup }, Bounds::default());
    let report = Report::of(&search, Detail::Verdicts);
    assert_eq!(report.limit, None, "{name} under {design} was not searched to the end");
    let is_broken = |finding: &&Reported| matches!(finding.verdict, Verdict::Violated { .. });
    let findings: Vec<&Reported> = report.findings.iter().filter(is_broken).collect();
    let found: Vec<&str> = findings.iter().map(|finding| Promise::id(finding.promise)).collect();
    if found != *broken {
        return Some(format!("{name} under {design}: {found:?}, expected {broken:?}"));
    }
    let there_is = findings.first().and_then(|finding| finding.no_return);
    (no_return.is_some() && there_is != *no_return)
        .then(|| format!("{name} under {design}: no return after {there_is:?}"))
}

#[test]
fn each_case_has_the_result_of_its_report() {
    let path = format!("{}/tests/data/cases", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(format!("{path}/expected.txt")).expect("a table");
    let cases = cases(&text);
    let wrong: Vec<String> = cases.iter().filter_map(check).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for entry in std::fs::read_dir(path).expect("a directory") {
        let name = entry.expect("an entry").file_name();
        let name = name.to_string_lossy();
        let name = name.strip_suffix(".txt").expect("scripts end in .txt");
        let is_expected = cases.iter().any(|case| case.script == name);
        assert!(is_expected || name == "expected", "nothing is said of {name}");
    }
}
