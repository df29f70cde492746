//! Finds recorded traces on the command line's paths, and reads the files beside them.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use extentscope::bounds::TRACE_BYTES_MAX;
use extentscope::trace::{Folder, OpRecord, Release, UnpackError, unpack, what_is_wrong};

use super::Wrong;

/// The arguments that name traces and their kernel.
#[derive(Args)]
pub struct TraceArguments {
    /// Traces, or folders with traces: `trace*.txt`, plain or `.gz`. The files `kernel.txt` and
    /// `ops.jsonl` beside a trace are read too.
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// The kernel that made the traces, such as 6.1 or 5.4.0; the default is that of `kernel.txt`,
    /// or follows from the spelling of the events.
    #[arg(long)]
    pub kernel: Option<String>,
}

/// A trace with the contents of the files beside it.
pub struct Case {
    /// The trace's bytes as stored on disk.
    pub bytes: Vec<u8>,
    /// The kernel, the mount and the file.
    pub folder: Folder,
    /// The recorded operations, if `ops.jsonl` exists.
    pub ops: Option<Vec<OpRecord>>,
}

impl TraceArguments {
    /// The files of all traces, sorted within each path. A folder gives one trace.
    pub fn files(&self, preferred: &[&str]) -> Result<Vec<PathBuf>, Wrong> {
        let mut files = Vec::new();
        for path in &self.paths {
            let before = files.len();
            collect(path, preferred, &mut files)?;
            if files.len() == before {
                let names = preferred.join(", ");
                return Err(Wrong(format!(
                    "{}: no trace in this folder: expected a file {names}, plain or .gz",
                    path.display()
                )));
            }
        }
        Ok(files)
    }

    /// Reads a trace and the files beside it.
    pub fn case(&self, path: &Path) -> Result<Case, Wrong> {
        let bytes = read(path)?;
        let beside = path.parent().unwrap_or(Path::new("."));
        let mut folder = match text_beside(beside, "kernel.txt")? {
            Some(text) => Folder::parse(&String::from_utf8_lossy(&text)),
            None => Folder::default(),
        };
        if let Some(kernel) = &self.kernel {
            let release = Release::parse(kernel).ok_or_else(|| {
                Wrong(format!("--kernel {kernel}: expected a release, as in 6.1 or 5.4.0"))
            })?;
            folder.release = Some(release);
        }
        let ops = match text_beside(beside, "ops.jsonl")? {
            Some(text) => Some(
                OpRecord::parse_all(&text)
                    .map_err(|error| Wrong(format!("{}: {error}", beside.display())))?,
            ),
            None => None,
        };
        Ok(Case { bytes, folder, ops })
    }
}

impl Case {
    /// The unpacked text of the trace, if it is a trace of extent status trees. The error is a
    /// sentence about the trace itself.
    pub fn text(&self, path: &Path) -> Result<Cow<'_, [u8]>, Wrong> {
        let wrong = |said: String| Wrong(format!("{}: {said}", path.display()));
        let text = unpack(&self.bytes).map_err(|error| wrong(error.to_string()))?;
        match what_is_wrong(&text, &self.folder) {
            Some(error) => Err(wrong(error.to_string())),
            None => Ok(text),
        }
    }
}

fn collect(path: &Path, preferred: &[&str], files: &mut Vec<PathBuf>) -> Result<(), Wrong> {
    let wrong = |error: std::io::Error| Wrong(format!("{}: {error}", path.display()));
    if !fs::metadata(path).map_err(wrong)?.is_dir() {
        files.push(path.into());
        return Ok(());
    }
    let entries: Result<Vec<_>, _> = fs::read_dir(path).map_err(wrong)?.collect();
    let mut entries: Vec<PathBuf> =
        entries.map_err(wrong)?.iter().map(fs::DirEntry::path).collect();
    entries.sort();
    let named = |name: &str| {
        let is = |path: &&PathBuf| {
            let file = path.file_name().and_then(|file| file.to_str()).unwrap_or("");
            file == name || file.strip_suffix(".gz") == Some(name)
        };
        entries.iter().find(is)
    };
    files.extend(preferred.iter().find_map(|name| named(name)).cloned());
    for folder in entries.iter().filter(|path| path.is_dir()) {
        collect(folder, preferred, files)?;
    }
    Ok(())
}

/// The unpacked bytes of a file beside a trace, if it exists, plain or gzipped.
fn text_beside(folder: &Path, name: &str) -> Result<Option<Vec<u8>>, Wrong> {
    for name in [name.to_string(), format!("{name}.gz")] {
        let path = folder.join(name);
        if path.is_file() {
            let bytes = read(&path)?;
            let text = unpack(&bytes).map_err(|e| Wrong(format!("{}: {e}", path.display())))?;
            return Ok(Some(text.into_owned()));
        }
    }
    Ok(None)
}

fn read(path: &Path) -> Result<Vec<u8>, Wrong> {
    let wrong = |error: std::io::Error| Wrong(format!("{}: {error}", path.display()));
    // A file that is too long, packed or not, is not read at all.
    if fs::metadata(path).map_err(wrong)?.len() > u64::from(TRACE_BYTES_MAX) {
        return Err(Wrong(format!("{}: {}", path.display(), UnpackError::TooLong)));
    }
    fs::read(path).map_err(wrong)
}
