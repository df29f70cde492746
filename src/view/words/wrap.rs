//! Wraps text to 78 columns, as the kernel's mailing lists prefer.

/// Number of columns of plain text.
pub const COLUMNS_MAX: u32 = 78;

/// Breaks a text at spaces so that lines stay within [`COLUMNS_MAX`]. The first line starts with
/// `first`, the others with the same number of spaces. A word that is longer than a line is not
/// broken.
pub fn wrap(first: &str, text: &str) -> String {
    let indent = first.chars().count();
    let mut lines = String::from(first);
    let mut column = indent;
    for word in text.split_whitespace() {
        let width = word.chars().count();
        if column > indent && column + 1 + width > COLUMNS_MAX as usize {
            lines.push('\n');
            lines.extend(core::iter::repeat_n(' ', indent));
            column = indent;
        } else if column > indent {
            lines.push(' ');
            column += 1;
        }
        lines.push_str(word);
        column += width;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_hang() {
        let text = "word ".repeat(40);
        let wrapped = wrap("  1  ", &text);
        assert!(wrapped.lines().all(|line| line.chars().count() <= COLUMNS_MAX as usize));
        assert!(wrapped.lines().skip(1).all(|line| line.starts_with("     word")));
        assert_eq!(wrapped.split_whitespace().count(), 41);
        assert_eq!(wrap("", ""), "");
    }
}
