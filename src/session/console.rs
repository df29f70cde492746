//! The op console: input fields and one line of text with the same meaning.

use crate::kernel::{NumberArg, OPS, Op, OpArgs, OpInfo, Range, Ranges, Setup, Sync};
use crate::scenario::{OpText, parse_op_line};

/// The values of the console's fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpFields {
    /// The operation's word, one of [`OPS`](crate::kernel::OPS).
    pub word: &'static str,
    /// The file's number in the script.
    pub ino: u8,
    /// The start of the range, in half blocks.
    pub first: u8,
    /// The length of the range, in half blocks.
    pub count: u8,
    /// O_DSYNC, O_SYNC or neither.
    pub sync: Sync,
    /// The argument of operations that take a number: events (0 for all), a size, what to drop.
    pub number: u8,
}

impl Default for OpFields {
    fn default() -> OpFields {
        OpFields { word: "aio_write", ino: 0, first: 0, count: 8, sync: Sync::No, number: 0 }
    }
}

impl OpFields {
    /// The operation that the fields describe.
    pub fn op(&self) -> Op {
        let OpFields { ino, first, count, sync, number, .. } = *self;
        let info = self.info();
        // Halves may be left from another operation.
        let range = match info.halves {
            true => Range::of_halves(first, count.max(1)),
            false => Range::new(first / 2, count.div_ceil(2)),
        };
        // The number may be left from another operation and be out of range for this one.
        let number = match info.number {
            Some(NumberArg { optional: true, .. }) if number == 0 => 0,
            Some(NumberArg { min, max, .. }) => number.clamp(min, max),
            None => 0,
        };
        (info.make)(&OpArgs { ino, range, iocbs: None, sync, number })
    }

    /// The table entry of the operation.
    fn info(&self) -> &'static OpInfo {
        OpInfo::find(self.word).unwrap_or(OPS[0])
    }

    /// The line with the same meaning as the fields.
    pub fn line(&self, setup: &Setup) -> String {
        OpText { op: self.op(), files: &setup.files }.to_string()
    }

    /// Reads a typed line into the fields, if it is one operation. Fields that the operation does
    /// not have keep their values.
    pub fn read(&mut self, setup: &Setup, line: &str) {
        let Ok(op) = parse_op_line(setup, line) else { return };
        // A batch has more ranges than the fields.
        if op.writes() > 1 {
            return;
        }
        let info = op.info();
        let OpArgs { ino, range, sync, number, .. } = op.args();
        (self.word, self.ino) = (info.word, ino);
        if info.ranges != Ranges::None {
            (self.first, self.count) = (range.first_half(), range.halves());
        }
        if info.sync {
            self.sync = sync;
        }
        if info.number.is_some() {
            self.number = number;
        }
    }

    /// The meaning of the operation's number, if it takes one.
    pub fn number_name(&self) -> Option<&'static str> {
        self.info().number.map(|arg| arg.label)
    }

    /// Whether the operation has a range.
    pub fn has_range(&self) -> bool {
        self.info().ranges != Ranges::None
    }

    /// Whether the range may begin or end in the middle of a block.
    pub fn has_halves(&self) -> bool {
        self.info().halves
    }

    /// A number of half blocks as a field shows it: `1.5` for 3.
    pub fn blocks_text(halves: u8) -> String {
        format!("{}{}", halves / 2, if halves % 2 == 1 { ".5" } else { "" })
    }

    /// The half blocks of a field's text; `None` for anything else than whole and half blocks.
    pub fn blocks_of(text: &str) -> Option<u8> {
        let (whole, half) = match text.trim().split_once('.') {
            Some((whole, "5")) => (whole, 1),
            Some((whole, "0" | "")) => (whole, 0),
            Some(_) => return None,
            None => (text.trim(), 0),
        };
        let whole: u8 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        whole.checked_mul(2)?.checked_add(half)
    }

    /// Whether the operation can be O_SYNC.
    pub fn has_sync(&self) -> bool {
        self.info().sync
    }
}

#[cfg(test)]
mod tests {
    use super::OpFields;
    use crate::kernel::{OPS, Row, Setup};

    #[test]
    fn fields_and_line_say_the_same() {
        let setup = Setup::new(Row::V3_8);
        for word in OPS.map(|info| info.word) {
            let fields = OpFields { word, first: 4, count: 6, number: 2, ..OpFields::default() };
            let mut read = OpFields { first: 4, count: 6, number: 2, ..OpFields::default() };
            read.read(&setup, &fields.line(&setup));
            assert_eq!(read, fields, "{word}");
        }
    }

    #[test]
    fn a_direct_write_may_have_halves_and_others_round_them() {
        let setup = Setup::new(Row::V3_8);
        let halves = OpFields { word: "dio_write", first: 1, count: 2, ..OpFields::default() };
        assert_eq!(halves.line(&setup), "dio_write 0.5 1");
        let mut read = OpFields::default();
        read.read(&setup, "dio_write 0.5 1");
        assert_eq!(read, halves);
        assert_eq!(OpFields { word: "buf_read", ..halves }.line(&setup), "buf_read 0 1");
        for (text, blocks) in [("0.5", Some(1)), ("2", Some(4)), (" 3.0", Some(6)), (".5", Some(1))]
        {
            assert_eq!(OpFields::blocks_of(text), blocks, "{text}");
        }
        for text in ["0.25", "-1", "x", "200", "1.5.5"] {
            assert_eq!(OpFields::blocks_of(text), None, "{text}");
        }
        assert_eq!(OpFields::blocks_text(3), "1.5");
    }

    #[test]
    fn a_line_that_is_no_operation_leaves_the_fields_alone() {
        let setup = Setup::new(Row::V3_8);
        let mut fields = OpFields::default();
        fields.read(&setup, "aio_writ io=9+9");
        assert_eq!(fields, OpFields::default());
    }
}
