//! Runs the bodies of the fuzz targets as property tests and on their corpora.

mod bodies;

use std::fs;
use std::path::PathBuf;

use bodies::BODIES;
use bodies::bytes::Bytes;
use bodies::link::{Opened, check_mutant, mutate, session};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

fn corpus(name: &str) -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    files
}

#[test]
fn every_input_of_the_corpora_passes() {
    for body in BODIES {
        let files = corpus(body.name);
        assert!(!files.is_empty(), "{} has no corpus", body.name);
        for file in files {
            let data = fs::read(&file).expect("an input");
            println!("{}", file.display()); // shown if it fails
            (body.run)(&data);
        }
    }
}

#[test]
fn any_bytes_pass() {
    for body in BODIES {
        let config = ProptestConfig {
            cases: body.cases,
            failure_persistence: None,
            ..ProptestConfig::default()
        };
        let checked = TestRunner::new(config).run(&vec(any::<u8>(), 0..body.len), |data| {
            (body.run)(&data);
            Ok(())
        });
        if let Err(error) = checked {
            panic!("{}: {error}", body.name);
        }
    }
}

/// `EXTENTSCOPE_LINKS=1000000 cargo test --release --test fuzz mutated` opens a million links.
#[test]
fn a_mutated_link_opens_its_run_or_explains_itself() {
    let tries: u32 = std::env::var("EXTENTSCOPE_LINKS")
        .map_or(20_000, |count| count.parse().expect("EXTENTSCOPE_LINKS is a number"));
    let mut dice = extentscope::scenario::Dice::new(2012);
    let mut throw = |len: usize| -> Vec<u8> { (0..len).map(|_| dice.throw(256) as u8).collect() };
    let (mut same, mut explained, mut others) = (0, 0, Vec::new());
    for _ in 0..tries.div_ceil(100) {
        let there = session(&mut Bytes::new(&throw(16)));
        let link = there.link();
        for _ in 0..100 {
            let mutant = mutate(&link, &mut Bytes::new(&throw(48)));
            match check_mutant(&there, &link, &mutant) {
                Opened::Same => same += 1,
                Opened::Explained => explained += 1,
                Opened::Other => others.push(format!("{mutant}\n  was {link}\n")),
            }
        }
    }
    println!("{tries} links: {same} opened their run, {explained} said what is wrong");
    others.iter().for_each(|other| println!("another run: {other}"));
    // A checksum of 20 bits misses one in a million.
    let missed = tries.div_ceil(100_000) as usize;
    assert!(others.len() <= missed, "{} opened another run:\n{}", others.len(), others.concat());
    assert!(same > 0 && explained > 0);
}
