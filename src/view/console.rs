//! The op console: fields and one line of text that always say the same.

use crate::kernel::{Op, Range, Setup, Sync};
use crate::scenario::{OpText, parse_op_line};

/// What the console's fields hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpFields {
    /// The operation's word, one of `OP_WORDS`.
    pub word: &'static str,
    /// The file.
    pub ino: u8,
    /// First block.
    pub lblk: u8,
    /// Blocks.
    pub len: u8,
    /// O_DSYNC, O_SYNC or neither.
    pub sync: Sync,
    /// Events that `getevents` waits for; 0 for all.
    pub events: u8,
}

impl Default for OpFields {
    fn default() -> OpFields {
        OpFields { word: "aio_write", ino: 0, lblk: 0, len: 4, sync: Sync::No, events: 0 }
    }
}

impl OpFields {
    /// The operation that the fields describe.
    pub fn op(&self) -> Op {
        let OpFields { word, ino, lblk, len, sync, events } = *self;
        let range = Range::new(lblk, len);
        match word {
            "aio_write" | "dio_write" => {
                Op::DioWrite { ino, range, sync, aio: word == "aio_write", nr: 0 }
            }
            "dio_read" => Op::DioRead { ino, range },
            "fallocate" => Op::Fallocate { ino, range },
            "getevents" => Op::Getevents { nr: events },
            _ => Op::Fsync { ino, datasync: word == "fdatasync" },
        }
    }

    /// The line that says the same.
    pub fn line(&self, setup: &Setup) -> String {
        OpText { op: self.op(), files: &setup.files }.to_string()
    }

    /// Takes over what a typed line says, if it is one operation; fields that the operation does
    /// not have keep their values.
    pub fn read(&mut self, setup: &Setup, line: &str) {
        let Ok(ops) = parse_op_line(setup, line) else { return };
        let [op] = ops.as_slice() else { return };
        match *op {
            Op::DioWrite { ino, range, sync, aio, .. } => {
                let word = if aio { "aio_write" } else { "dio_write" };
                *self = OpFields { word, ino, lblk: range.lblk, len: range.len, sync, ..*self };
            }
            Op::DioRead { ino, range } => {
                *self =
                    OpFields { word: "dio_read", ino, lblk: range.lblk, len: range.len, ..*self };
            }
            Op::Fallocate { ino, range } => {
                *self =
                    OpFields { word: "fallocate", ino, lblk: range.lblk, len: range.len, ..*self };
            }
            Op::Fsync { ino, datasync } => {
                self.ino = ino;
                self.word = if datasync { "fdatasync" } else { "fsync" };
            }
            Op::Getevents { nr } => {
                self.word = "getevents";
                self.events = nr;
            }
        }
    }

    /// Whether the operation has a range.
    pub fn has_range(&self) -> bool {
        !matches!(self.op(), Op::Fsync { .. } | Op::Getevents { .. })
    }

    /// Whether the operation is a write, which can be O_SYNC.
    pub fn has_sync(&self) -> bool {
        matches!(self.op(), Op::DioWrite { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::OpFields;
    use crate::kernel::{Row, Setup};
    use crate::scenario::OP_WORDS;

    #[test]
    fn fields_and_line_say_the_same() {
        let setup = Setup::new(Row::V3_8);
        for (word, _) in OP_WORDS {
            let fields = OpFields { word, lblk: 2, len: 3, events: 2, ..OpFields::default() };
            let mut read = OpFields { lblk: 2, len: 3, events: 2, ..OpFields::default() };
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
