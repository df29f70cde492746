//! Bytes as a stream of decisions. After its end come zeros.

/// The rest of the input.
pub struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    /// A stream of all bytes.
    pub fn new(data: &'a [u8]) -> Self {
        Bytes(data)
    }

    /// Whether the input is used up.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next byte of the input; 0 after its end.
    pub fn next(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// A number below `n`; `n` is at most 256.
    pub fn below(&mut self, n: usize) -> usize {
        usize::from(self.next()) % n
    }

    /// One item of a list that has at least one.
    pub fn pick<'b, T>(&mut self, some: &'b [T]) -> &'b T {
        &some[self.below(some.len())]
    }

    /// A position in a list of this length, which may be larger than 256.
    pub fn position(&mut self, len: usize) -> usize {
        let wide = usize::from(self.next()) * 256 + usize::from(self.next());
        wide % len.max(1)
    }

    /// The rest as text. It is taken either as it is or, which gives valid text more often, with
    /// each byte selecting a word.
    pub fn text(&mut self, words: &[&str]) -> String {
        let is_raw = self.next() == 0;
        let rest = core::mem::take(&mut self.0);
        match is_raw {
            true => String::from_utf8_lossy(rest).into_owned(),
            false => rest.iter().map(|byte| words[usize::from(*byte) % words.len()]).collect(),
        }
    }
}
