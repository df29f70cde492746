//! The bytes of a trace, plain or gzipped.

use std::borrow::Cow;
use std::io::Read as _;

use crate::bounds::TRACE_BYTES_MAX;

/// The reason why bytes are not the text of a trace.
#[allow(missing_docs, reason = "the variant says what its fields are")]
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum UnpackError {
    /// There are no bytes.
    Empty,
    /// The unpacked text is longer than [`TRACE_BYTES_MAX`].
    TooLong,
    /// The gzip data is damaged or cut off.
    Gzip { said: String },
    /// The bytes are not text.
    Binary { offset: u64 },
}

impl core::fmt::Display for UnpackError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            UnpackError::Empty => f.write_str("the file is empty: expected ftrace's text"),
            UnpackError::TooLong => write!(
                f,
                "the trace has more than {} MB (TRACE_BYTES_MAX): cut it, or filter it by inode",
                TRACE_BYTES_MAX >> 20
            ),
            UnpackError::Gzip { said } => {
                write!(f, "the gzip data cannot be unpacked ({said}): is the file whole?")
            }
            UnpackError::Binary { offset } => write!(
                f,
                "byte {offset} is not text: expected what `cat trace` or `trace-cmd report` prints \
                 (trace.dat and perf.data are binary)"
            ),
        }
    }
}

impl core::error::Error for UnpackError {}

/// The text of a trace, unpacked if it is gzipped, and checked to be text.
///
/// # Errors
/// No bytes, too many bytes, damaged gzip data, or bytes that are not text.
pub fn unpack(bytes: &[u8]) -> Result<Cow<'_, [u8]>, UnpackError> {
    let text = if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut text = Vec::new();
        // One byte more than the bound is enough to see that there is more.
        let limit = u64::from(TRACE_BYTES_MAX) + 1;
        let mut decoder = flate2::read::MultiGzDecoder::new(bytes).take(limit);
        let read = decoder.read_to_end(&mut text);
        read.map_err(|error| UnpackError::Gzip { said: error.to_string() })?;
        Cow::Owned(text)
    } else {
        Cow::Borrowed(bytes)
    };
    if text.is_empty() {
        return Err(UnpackError::Empty);
    }
    if text.len() > TRACE_BYTES_MAX as usize {
        return Err(UnpackError::TooLong);
    }
    // A text has no byte of value 0; a binary file has one near its start.
    match text.iter().take(BINARY_SEEN_WITHIN).position(|byte| *byte == 0) {
        Some(offset) => Err(UnpackError::Binary { offset: offset as u64 }),
        None => Ok(text),
    }
}

const BINARY_SEEN_WITHIN: usize = 64 * 1024;
