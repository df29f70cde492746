//! A run as JSON, in the Informal Trace Format (ITF) of model checkers: the names of the variables,
//! and a record of their values for every state. `docs/run.schema.json` describes the variables.

use core::fmt::Write;

use crate::kernel::{Promise, deadlocked};
use crate::scenario::Run;

use crate::view::facts::{FileStrata, Segment, pipeline, strata};
use crate::view::panels::threads;
use crate::view::words::step_label;

/// The variables of each state.
const VARIABLES: [&str; 7] =
    ["step", "taken", "files", "writes", "threads", "broken", "deadlocked"];

/// The data about a run as a whole.
pub struct About<'a> {
    /// The title of the script, which may be empty.
    pub title: &'a str,
    /// The text of the script, as the reader wrote it.
    pub script: &'a str,
    /// The lines of each thread's operations.
    pub lines: &'a [Vec<u32>],
    /// The address that opens the run.
    pub link: &'a str,
}

/// The run from its start to its end.
pub fn run_json(run: &Run, about: &About) -> String {
    let choices = run.choices().iter().map(|choice| string(&choice.to_string()));
    let meta = object(&[
        ("format", string("ITF")),
        ("format-description", string("https://apalache-mc.org/docs/adr/015adr-trace.html")),
        ("description", string(about.title)),
        ("source", string(&format!("extentscope {}", env!("CARGO_PKG_VERSION")))),
        ("script", string(about.script)),
        ("design", string(&run.setup().design.to_string())),
        ("choices", array(choices)),
        ("link", string(about.link)),
    ]);
    let mut here = run.clone();
    let states = (0..=run.choices().len()).map(|step| {
        here.seek(step);
        state(&here, about)
    });
    let mut text = object(&[
        ("#meta", meta),
        ("params", array(core::iter::empty())),
        ("vars", array(VARIABLES.into_iter().map(string))),
        ("states", lines(states)),
    ]);
    text.push('\n');
    text
}

/// The state at the cursor.
fn state(run: &Run, about: &About) -> String {
    let (setup, state) = (run.setup(), run.state());
    let broken = Promise::ALL.into_iter().filter(|it| state.broken & it.bit() != 0);
    let stuck = deadlocked(setup, state);
    object(&[
        ("#meta", object(&[("index", run.cursor().to_string())])),
        ("step", run.cursor().to_string()),
        ("taken", taken(run)),
        ("files", array(strata(setup, state).files.iter().map(|it| file(run, it)))),
        ("writes", writes(run)),
        ("threads", array(threads(run, about.lines).iter().map(thread))),
        ("broken", set(broken.map(|it| string(it.id())))),
        ("deadlocked", set(stuck.iter().map(|(actor, _)| string(&actor.to_string())))),
    ])
}

/// The step before this state; an empty record at the start.
fn taken(run: &Run) -> String {
    let Some(last) = run.cursor().checked_sub(1) else { return object(&[]) };
    let choice = run.choices()[last];
    let label = step_label(run.setup(), run.state_at(last), choice);
    object(&[
        ("choice", string(&choice.to_string())),
        ("actor", string(&label.actor)),
        ("function", string(label.function)),
        ("does", string(&label.does)),
    ])
}

fn file(run: &Run, file: &FileStrata) -> String {
    let inode = &run.state().inodes[usize::from(file.ino)];
    let mut fields = vec![
        ("name", string(&file.name)),
        ("size", inode.size.to_string()),
        ("i_unwritten", inode.i_unwritten.to_string()),
        ("i_dio_count", inode.i_dio_count.to_string()),
    ];
    for row in &file.rows {
        fields.push((row.id, array(row.segments.iter().map(segment))));
    }
    object(&fields)
}

fn segment(segment: &Segment) -> String {
    let mut fields = vec![
        ("lblk", segment.lblk.to_string()),
        ("len", segment.len.to_string()),
        ("says", string(&segment.says)),
    ];
    if let Some(pblk) = segment.pblk {
        fields.push(("pblk", pblk.to_string()));
    }
    object(&fields)
}

fn writes(run: &Run) -> String {
    let rows = pipeline(run.setup(), run.state()).ios;
    array(rows.iter().map(|io| {
        object(&[
            ("name", string(&io.name)),
            ("what", string(&io.what)),
            ("place", string(&io.place)),
            ("acknowledged", (io.ack != crate::view::facts::Ack::No).to_string()),
            ("counted", io.counted.to_string()),
        ])
    }))
}

fn thread(row: &crate::view::panels::ThreadRow) -> String {
    object(&[
        ("name", string(&row.actor.to_string())),
        ("context", string(row.context.word())),
        ("op", string(row.op.as_deref().unwrap_or_default())),
        ("stack", array(row.stack.iter().map(|name| string(name)))),
        ("holds", array(row.holds.iter().map(|name| string(name)))),
        ("waits", string(row.waits.as_deref().unwrap_or_default())),
    ])
}

fn object(fields: &[(&str, String)]) -> String {
    let fields = fields.iter().map(|(name, value)| format!("{}:{value}", string(name)));
    format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
}

fn array(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}

/// An array with one item on each line.
fn lines(items: impl Iterator<Item = String>) -> String {
    format!("[\n{}\n]", items.collect::<Vec<_>>().join(",\n"))
}

/// A set, as ITF writes it.
fn set(items: impl Iterator<Item = String>) -> String {
    format!("{{\"#set\":{}}}", array(items))
}

fn string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(c);
            }
            '\n' => quoted += "\\n",
            c if c.is_control() => {
                // Writing to a string cannot fail.
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Dice, PRESETS};
    use crate::session::Session;

    #[test]
    fn every_run_is_json_with_a_state_for_each_step() {
        for (seed, preset) in (0..).zip(PRESETS) {
            let mut session = Session::new();
            session.load_preset(preset.id);
            let mut dice = Dice::new(seed);
            while let Some(choice) = dice.choose(&session.run().enabled()) {
                session.step(choice).unwrap();
            }
            session.revise();
            let text = session.run_json("https://host/x/");
            let read: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            let states = read["states"].as_array().expect("states");
            assert_eq!(states.len(), session.run().choices().len() + 1, "{}", preset.id);
            for (step, state) in states.iter().enumerate() {
                assert_eq!(state["step"], step);
                assert!(VARIABLES.iter().all(|name| !state[name].is_null()), "{state}");
            }
            assert_eq!(read["#meta"]["script"], session.text());
        }
        assert_eq!(string("a\"\\\n\u{1}"), "\"a\\\"\\\\\\n\\u0001\"");
    }
}
