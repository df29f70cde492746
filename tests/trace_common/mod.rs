//! Shared by the tests of traces: the recorded folders, and the body of the reader's property.

#![allow(dead_code, reason = "each test uses its part")]

use std::fs;
use std::path::{Path, PathBuf};

use extentscope::trace::{Folder, Item, OpRecord, Reader, replay, unpack};

/// A folder of recorded traces in `tests/data/ftrace`.
pub struct Recorded {
    /// The name of the folder, without its path.
    pub name: String,
    /// The contents of `kernel.txt`.
    pub folder: Folder,
    /// The contents of `ops.jsonl`.
    pub ops: Vec<OpRecord>,
    path: PathBuf,
}

impl Recorded {
    /// The unpacked text of a file of the folder, or `None` if there is no such file.
    pub fn text(&self, name: &str) -> Option<Vec<u8>> {
        text(&self.path, name)
    }

    /// The trace with the events of the file's tree.
    pub fn es(&self) -> Vec<u8> {
        let stack = || self.text("trace-es-stack.txt");
        self.text("trace-es.txt").or_else(stack).expect("a trace of the ES events")
    }
}

/// All recorded folders, sorted by name.
pub fn recorded() -> Vec<Recorded> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/ftrace");
    let mut paths: Vec<PathBuf> = fs::read_dir(&root)
        .expect("the recorded kernels")
        .flatten()
        .filter(|kernel| kernel.path().is_dir())
        .flat_map(|kernel| fs::read_dir(kernel.path()).expect("recorded folders").flatten())
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

/// The recorded folder with a name.
pub fn recorded_named(name: &str) -> Recorded {
    recorded().into_iter().find(|folder| folder.name == name).expect("a recorded folder")
}

fn read(path: &Path) -> Recorded {
    let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_string();
    let kernel = text(path, "kernel.txt").expect("kernel.txt");
    let ops = text(path, "ops.jsonl").expect("ops.jsonl");
    Recorded {
        name,
        folder: Folder::parse(&String::from_utf8_lossy(&kernel)),
        ops: OpRecord::parse_all(&ops).expect("operations"),
        path: path.into(),
    }
}

fn text(folder: &Path, name: &str) -> Option<Vec<u8>> {
    let packed =
        fs::read(folder.join(format!("{name}.gz"))).or_else(|_| fs::read(folder.join(name)));
    Some(unpack(&packed.ok()?).expect("text").into_owned())
}

/// Any bytes are either refused, or every line is an event, a note or damaged. Replaying them ends
/// with a result or an error.
pub fn read_bytes(bytes: &[u8]) {
    let text = match unpack(bytes) {
        Ok(text) => text,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let mut reader = Reader::new(&text);
    let mut lines = 0;
    for item in reader.by_ref() {
        lines += 1;
        let line = match item {
            Item::Event(record) => record.line,
            Item::Lost { line, .. } | Item::Entries { line, .. } | Item::Note { line, .. } => line,
            Item::Damaged(fault) => {
                assert!(fault.to_string().contains("expected"));
                fault.line
            }
        };
        assert_eq!(line, lines, "lines are counted from 1");
    }
    let counts = reader.counts();
    assert_eq!(counts.lines, lines);
    assert_eq!(counts.events() + counts.notes + counts.damaged, lines, "a line is lost");
    for folder in [Folder::default(), Folder { from_the_start: true, ..Folder::default() }] {
        if let Err(error) = replay(&text, &folder, None) {
            assert!(!error.to_string().is_empty());
        }
    }
}
