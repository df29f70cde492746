//! Checks the rules of the architecture that concern the text of the sources.

use std::fs;
use std::path::{Path, PathBuf};

/// The modules of the model, which use no clock, no float and no I/O.
const MODEL: &[&str] = &["bounds", "es", "kernel", "check"];

fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the sources").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    assert!(found.len() > 40, "the sources are elsewhere");
    found.sort();
    found
}

/// The library module that a file belongs to.
fn module_of(path: &Path) -> Option<&str> {
    let inside = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).ok()?;
    Some(inside.iter().next()?.to_str()?.trim_end_matches(".rs"))
}

#[test]
fn the_model_reads_no_clock_and_does_no_io() {
    const BANNED: &[&str] = &[
        "f32",
        "f64",
        "std::time",
        "std::fs",
        "std::io",
        "std::thread",
        "println!",
        "HashMap<",
        "unsafe ",
        "todo!",
        "unimplemented!",
    ];
    for path in sources() {
        let Some(module) = module_of(&path).filter(|it| MODEL.contains(it)) else { continue };
        let text = fs::read_to_string(&path).expect("a source file");
        let code = text.split("#[cfg(test)]").next().unwrap_or("");
        for (number, line) in (1..).zip(code.lines()) {
            let line = line.split("//").next().unwrap_or("");
            for word in BANNED {
                let found = line.contains(word);
                assert!(!found, "{}:{number}: {word} in {}", path.display(), module);
            }
        }
    }
}

#[test]
fn lines_are_at_most_a_hundred_columns() {
    // The page's templates are markup, snapshots are output, and the course consists of sentences;
    // rustfmt does not format them.
    let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lesson");
    let is_code = |path: &&PathBuf| {
        let is_test = path.parent().is_some_and(|folder| folder.ends_with("tests"));
        let is_text = is_test || path.ends_with("tests.rs") || path.starts_with(&course);
        module_of(path) != Some("app") && !is_text
    };
    for path in sources().iter().filter(is_code) {
        let text = fs::read_to_string(path).expect("a source file");
        for (number, line) in (1..).zip(text.lines()) {
            let columns = line.chars().count();
            assert!(columns <= 100, "{}:{number}: {columns} columns", path.display());
        }
    }
}

#[test]
fn browser_tests_do_not_wait_for_a_time() {
    // Only the configuration and the helpers that hold the page still use limits and clocks; tests
    // use none.
    const TIMED: &[&str] = &["waitForTimeout", "timeout:", "slowMo", "test.slow", "setTimeout("];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("e2e");
    let mut specs = 0;
    for entry in fs::read_dir(folder).expect("the browser tests").flatten() {
        let path = entry.path();
        if !path.to_string_lossy().ends_with(".spec.ts") {
            continue;
        }
        specs += 1;
        for (number, line) in (1..).zip(fs::read_to_string(&path).expect("a test").lines()) {
            // Without a time, a timer only yields to the page.
            let is_turn = line.contains("setTimeout(") && !line.contains(", ");
            let timed = TIMED.iter().find(|word| line.contains(**word) && !is_turn);
            assert_eq!(timed, None, "{}:{number}", path.display());
        }
    }
    assert!(specs > 10, "the browser tests are elsewhere");
}
