//! The op console: fields and one line of text that always say the same.

use crate::kernel::{Op, Range, Setup, Sync};
use crate::scenario::{OP_WORDS, OpText, parse_op_line};

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
    /// The number of operations that take one: events (0 for all), a size, what to drop.
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
        let OpFields { word, ino, lblk, len, sync, number } = *self;
        let range = Range::new(lblk, len);
        match word {
            "aio_write" | "dio_write" => {
                Op::DioWrite { ino, range, sync, aio: word == "aio_write", nr: 0 }
            }
            "dio_read" => Op::DioRead { ino, range },
            "fallocate" => Op::Fallocate { ino, range },
            "buf_write" => Op::BufWrite { ino, range, sync, nr: 0 },
            "buf_read" => Op::BufRead { ino, range },
            "truncate" => Op::Truncate { ino, size: number },
            "drop_caches" => Op::DropCaches { what: number.clamp(1, 3) },
            "getevents" => Op::Getevents { nr: number },
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
        // A batch has more ranges than the fields.
        let [op] = ops.as_slice() else { return };
        if op.writes() > 1 {
            return;
        }
        let [word, ..] = line.split_whitespace().collect::<Vec<_>>()[..] else { return };
        self.word =
            OP_WORDS.iter().map(|(known, _)| *known).find(|k| *k == word).unwrap_or(self.word);
        self.ino = op.ino();
        if let Some(range) = op.range() {
            (self.lblk, self.len) = (range.lblk, range.len);
        }
        match *op {
            Op::DioWrite { sync, .. } | Op::BufWrite { sync, .. } => self.sync = sync,
            Op::Truncate { size: number, .. }
            | Op::DropCaches { what: number }
            | Op::Getevents { nr: number } => self.number = number,
            Op::DioRead { .. }
            | Op::AioBatch { .. }
            | Op::BufRead { .. }
            | Op::Fsync { .. }
            | Op::Fallocate { .. } => {}
        }
    }

    /// What the operation's number means, if it takes one.
    pub fn number_name(&self) -> Option<&'static str> {
        match self.op() {
            Op::Getevents { .. } => Some("Events"),
            Op::Truncate { .. } => Some("Size in blocks"),
            Op::DropCaches { .. } => Some("What to drop"),
            _ => None,
        }
    }

    /// Whether the operation has a range.
    pub fn has_range(&self) -> bool {
        self.op().range().is_some()
    }

    /// Whether the operation is a write, which can be O_SYNC.
    pub fn has_sync(&self) -> bool {
        matches!(self.op(), Op::DioWrite { .. } | Op::BufWrite { .. })
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
