//! The subject of the inspector.

use core::fmt;

use crate::view::facts::Object;

/// The subject of the inspector. Links store it as a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// The changes of the last step.
    Changes,
    /// The fields and the history of an object.
    Object(Object),
}

impl fmt::Display for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Look::Changes => f.write_str("changes"),
            Look::Object(object) => object.fmt(f),
        }
    }
}

impl Look {
    /// Reads the word of a link; `None` if it is unknown.
    pub fn parse(text: &str) -> Option<Look> {
        if text == "changes" { Some(Look::Changes) } else { Object::parse(text).map(Look::Object) }
    }
}
