//! The op console: fields and one line of text that always say the same.

use crate::kernel::{NumberArg, OPS, Op, OpArgs, OpInfo, Range, Ranges, Setup, Sync};
use crate::scenario::{OpText, parse_op_line};

/// The values of the console's fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpFields {
    /// The operation's word, one of [`OPS`](crate::kernel::OPS).
    pub word: &'static str,
    /// The file's number in the script.
    pub ino: u8,
    /// The first logical block.
    pub lblk: u8,
    /// The number of blocks.
    pub len: u8,
    /// O_DSYNC, O_SYNC or neither.
    pub sync: Sync,
    /// The argument of operations that take a number: events (0 for all), a size, what to drop.
    pub number: u8,
}

impl Default for OpFields {
    fn default() -> OpFields {
        OpFields { word: "aio_write", ino: 0, lblk: 0, len: 4, sync: Sync::No, number: 0 }
    }
}

impl OpFields {
    /// The operation that the fields describe.
    pub fn op(&self) -> Op {
        let OpFields { ino, lblk, len, sync, number, .. } = *self;
        let info = self.info();
        // The number may be left from another operation and be out of range for this one.
        let number = match info.number {
            Some(NumberArg { optional: true, .. }) if number == 0 => 0,
            Some(NumberArg { min, max, .. }) => number.clamp(min, max),
            None => 0,
        };
        (info.make)(&OpArgs { ino, range: Range::new(lblk, len), iocbs: None, sync, number })
    }

    /// How the operation is written.
    fn info(&self) -> &'static OpInfo {
        OpInfo::find(self.word).unwrap_or(OPS[0])
    }

    /// The line that says the same.
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
            (self.lblk, self.len) = (range.lblk, range.len);
        }
        if info.sync {
            self.sync = sync;
        }
        if info.number.is_some() {
            self.number = number;
        }
    }

    /// What the operation's number means, if it takes one.
    pub fn number_name(&self) -> Option<&'static str> {
        self.info().number.map(|arg| arg.label)
    }

    /// Whether the operation has a range.
    pub fn has_range(&self) -> bool {
        self.info().ranges != Ranges::None
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
            let fields = OpFields { word, lblk: 2, len: 3, number: 2, ..OpFields::default() };
            let mut read = OpFields { lblk: 2, len: 3, number: 2, ..OpFields::default() };
            read.read(&setup, &fields.line(&setup));
            assert_eq!(read, fields, "{word}");
        }
    }

    #[test]
    fn a_line_that_is_no_operation_leaves_the_fields_alone() {
        let setup = Setup::new(Row::V3_8);
        let mut fields = OpFields::default();
        fields.read(&setup, "aio_writ io=9+9");
        assert_eq!(fields, OpFields::default());
    }
}
