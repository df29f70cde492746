//! Designs: every design that was proposed in the thread or merged, as a set of knob values.
//!
//! A row is a named set of knobs. A variant is a row's name followed by the knobs that differ from
//! it (`rfc-osync +decrement=after_sync`); the parser reads it back.

use core::fmt;

use super::knob_table::{KNOBS, KnobInfo};
use super::knobs::Knobs;
use super::row::Row;

/// A design: a named row, or a row with changed knobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Design {
    /// The row that this design is, or is derived from.
    pub row: Row,
    /// The values of all knobs.
    pub knobs: Knobs,
}

impl Row {
    /// The row as a design without changed knobs.
    pub const fn design(self) -> Design {
        Design { row: self, knobs: self.knobs() }
    }
}

/// The error of a text that is not a design. Offsets are bytes from the start of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesignError {
    /// Start of the offending word.
    pub offset: usize,
    /// Bytes of the offending word.
    pub len: usize,
    /// The expected text at that place.
    pub expected: String,
}

impl Design {
    /// Reads `row [+knob=value …]`; `+knob` alone turns a yes/no knob on.
    pub fn parse(text: &str) -> Result<Design, DesignError> {
        let design = Design::read(text)?;
        if let Some(reason) = design.knobs.contradiction() {
            let first = text.split_whitespace().next().unwrap_or("");
            return Err(DesignError {
                offset: offset_in(text, first),
                len: text.trim().len(),
                expected: format!("knobs that fit together: {reason}"),
            });
        }
        Ok(design)
    }

    /// The same for knobs that may exclude each other.
    pub fn read(text: &str) -> Result<Design, DesignError> {
        let word_error = |word: &str, expected: String| DesignError {
            offset: word.as_ptr() as usize - text.as_ptr() as usize,
            len: word.len(),
            expected,
        };
        let mut words = text.split_whitespace();
        let first = words.next().unwrap_or("");
        let ids = || list(Row::ALL.iter().map(|r| r.id()));
        let row = Row::ALL.into_iter().find(|r| r.id() == first).ok_or_else(|| DesignError {
            offset: if first.is_empty() { text.len() } else { offset_in(text, first) },
            len: first.len(),
            expected: format!("a design: {}", ids()),
        })?;
        let mut design = row.design();
        for word in words {
            let Some(knob) = word.strip_prefix('+') else {
                return Err(word_error(word, "a knob, as in +decrement=after_sync".into()));
            };
            let (id, value) = knob.split_once('=').unwrap_or((knob, "yes"));
            let Some(info) = KNOBS.iter().find(|k| k.id == id) else {
                let known = list(KNOBS.iter().map(|k| k.id));
                return Err(word_error(word, format!("one of the knobs {known}")));
            };
            let Some(i) = info.values.iter().position(|v| *v == value) else {
                let known = list(info.values.iter().copied());
                return Err(word_error(word, format!("{id}= one of {known}")));
            };
            (info.set)(&mut design.knobs, i);
        }
        Ok(design)
    }

    /// The knobs that differ from the row, as `(knob, value)`.
    pub fn differences(&self) -> impl Iterator<Item = (&'static KnobInfo, &'static str)> + '_ {
        let row = self.row.knobs();
        KNOBS.iter().filter_map(move |k| {
            let here = (k.get)(&self.knobs);
            (here != (k.get)(&row)).then(|| (k, k.values[here]))
        })
    }
}

impl fmt::Display for Design {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row.id())?;
        for (knob, value) in self.differences() {
            if value == "yes" {
                write!(f, " +{}", knob.id)?;
            } else {
                write!(f, " +{}={value}", knob.id)?;
            }
        }
        Ok(())
    }
}

/// Formats items as `a, b and c`.
fn list<'a>(items: impl Iterator<Item = &'a str>) -> String {
    let items: Vec<&str> = items.collect();
    match items.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => items.concat(),
    }
}

/// The offset of `part`, a slice of `text`.
fn offset_in(text: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize)
}
