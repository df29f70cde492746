//! Output that is safe for a terminal: scripts, traces and file names come from other people.

use std::io::{self, Write};

use extentscope::scenario::is_obeyed;

/// A writer that escapes control characters (`\\u{1b}`), except line breaks.
pub struct Plain<W>(pub W);

impl<W: Write> Write for Plain<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_all(plain(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A text with its control characters escaped.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => plain.push(c),
            c if is_obeyed(c) => plain.extend(c.escape_default()),
            c => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_is_left() {
        assert_eq!(
            plain("a\u{1b}[31mb\u{9b}0m\r\n\tc\u{7f}\u{202e}"),
            "a\\u{1b}[31mb\\u{9b}0m\\r\n\tc\\u{7f}\\u{202e}"
        );
        let mut out = Vec::new();
        write!(Plain(&mut out), "{}\u{7}", "é").expect("a Vec takes it");
        assert_eq!(out, "é\\u{7}".as_bytes());
    }
}
