//! A run that the explorer opens on the page.

use crate::kernel::{Choice, Design};
use crate::scenario::{Link, Preset};
use crate::view::panels::NO_RETURN;

/// A run to replay on the stage, with the notice about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// The script as text.
    pub script: String,
    /// The preset's id, if the script is a preset.
    pub preset: Option<&'static str>,
    /// The design under which the run was found.
    pub design: Design,
    /// The second design, if two are compared.
    pub beside: Option<Design>,
    /// The choices of the run.
    pub choices: Vec<Choice>,
    /// A sentence about what the run shows.
    pub notice: String,
    /// The point of no return, if it is known.
    pub no_return: Option<u32>,
}

impl Witness {
    /// The run as a link, for [`Session::open_witness`].
    ///
    /// [`Session::open_witness`]: crate::session::Session::open_witness
    pub fn link(&self) -> String {
        let link = Link {
            design: self.design.to_string(),
            beside: self.beside.map_or(String::new(), |design| design.to_string()),
            preset: self.preset.and_then(Preset::find),
            script: self.script.clone(),
            choices: self.choices.clone(),
            view: self.no_return.map_or(String::new(), |step| format!("{NO_RETURN}{step}")),
            ..Link::default()
        };
        link.write()
    }
}

/// A run of a scenario under a design. `text` is the script if `name` is not a preset.
pub(super) fn witness_of(
    name: &str,
    text: &str,
    design: &Design,
    run: &[Choice],
    notice: String,
) -> Witness {
    let preset = Preset::find(name);
    Witness {
        script: preset.map_or(text, |preset| preset.script).into(),
        preset: preset.map(|preset| preset.id),
        design: *design,
        choices: run.to_vec(),
        notice,
        beside: None,
        no_return: None,
    }
}
