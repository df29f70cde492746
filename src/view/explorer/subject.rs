//! The subject of the explorer: the script that the page runs and the designs it was run under. The
//! page passes it to the explorer, a separate program, as text.

use core::fmt;

use crate::kernel::{Design, Row};
use crate::scenario::Script;

/// What a person's own script is called.
pub const OWN: &str = "own";

/// A script, the design that it is run under, and the designs that were tried before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// A preset's id, or `own`.
    pub name: String,
    /// The design that is run.
    pub design: Design,
    /// Designs with knobs of their own that were run on the page, in the order in which they were
    /// tried.
    pub tried: Vec<Design>,
    /// How many more there were, which the page no longer keeps.
    pub forgotten: u32,
    /// The script as it stands on the page.
    pub text: String,
    /// What the text says, under the design.
    pub script: Script,
}

impl Subject {
    /// Reads what `Display` wrote.
    ///
    /// # Errors
    /// The first part that cannot be read: the text comes from a page of another version.
    pub fn parse(text: &str) -> Result<Subject, String> {
        let mut parts = text.splitn(5, '\n');
        let mut part = |what: &str| parts.next().ok_or_else(|| format!("expected {what}"));
        let design = |text: &str| {
            Design::parse(text).map_err(|error| format!("`{text}`: expected {}", error.expected))
        };
        let name = part("the script's name")?.into();
        let under = design(part("a design")?)?;
        let tried = part("the designs that were tried")?.split_terminator(';');
        let tried = tried.map(design).collect::<Result<_, _>>()?;
        let forgotten = part("a number of designs")?.parse().map_err(|_| "expected a number")?;
        let text = part("a script")?;
        let mut script = Script::parse(text).map_err(|error| error.to_string())?;
        script.setup.design = under;
        Ok(Subject { name, design: under, tried, forgotten, text: text.into(), script })
    }

    /// The columns that it asks for: the rows of designs, and what was tried beside them.
    pub(in crate::view) fn columns(&self) -> Vec<Design> {
        let mut designs = Row::ALL.map(Row::design).to_vec();
        designs.extend_from_slice(&self.tried);
        if !designs.contains(&self.design) {
            designs.push(self.design);
        }
        designs
    }
}

/// A line each for the name, the design, those that were tried and the number of those forgotten;
/// then the script.
impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}", self.name, self.design)?;
        self.tried.iter().try_for_each(|design| write!(f, "{design};"))?;
        write!(f, "\n{}\n{}", self.forgotten, self.text)
    }
}
