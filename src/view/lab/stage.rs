//! The trees of a run as lines of the laboratory: the calls on each tree, step by step.

use core::fmt::Write as _;

use crate::bounds::LAB_BYTES_MAX;
use crate::es::{DirtyBit, Status, Version};
use crate::kernel::{Design, Fault, Mapping, Note};
use crate::scenario::{Branches, Link, Run, Script, state_sum};

use super::LabOp;

/// The calls on the tree of one file, up to where the stage stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageTree {
    /// The file's name.
    pub file: String,
    /// The version whose rules the design uses.
    pub version: Version,
    /// The lines; empty if nothing was called.
    pub text: String,
}

/// The trees of all files of a run, which comes as the link that holds it.
///
/// # Errors
/// What is wrong with the link, as a sentence. A run that ends in another state than the link says
/// is refused: the page is then of another version than this code.
pub fn stage_trees(link: &str) -> Result<Vec<StageTree>, String> {
    let run = open(link)?;
    let files = (0..).zip(&run.setup().files);
    Ok(files.map(|(ino, file)| tree_of(&run, ino, file.name.clone())).collect())
}

fn open(link: &str) -> Result<Run, String> {
    let (link, wrong) = Link::read(link);
    if let Some(first) = wrong.into_iter().next() {
        return Err(first);
    }
    let mut setup = Script::parse(&link.script).map_err(|error| error.to_string())?.setup;
    if !link.design.is_empty() {
        setup.design = Design::parse(&link.design)
            .map_err(|error| format!("its design cannot be read: expected {}", error.expected))?;
    }
    // Choices that the design cannot take end the run, on the stage as here.
    let mut run = match Branches::restore(setup.clone(), link.branches, link.current) {
        Some((branches, _)) => branches.run().clone(),
        None => Run::replay(setup, &link.choices).0,
    };
    let end = run.choices().len();
    let sum = state_sum(run.setup(), run.state_at(end));
    if link.end.is_some_and(|it| it != sum) {
        return Err("the page and the laboratory have different versions: reload the page".into());
    }
    run.seek(link.cursor.map_or(end, |cursor| cursor as usize));
    Ok(run)
}

fn tree_of(run: &Run, ino: u8, file: String) -> StageTree {
    let knobs = run.setup().design.knobs;
    let mut text = lines(run, ino, true);
    if text.len() > LAB_BYTES_MAX as usize {
        text = lines(run, ino, false);
    }
    StageTree { file, version: knobs.es_version, text }
}

/// Every call on the tree since it was made; `told` has a comment for each step.
fn lines(run: &Run, ino: u8, told: bool) -> String {
    let dirty_bit = run.setup().design.knobs.dirty_bit;
    let mut head = String::new();
    if dirty_bit != DirtyBit::No {
        head += &format!("{}\n", LabOp::DirtyBit(dirty_bit));
    }
    let mut text = head.clone();
    for (step, choice) in run.choices().iter().enumerate().take(run.cursor()) {
        let notes = run.notes_of(step);
        if notes.contains(&Note::PowerCut) {
            // What comes up after it begins with an empty tree.
            text.clone_from(&head);
        }
        let mut calls = String::new();
        for note in notes {
            match note {
                Note::Es { ino: of, op } if *of == ino => {
                    let _ = writeln!(calls, "{}", LabOp::Es(*op));
                }
                _ => {}
            }
        }
        if calls.is_empty() {
            continue;
        }
        if told {
            let _ = writeln!(text, "# step {}: {choice}", step + 1);
        }
        text += &match notes.contains(&Note::Failed(Fault::Nomem)) {
            true => format!("{}\n{calls}{}\n", LabOp::fail_all(), LabOp::fail_none()),
            false => calls,
        };
    }
    match text == head {
        true => String::new(),
        false => text + &pending(run, ino),
    }
}

/// What the tree of the stage marks as pending, and the ES tree itself does not know: blocks that
/// it calls written and the disk does not.
fn pending(run: &Run, ino: u8) -> String {
    let inode = &run.state().inodes[usize::from(ino)];
    let written = inode.es.iter().filter(|it| it.status.any(Status::WRITTEN));
    let is_behind =
        |block: &u32| matches!(inode.disk.get(*block as usize), Some(Mapping::Unwritten(_)));
    let blocks: Vec<String> = written
        .flat_map(|it| it.lblk..it.lblk.saturating_add(it.len).min(inode.disk.len() as u32))
        .filter(is_behind)
        .map(|it| it.to_string())
        .collect();
    match blocks.is_empty() {
        true => String::new(),
        false => format!("# not converted on disk yet: {}\n", blocks.join(" ")),
    }
}
