//! Errors in a script.

use core::fmt;

use crate::bounds::WORD_SHOWN;

/// The place of an error in a script, and the text that was expected there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptError {
    /// The line, counted from 1.
    pub line: u32,
    /// The column in characters, counted from 1.
    pub column: u32,
    /// The wrong word; empty at the end of a line.
    pub word: String,
    /// The problem, if it is not a wrong or a missing word.
    pub problem: Option<String>,
    /// The text that was expected there.
    pub expected: String,
    /// A known word that is similar to the wrong one.
    pub suggestion: Option<&'static str>,
}

impl ScriptError {
    /// The text at that place, and the text that was expected.
    pub fn message(&self) -> String {
        let ScriptError { word, problem, expected, suggestion, .. } = self;
        let found = match (problem, word.as_str()) {
            (Some(problem), _) => problem.clone(),
            (None, "") => "the line ends here".into(),
            (None, word) => {
                let end = word.char_indices().nth(WORD_SHOWN).map_or(word.len(), |(at, _)| at);
                format!("`{}`{}", &word[..end], if end < word.len() { "…" } else { "" })
            }
        };
        let near = suggestion.map_or(String::new(), |near| format!(" (did you mean {near}?)"));
        format!("{found}, expected {expected}{near}")
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message())
    }
}

/// Whether a terminal obeys a character or lets it turn the text around it: a control character,
/// or one that embeds, overrides or isolates a direction.
pub fn is_obeyed(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The known word that is most similar to an unknown one, if one is similar enough.
pub(crate) fn nearest(
    word: &str,
    known: impl IntoIterator<Item = &'static str>,
) -> Option<&'static str> {
    let word = word.to_ascii_lowercase();
    let (distance, best) =
        known.into_iter().map(|k| (edit_distance(&word, &k.to_ascii_lowercase()), k)).min()?;
    (distance <= 1 + best.len() / 3).then_some(best)
}

/// Number of insertions, deletions and replacements that turn one word into another.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}
