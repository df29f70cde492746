//! The ES trees of a run as lines of the laboratory: the calls on each tree, step by step.

use core::fmt::Write as _;

use crate::bounds::LAB_BYTES_MAX;
use crate::es::{DirtyBit, Status, Version};
use crate::kernel::{Design, Fault, Mapping, Note};
use crate::scenario::{Branches, Link, Run, Script, state_sum};

use super::LabOp;

/// The calls on the ES tree of one file, up to the cursor of the stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageTree {
    /// The name of the file in the script: `a` or `b`.
    pub file: String,
    /// The version whose rules the design uses.
    pub version: Version,
    /// The lines; empty if there were no calls.
    pub text: String,
}

/// The ES trees of all files of a run, which is given as a link.
///
/// # Errors
/// The error of the link, as a sentence. If the run ends in another state than the link says, the
/// page has another version than this code, and the link is refused.
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
    // The run ends at the first choice that the design cannot take, as on the stage.
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

/// Every call on the tree since it was created. With `told`, each step gets a comment.
fn lines(run: &Run, ino: u8, told: bool) -> String {
    let dirty_bit = run.setup().design.knobs.dirty_bit;
    let mut head = String::new();
    if dirty_bit != DirtyBit::No {
        head += &format!("{}\n", LabOp::DirtyBit(dirty_bit));
    }
    let mut text = head.clone();
    for (step, choice) in run.choices().iter().enumerate().take(run.cursor()) {
        let notes = run.notes_of(step);
        if notes.iter().any(|note| matches!(note, Note::PowerCut)) {
            // A power cut drops the tree, so the lines start again with an empty tree.
            text.clone_from(&head);
        }
        let mut calls = String::new();
        for note in notes {
            if let Note::Es { ino: of, op } = note
                && *of == ino
            {
                let _ = writeln!(calls, "{}", LabOp::Es(*op));
            }
        }
        if calls.is_empty() {
            continue;
        }
        if told {
            let _ = writeln!(text, "# step {}: {choice}", step + 1);
        }
        text += &match Fault::Nomem.is_in(notes) {
            true => format!("{}\n{calls}{}\n", LabOp::fail_all(), LabOp::fail_none()),
            false => calls,
        };
    }
    match text == head {
        true => String::new(),
        false => text + &pending(run, ino),
    }
}

/// The blocks that the stage marks as pending, which the ES tree itself does not record: it says
/// written, and the disk tree does not.
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
