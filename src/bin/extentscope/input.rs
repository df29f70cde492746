//! Reads the command's inputs: scripts, designs, choices.

use std::io::Read;

use extentscope::bounds::SCRIPT_BYTES_MAX;
use extentscope::kernel::{Choice, Design};
use extentscope::scenario::{Preset, Scenario, Script};

use super::Wrong;

/// A script and the design to run it under.
pub struct Input {
    /// The script, named after its preset or its file.
    pub scenario: Scenario,
    /// The script's text as it was read.
    pub text: String,
    /// The design given on the command line, otherwise that of the script or of the preset.
    pub design: Design,
}

impl Input {
    /// Reads a file, standard input (`-`), or a preset.
    pub fn read(name: &str, design: Option<&str>) -> Result<Input, Wrong> {
        let (name, text, fallback) = match Preset::find(name) {
            Some(preset) => (preset.id, preset.script.to_string(), Some(preset.design)),
            None => (name, read_text(name)?, None),
        };
        let mut script = Script::parse(&text).map_err(|error| Wrong(format!("{name}: {error}")))?;
        let design = match design.or(fallback) {
            Some(design) => read_design(design)?,
            None => script.setup.design,
        };
        script.setup.design = design;
        let stem = std::path::Path::new(name).file_stem().and_then(|stem| stem.to_str());
        let name = if fallback.is_some() { name } else { stem.unwrap_or(name) };
        Ok(Input { scenario: Scenario { name: name.into(), script }, text, design })
    }
}

/// The text of a file, or of standard input.
pub fn read_text(name: &str) -> Result<String, Wrong> {
    let mut text = String::new();
    // One byte more than the bound is enough to report the error.
    let most = u64::from(SCRIPT_BYTES_MAX) + 1;
    let read = match name {
        "-" => std::io::stdin().lock().take(most).read_to_string(&mut text),
        _ => std::fs::File::open(name).and_then(|file| file.take(most).read_to_string(&mut text)),
    };
    match read {
        Ok(_) => Ok(text),
        Err(error) => Err(Wrong(format!("{name}: {error} (neither a file nor a preset)"))),
    }
}

/// Parses a design from the command line.
pub fn read_design(text: &str) -> Result<Design, Wrong> {
    Design::parse(text).map_err(|error| {
        let before = text.get(..error.offset).unwrap_or(text);
        let word = text.get(error.offset..error.offset + error.len).unwrap_or("");
        let column = before.chars().count() + 1;
        Wrong(format!("design, column {column}: `{word}`, expected {}", error.expected))
    })
}

/// Parses a list of choices, separated by spaces or commas.
pub fn read_choices(text: &str) -> Result<Vec<Choice>, Wrong> {
    let words = text.split([' ', ',', '\n', '\t']).filter(|word| !word.is_empty());
    let choice = |word: &str| {
        word.parse().map_err(|error| {
            let offset = word.as_ptr() as usize - text.as_ptr() as usize;
            let column = text.get(..offset).map_or(0, |before| before.chars().count()) + 1;
            Wrong(format!("choices, column {column}: {error}"))
        })
    };
    words.map(choice).collect()
}
