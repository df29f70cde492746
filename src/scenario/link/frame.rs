//! How the page shows a run, in a link.

use super::packed::{head, push};

/// How the page shows a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// Presenter mode, with large text: `present=1`.
    pub present: bool,
    /// Embedded in another page, read-only: `embed=1`.
    pub embed: bool,
    /// The chosen theme's index in [`THEMES`]; 0 follows the system.
    pub theme: u8,
}

/// The themes by name; the first one follows the system.
pub const THEMES: [&str; 4] = ["auto", "light", "dark", "projector"];

impl Frame {
    /// The fields of a link, each with a semicolon before it.
    pub fn fields(&self) -> String {
        let mut text = String::new();
        if self.present {
            push(&mut text, "present", "1");
        }
        if self.embed {
            push(&mut text, "embed", "1");
        }
        if let Some(theme) = THEMES.get(usize::from(self.theme)).filter(|_| self.theme > 0) {
            push(&mut text, "theme", theme);
        }
        text
    }

    /// Takes a field of a link, or of an address's query. `None` if the key is unknown.
    ///
    /// # Errors
    /// The value is not valid for the key.
    pub fn take(&mut self, key: &str, value: &str) -> Option<Result<(), String>> {
        let on = || match value {
            "1" => Ok(true),
            "0" => Ok(false),
            _ => Err(format!("`{key}={}`, expected {key}=1", head(value))),
        };
        let taken = match key {
            "present" => on().map(|on| self.present = on),
            "embed" => on().map(|on| self.embed = on),
            "theme" => match THEMES.iter().position(|theme| *theme == value) {
                Some(at) => {
                    self.theme = at as u8;
                    Ok(())
                }
                None => Err(format!(
                    "there is no theme `{}`: expected {}",
                    head(value),
                    THEMES.join(", ")
                )),
            },
            _ => return None,
        };
        Some(taken)
    }
}
