//! The subject that the page passes to the explorer.

use crate::view::{OWN, Subject};

use super::page::Session;
use super::script::Preselect;

impl Session {
    /// The script in a few words: its preset, or that it is the reader's own.
    pub fn scenario_name(&self) -> String {
        match self.preselect() {
            Preselect::Preset(id) => id.into(),
            Preselect::Changed(id) => format!("{id}, changed,"),
            Preselect::Own => OWN.into(),
        }
    }

    /// The script and design that are run, for the explorer.
    pub fn subject(&self) -> Subject {
        let name = match self.preselect() {
            Preselect::Preset(id) => id,
            Preselect::Changed(_) | Preselect::Own => OWN,
        };
        let (tried, forgotten) = self.tried();
        Subject {
            name: name.into(),
            design: self.design(),
            tried: tried.to_vec(),
            forgotten,
            text: self.text().into(),
            script: self.script().clone(),
        }
    }
}
