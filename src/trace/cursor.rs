//! A position in a line of bytes. The parsers of this module read with it.

/// The unread rest of a line. A read method advances only if it succeeds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Cursor<'a> {
        Cursor { rest: bytes }
    }

    /// The bytes that have not been read.
    #[inline]
    pub(super) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// True at the end of the line, ignoring blanks.
    pub(super) fn is_done(&self) -> bool {
        self.rest.iter().all(|byte| *byte == b' ')
    }

    /// Reads exactly the given bytes.
    #[inline]
    pub(super) fn tag(&mut self, tag: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(tag)?;
        Some(())
    }

    /// Reads the given byte; `None` if another one follows, or none.
    #[inline]
    pub(super) fn byte(&mut self, byte: u8) -> Option<()> {
        match self.rest.split_first() {
            Some((first, rest)) if *first == byte => {
                self.rest = rest;
                Some(())
            }
            _ => None,
        }
    }

    /// Skips all blanks.
    #[inline]
    pub(super) fn blanks(&mut self) {
        while let [b' ', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    /// Reads a decimal number. Returns `None` if it does not fit into 64 bits.
    #[inline]
    pub(super) fn number(&mut self) -> Option<u64> {
        let mut value: u64 = 0;
        let mut at = 0;
        while let Some(digit) = self.rest.get(at).map(|byte| byte.wrapping_sub(b'0'))
            && digit < 10
        {
            // Nineteen digits always fit; only longer numbers need an overflow check.
            value = if at < 19 {
                value * 10 + u64::from(digit)
            } else {
                value.checked_mul(10)?.checked_add(u64::from(digit))?
            };
            at += 1;
        }
        if at == 0 {
            return None;
        }
        self.rest = &self.rest[at..];
        Some(value)
    }

    /// Reads a decimal number of 32 bits.
    #[inline]
    pub(super) fn number32(&mut self) -> Option<u32> {
        let mut ahead = *self;
        let value = u32::try_from(ahead.number()?).ok()?;
        *self = ahead;
        Some(value)
    }

    /// Reads a decimal number with an optional sign.
    pub(super) fn signed(&mut self) -> Option<i64> {
        let mut ahead = *self;
        let minus = ahead.byte(b'-').is_some();
        let value = i64::try_from(ahead.number()?).ok()?;
        *self = ahead;
        Some(if minus { -value } else { value })
    }

    /// Reads a hexadecimal number without `0x`.
    pub(super) fn hex(&mut self) -> Option<u64> {
        let digit = |byte: &u8| (*byte as char).to_digit(16);
        let digits = self.rest.iter().take_while(|byte| digit(byte).is_some()).count();
        if digits == 0 || digits > 16 {
            return None;
        }
        let (read, rest) = self.rest.split_at(digits);
        self.rest = rest;
        Some(read.iter().filter_map(digit).fold(0, |value, digit| value << 4 | u64::from(digit)))
    }

    /// Reads up to a byte, which is not read, or to the end.
    #[inline]
    pub(super) fn until(&mut self, stop: u8) -> &'a [u8] {
        let len = self.rest.iter().position(|byte| *byte == stop).unwrap_or(self.rest.len());
        let (read, rest) = self.rest.split_at(len);
        self.rest = rest;
        read
    }
}
