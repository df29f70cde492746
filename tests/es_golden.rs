//! Replays the golden traces of the kernel's own C code, on the red-black tree and on the sorted
//! array, and stops at the first difference.
//!
//! `EXTENTSCOPE_GOLDEN_DIR` names a directory with the layout `<kernel>/<class>/*.jsonl.zst`;
//! without it, the copy in `tests/data/es-golden` is used. The README of the traces describes the
//! format: every record has an operation, the kernel's result, and the kernel's state afterwards.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use extentscope::es::{
    Arena, Es, EsError, EsOp, EsSuper, Extent, Flat, Matching, Memory, Reply, Rules, Status, Store,
    Tree, Version,
};
use serde_json::{Map, Value};

fn main() -> ExitCode {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/es-golden");
    let dir = std::env::var_os("EXTENTSCOPE_GOLDEN_DIR").map_or(default, PathBuf::from);
    println!("running 1 test");
    match replay_all(&dir) {
        Ok((records, traces)) => {
            println!("es_golden: {records} records, {traces} traces, 0 mismatches");
            println!("test every_golden_record_agrees ... ok");
            println!("test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            println!("{problem}");
            println!("test every_golden_record_agrees ... FAILED");
            println!(
                "test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out"
            );
            ExitCode::FAILURE
        }
    }
}

/// Replays every trace below `dir`. Returns the number of records and of traces.
fn replay_all(dir: &Path) -> Result<(u64, u64), String> {
    let mut files = Vec::new();
    find_traces(dir, &mut files)?;
    files.sort();
    let mut records = 0;
    for file in &files {
        let compressed = fs::read(file).map_err(|it| format!("{}: {it}", file.display()))?;
        let text = unpack(&compressed).map_err(|it| format!("{}: {it}", file.display()))?;
        for flat in [false, true] {
            let count = if flat {
                replay::<Flat<8192, 1024>>(file, &text)?
            } else {
                replay::<Tree>(file, &text)?
            };
            records += if flat { 0 } else { count };
        }
    }
    if records == 0 {
        return Err(format!("es_golden: no trace (*/*/*.jsonl.zst) below {}", dir.display()));
    }
    Ok((records, files.len() as u64))
}

fn find_traces(dir: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let entries = fs::read_dir(dir).map_err(|it| format!("es_golden: {}: {it}", dir.display()))?;
    for entry in entries {
        let path = entry.map_err(|it| format!("{}: {it}", dir.display()))?.path();
        if path.is_dir() {
            find_traces(&path, files)?;
        } else if path.to_string_lossy().ends_with(".jsonl.zst") {
            files.push(path);
        }
    }
    Ok(())
}

fn unpack(compressed: &[u8]) -> Result<String, String> {
    let mut decoder =
        ruzstd::decoding::StreamingDecoder::new(compressed).map_err(|it| it.to_string())?;
    let mut text = String::new();
    std::io::Read::read_to_string(&mut decoder, &mut text).map_err(|it| it.to_string())?;
    Ok(text)
}

/// Replays one file. Returns its number of records.
fn replay<T: Subject>(file: &Path, text: &str) -> Result<u64, String> {
    let mut world: Option<World<T>> = None;
    let mut case = String::new();
    let mut records = 0;
    for (line_nr, line) in text.lines().enumerate() {
        let place = || format!("{}:{} {case}", file.display(), line_nr + 1);
        let value: Value = serde_json::from_str(line).map_err(|it| format!("{}: {it}", place()))?;
        let Value::Object(mut record) = value else {
            return Err(format!("{}: not an object", place()));
        };
        if !T::HAS_SHAPE {
            forget_shape(&mut record);
        }
        if record.contains_key("trace") {
            world = Some(World::new(&record).ok_or_else(|| format!("{}: bad header", place()))?);
            continue;
        }
        let Some(world) = &mut world else { return Err(format!("{}: no header", place())) };
        if let Some(name) = record.get("case") {
            case = format!("case {name} ");
            world.restart();
            continue;
        }
        records += 1;
        let got = world.step(&record).map_err(|it| format!("{}: {it}", place()))?;
        for (key, got) in &got {
            let expected = record.get(key).unwrap_or(&Value::Null);
            if expected != got {
                let storage = T::NAME;
                return Err(format!(
                    "es_golden: MISMATCH ({storage}) at {}\n  op:       {}\n  field:    {key}\n  \
                     expected: {expected}\n  got:      {got}",
                    place(),
                    op_text(&record),
                ));
            }
        }
        let mut results = record.keys().filter(|it| !ARGUMENTS.contains(&it.as_str()));
        if let Some(key) = results.find(|&it| !got.contains_key(it)) {
            return Err(format!("{}: we have no field {key}", place()));
        }
    }
    Ok(records)
}

/// The fields with arguments of an operation; all other fields are results.
const ARGUMENTS: [&str; 15] = [
    "i", "op", "ino", "lblk", "len", "pblk", "st", "end", "m", "alloc", "nr", "v", "n", "k", "bits",
];

/// Removes the fields that only a red-black tree has: the nodes in preorder, and their hash.
fn forget_shape(record: &mut Map<String, Value>) {
    record.remove("h");
    let states = record.get_mut("s").and_then(Value::as_array_mut);
    for state in states.into_iter().flatten().filter_map(Value::as_object_mut) {
        state.remove("t");
    }
}

fn op_text(record: &Map<String, Value>) -> String {
    let mut text = String::new();
    for key in ARGUMENTS {
        if let Some(value) = record.get(key) {
            let _ = write!(text, "{key}={value} ");
        }
    }
    text
}

/// A storage under test.
trait Subject: Sized {
    type Store: Store + Default + Clone;
    const NAME: &'static str;
    const HAS_SHAPE: bool;
    /// The nodes in preorder with the trace's flags, if the storage has a shape.
    fn shape(es: &Es<Self::Store>) -> Option<Vec<(u32, u8)>>;
}

impl Subject for Tree {
    type Store = Arena;
    const NAME: &'static str = "Tree";
    const HAS_SHAPE: bool = true;

    fn shape(es: &Es<Arena>) -> Option<Vec<(u32, u8)>> {
        let flags = |it: extentscope::es::NodeView| {
            let bit = |is: bool, bit: u8| if is { bit } else { 0 };
            bit(it.black, 1) | bit(it.left.is_some(), 2) | bit(it.right.is_some(), 4)
        };
        Some(es.storage().preorder().map(|it| (it.extent.lblk, flags(it))).collect())
    }
}

impl<const N: usize, const P: usize> Subject for Flat<N, P> {
    type Store = extentscope::es::Sorted<N, P>;
    const NAME: &'static str = "Flat";
    const HAS_SHAPE: bool = false;

    fn shape(_: &Es<Self::Store>) -> Option<Vec<(u32, u8)>> {
        None
    }
}

/// One kernel: a superblock and its inodes.
struct World<T: Subject> {
    rules: Rules,
    modern: bool,
    dump_every: u64,
    inodes: Vec<Es<T::Store>>,
    sb: EsSuper<32>,
    mem: Memory,
    counts_memory: bool,
    counts_pending: bool,
    hits: u64,
    misses: u64,
}

impl<T: Subject> World<T> {
    fn new(header: &Map<String, Value>) -> Option<Self> {
        let kernel = header.get("kernel")?.as_str()?;
        let version = if kernel.starts_with("3.9") {
            Version::V3_9
        } else if kernel.starts_with("6.1") {
            Version::V6_5
        } else {
            return None;
        };
        let inodes = header.get("inodes")?.as_u64()?;
        let mut world = World {
            rules: *version.rules(),
            modern: version != Version::V3_9,
            dump_every: header.get("dump_every")?.as_u64()?,
            inodes: (0..inodes).map(|_| Es::new()).collect(),
            sb: EsSuper::new(),
            mem: Memory::plenty(),
            counts_memory: false,
            counts_pending: false,
            hits: 0,
            misses: 0,
        };
        world.restart();
        Some(world)
    }

    fn restart(&mut self) {
        self.rules = self.rules.with_cluster_bits(0);
        self.inodes.iter_mut().for_each(|it| *it = Es::new());
        self.sb = EsSuper::new();
        self.mem = Memory::plenty();
        self.counts_memory = false;
        self.counts_pending = false;
        (self.hits, self.misses) = (0, 0);
    }

    /// Applies the record's operation and returns the results as fields of a record.
    fn step(&mut self, record: &Map<String, Value>) -> Result<Map<String, Value>, String> {
        let number = |key: &str| record.get(key).and_then(Value::as_u64);
        let u32_of = |key: &str| {
            number(key).and_then(|it| u32::try_from(it).ok()).ok_or(format!("no field {key}"))
        };
        let name = record.get("op").and_then(Value::as_str).ok_or("no op")?;
        let before = self.mem;
        let mut got = Map::new();
        let done = match name {
            "enomem" => {
                self.mem = Memory::failing(u32_of("n")?, u32_of("k")?);
                self.counts_memory = true;
                Ok(())
            }
            "cluster" => {
                self.rules = self.rules.with_cluster_bits(u32_of("bits")? as u8);
                self.counts_pending = true;
                Ok(())
            }
            "end" => Ok(()),
            "shrink" => {
                // The shrinker is called with a long and takes an int.
                self.shrink(number("nr").ok_or("no field nr")? as i32, &mut got);
                Ok(())
            }
            _ => {
                let ino = u32_of("ino")? as u8;
                let op = parse_op(name, record)?;
                let sb = &mut self.sb;
                let reply = sb.apply(&self.rules, &mut self.mem, &mut self.inodes, ino, op);
                self.answer(name, reply, &mut got)
            }
        };
        if record.contains_key("bug") {
            return match done {
                Err(EsError::Bug) => Ok(Map::from_iter([("bug".into(), true.into())])),
                other => Err(format!("the kernel stops here with a BUG, we said {other:?}")),
            };
        }
        if let Err(error @ (EsError::Bug | EsError::Full | EsError::ShapeDependent)) = done {
            return Err(format!("{} ({}): {error}", op_text(record), T::NAME));
        }
        self.account(name, before, &mut got);
        self.hash(&mut got);
        let i = number("i").ok_or("no i")?;
        if (i + 1).is_multiple_of(self.dump_every) || name == "end" {
            self.dump(number("ino"), &mut got);
        }
        Ok(got)
    }

    fn shrink(&mut self, nr: i32, got: &mut Map<String, Value>) {
        let freed = self.sb.shrink(&self.rules, &mut self.inodes, nr, 0, None);
        let count = self.sb.count(&mut self.inodes);
        if self.modern {
            got.insert("r".into(), freed.into());
            got.insert("count".into(), count.into());
        } else {
            got.insert("r".into(), count.into());
        }
    }

    /// The result fields `r`, `es`, `next`, `rel`.
    fn answer(
        &mut self,
        name: &str,
        reply: Result<Reply, EsError>,
        got: &mut Map<String, Value>,
    ) -> Result<(), EsError> {
        if reply == Err(EsError::NoMemory) {
            got.insert("r".into(), (-12).into());
            return Err(EsError::NoMemory);
        }
        let r: Value = match (name, reply?) {
            ("insert", _) if self.modern => Value::Null,
            ("insert" | "insdel" | "evict", _) => 0.into(),
            ("remove", Reply::Count(released)) => {
                if self.modern {
                    got.insert("rel".into(), released.into());
                }
                0.into()
            }
            ("lookup", Reply::Found(found, next)) => {
                match found {
                    Some(extent) => {
                        self.hits += 1;
                        got.insert("es".into(), extent_value(&extent));
                        if self.modern {
                            got.insert("next".into(), next.into());
                        }
                    }
                    None => self.misses += 1,
                }
                u32::from(found.is_some()).into()
            }
            ("find", Reply::Found(found, _)) => found.as_ref().map_or(Value::Null, extent_value),
            (_, Reply::Is(yes)) => u32::from(yes).into(),
            (_, Reply::Count(count)) => count.into(),
            ("precached", _) => return Ok(()),
            _ => Value::Null,
        };
        got.insert("r".into(), r);
        Ok(())
    }

    /// The result fields `al` and `warn`.
    fn account(&mut self, name: &str, before: Memory, got: &mut Map<String, Value>) {
        let base = if name == "enomem" { self.mem } else { before };
        let nofail = self.mem.nofail - base.nofail;
        if self.counts_memory || nofail > 0 {
            let attempts = self.mem.attempts - base.attempts;
            let failed = self.mem.failed - base.failed;
            got.insert("al".into(), vec![attempts, failed, nofail].into());
        }
        let warnings = self.mem.warnings - base.warnings;
        if warnings > 0 {
            got.insert("warn".into(), warnings.into());
        }
    }

    /// The result fields `he` and, if there is a shape, `h`.
    fn hash(&self, got: &mut Map<String, Value>) {
        let mut hash = Fnv::new();
        for es in &self.inodes {
            hash.u32(es.all_nr());
            for extent in es {
                hash.u32(extent.lblk);
                hash.u32(extent.len);
                hash.bytes(&extent.pblk.to_le_bytes());
                hash.bytes(&[extent.status.bits()]);
            }
        }
        got.insert("he".into(), hash.text().into());
        for es in &self.inodes {
            let Some(shape) = T::shape(es) else { return };
            for (lblk, flags) in shape {
                hash.u32(lblk);
                hash.bytes(&[flags]);
            }
            hash.u32(es.cache_es().unwrap_or(u32::MAX));
            hash.u32(es.shk_nr());
            if self.modern {
                hash.u32(es.all_nr());
                hash.u32(es.shrink_lblk());
            }
        }
        hash.bytes(self.sb.list());
        hash.bytes(&[0xff]);
        got.insert("h".into(), hash.text().into());
    }

    /// The result fields of a dump, without `t` if there is no shape.
    fn dump(&self, ino: Option<u64>, got: &mut Map<String, Value>) {
        let mut states = Vec::new();
        for (id, es) in self.inodes.iter().enumerate() {
            if ino.is_none_or(|it| it == id as u64) {
                states.push(self.inode_state(id, es));
            }
        }
        got.insert("s".into(), states.into());
        got.insert("list".into(), self.sb.list().to_vec().into());
        let shk: u32 = self.inodes.iter().map(Es::shk_nr).sum();
        got.insert("gshk".into(), shk.into());
        if self.modern {
            let all: u32 = self.inodes.iter().map(Es::all_nr).sum();
            got.insert("gall".into(), all.into());
            got.insert("gnr".into(), self.sb.nr_inode().into());
            got.insert("hit".into(), self.hits.into());
            got.insert("miss".into(), self.misses.into());
        }
    }

    fn inode_state(&self, id: usize, es: &Es<T::Store>) -> Value {
        let mut state = Map::new();
        state.insert("ino".into(), id.into());
        state.insert("e".into(), es.iter().map(|it| extent_value(&it)).collect());
        if let Some(shape) = T::shape(es) {
            let nodes = shape.into_iter().map(|(lblk, f)| Value::from(vec![lblk, f.into()]));
            state.insert("t".into(), nodes.collect());
        }
        state.insert("c".into(), es.cache_es().map_or(Value::Null, Value::from));
        state.insert("shk".into(), es.shk_nr().into());
        if self.modern {
            state.insert("all".into(), es.all_nr().into());
            state.insert("sl".into(), es.shrink_lblk().into());
        }
        if es.precached() {
            state.insert("pre".into(), 1.into());
        }
        if self.counts_pending {
            state.insert("pend".into(), es.pending().collect::<Vec<_>>().into());
        }
        state.into()
    }
}

fn parse_op(name: &str, record: &Map<String, Value>) -> Result<EsOp, String> {
    let number = |key: &str| record.get(key).and_then(Value::as_u64).ok_or(format!("no {key}"));
    let u32_of = |key: &str| u32::try_from(number(key)?).map_err(|it| format!("{key}: {it}"));
    let extent = || {
        let status = Status::from_bits(u32_of("st")? as u8);
        Ok::<_, String>(Extent::new(u32_of("lblk")?, u32_of("len")?, number("pblk")?, status))
    };
    let matching = || match record.get("m").and_then(Value::as_str) {
        Some("delayed") => Ok(Matching::Delayed),
        Some("delonly") => Ok(Matching::DelOnly),
        Some("written") => Ok(Matching::Written),
        Some("unwritten") => Ok(Matching::Unwritten),
        Some("hole") => Ok(Matching::Hole),
        Some("mapped") => Ok(Matching::Mapped),
        other => Err(format!("unknown predicate {other:?}")),
    };
    Ok(match name {
        "insert" => EsOp::Insert(extent()?),
        "cache" => EsOp::CacheExtent(extent()?),
        "remove" => EsOp::Remove { lblk: u32_of("lblk")?, len: u32_of("len")? },
        "lookup" => EsOp::Lookup { lblk: u32_of("lblk")? },
        "find" => {
            EsOp::FindRange { matching: matching()?, lblk: u32_of("lblk")?, end: u32_of("end")? }
        }
        "scan" => {
            EsOp::ScanRange { matching: matching()?, lblk: u32_of("lblk")?, end: u32_of("end")? }
        }
        "insdel" => EsOp::InsertDelayed {
            lblk: u32_of("lblk")?,
            len: 1,
            lclu_allocated: number("alloc")? != 0,
            end_allocated: false,
        },
        "delclu" => EsOp::DelayedClu { lblk: u32_of("lblk")?, len: u32_of("len")? },
        "precached" => EsOp::SetPrecached(number("v")? != 0),
        "clear" => EsOp::Clear,
        "evict" => EsOp::Evict,
        _ => return Err(format!("unknown op {name}")),
    })
}

fn extent_value(extent: &Extent) -> Value {
    let Extent { lblk, len, pblk, status } = *extent;
    Value::from(vec![u64::from(lblk), len.into(), pblk, status.bits().into()])
}

/// The FNV-1a hash, 64 bit.
struct Fnv(u64);

impl Fnv {
    fn new() -> Fnv {
        Fnv(0xcbf2_9ce4_8422_2325)
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
    }

    fn u32(&mut self, value: u32) {
        self.bytes(&value.to_le_bytes());
    }

    fn text(&self) -> String {
        format!("{:016x}", self.0)
    }
}
