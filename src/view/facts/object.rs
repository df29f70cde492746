//! The objects of the stage that a reader can select: their words in links and their titles.

use core::fmt;

use crate::bounds::{BLOCKS_MAX, IOS_MAX};
use crate::kernel::{Actor, Setup, State};
use crate::view::words::{file_name, of_file, write_name};

use super::pipeline::pipeline;

/// An object that a reader can select.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Object {
    /// A thread, an irq handler, a kworker, jbd2, the flusher, the shrinker or the power supply.
    Actor(Actor),
    /// A write with its bio, `io_end` and iocb. The number is the key of its row in the pipeline.
    Io(u32),
    /// The inode of a file.
    Inode(u8),
    /// A layer of a file: its position in [`LAYERS`].
    Layer(u8, u8),
    /// A block of a file in all layers.
    Block(u8, u8),
    /// The block device, with its write cache and its media.
    Device,
}

/// The layers as [`strata`] names them, each with the kernel's name for it and the file that
/// declares it.
pub const LAYERS: [(&str, &str, &str); 6] = [
    ("pages", "struct address_space", "include/linux/fs.h"),
    ("es", "struct ext4_es_tree", "fs/ext4/extents_status.h"),
    ("disk", "struct ext4_extent", "fs/ext4/ext4_extents.h"),
    ("committed", "jbd2_journal_commit_transaction", "fs/jbd2/commit.c"),
    ("media", "struct bio", "include/linux/blk_types.h"),
    ("read", "ext4_map_blocks", "fs/ext4/inode.c"),
];

/// The position of the ES tree in [`LAYERS`].
pub const ES_LAYER: u8 = 1;

/// The title of an object.
pub fn title(setup: &Setup, object: Object) -> String {
    match object {
        Object::Actor(actor) => actor.to_string(),
        Object::Io(key) => match key.checked_sub(WRITEBACKS) {
            None => format!("write {}", write_name(key as u8)),
            Some(slot) => format!("writeback io{}", slot + 1),
        },
        Object::Inode(ino) => format!("inode {}", file_name(setup, ino)),
        Object::Layer(ino, layer) => {
            let name = match LAYERS.get(usize::from(layer)).map_or("", |layer| layer.0) {
                "pages" => "page cache",
                "es" => "ES tree",
                "disk" => "disk tree",
                "committed" => "committed tree",
                "media" => "blocks on the device",
                _ => "what a direct read returns",
            };
            format!("{name}{}", of_file(setup, ino))
        }
        Object::Block(ino, lblk) => format!("block {lblk}{}", of_file(setup, ino)),
        Object::Device => "device".into(),
    }
}

/// All objects of some states except blocks, in a fixed order: actors, writes, then the inode and
/// the layers of each file, then the device.
pub fn objects(setup: &Setup, states: &[&State]) -> Vec<Object> {
    let is_there = |actor: &Actor| match *actor {
        Actor::Thread(thread) => usize::from(thread) < setup.threads.len(),
        Actor::Irq(_)
        | Actor::Kworker(_)
        | Actor::Jbd2
        | Actor::Flusher
        | Actor::Shrinker
        | Actor::Power => true,
    };
    let mut objects: Vec<Object> = Actor::all().filter(is_there).map(Object::Actor).collect();
    let rows = states.iter().flat_map(|state| pipeline(setup, state).ios);
    let keys: Vec<u32> = rows.map(|row| row.key).collect();
    let every = (0..WRITEBACKS + IOS_MAX).filter(|key| keys.contains(key));
    objects.extend(every.map(Object::Io));
    for ino in 0..setup.files.len() as u8 {
        objects.push(Object::Inode(ino));
        objects.extend((0..LAYERS.len() as u8).map(|layer| Object::Layer(ino, layer)));
    }
    objects.push(Object::Device);
    objects
}

/// The IO slot of a row of the pipeline; `None` after the write has finished.
pub fn io_of(state: &State, key: u32) -> Option<u8> {
    let is_it = |io: &crate::kernel::Io| !io.writeback && u32::from(io.nr) == key;
    match key.checked_sub(WRITEBACKS) {
        None => state.ios().find(|(_, io)| is_it(io)).map(|(index, _)| index),
        Some(slot) => state.ios().map(|(index, _)| index).find(|io| u32::from(*io) == slot),
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Object::Actor(actor) => actor.fmt(f),
            Object::Io(key) => write!(f, "io.{key}"),
            Object::Inode(ino) => write!(f, "inode.{ino}"),
            Object::Layer(ino, layer) => {
                let layer = LAYERS.get(usize::from(layer)).map_or("", |layer| layer.0);
                write!(f, "{layer}.{ino}")
            }
            Object::Block(ino, lblk) => write!(f, "block.{ino}.{lblk}"),
            Object::Device => f.write_str("device"),
        }
    }
}

impl Object {
    /// Reads the word of an object; `None` if it is unknown.
    pub fn parse(text: &str) -> Option<Object> {
        let mut words = text.split('.');
        let name = words.next()?;
        let mut number = |below: u32| {
            let number = words.next()?.parse::<u32>().ok()?;
            (number < below).then_some(number)
        };
        let layer = LAYERS.iter().position(|layer| layer.0 == name);
        let files = crate::bounds::INODES_MAX;
        match (name, layer) {
            (_, Some(layer)) => Some(Object::Layer(number(files)? as u8, layer as u8)),
            ("io", _) => number(WRITEBACKS + IOS_MAX).map(Object::Io),
            ("inode", _) => Some(Object::Inode(number(files)? as u8)),
            ("block", _) => Some(Object::Block(number(files)? as u8, number(BLOCKS_MAX)? as u8)),
            ("device", _) => Some(Object::Device),
            _ => Actor::all().find(|actor| actor.to_string() == text).map(Object::Actor),
        }
    }
}

/// The first key of a writeback in the pipeline.
pub(super) const WRITEBACKS: u32 = 256;
