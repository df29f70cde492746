//! The values that the pieces of states were found with. There are few of them: a search keeps each
//! once and writes states down as numbers.

use crate::kernel::{
    Blocks, Bytes, Counts, Encoder, EsTree, FLUSHER, Inode, Io, Media, Names, PIECES, Page, Piece,
    Pieces, Rest, Setup, Stage, State, Task, Versions,
};

use super::fingerprint::{Fingerprint, fingerprint};
use crate::bounds::{BLOCKS_MAX, PBLKS_MAX};

/// A state: the number of the value of each piece.
pub(super) type Numbers = [u32; PIECES];

/// All values of all pieces.
pub(super) struct Values {
    tasks: Kind<Task>,
    ios: Kind<Io>,
    es: Kind<EsTree>,
    blocks: Kind<Blocks>,
    pages: Kind<[Page; BLOCKS_MAX as usize]>,
    versions: Kind<Versions>,
    counts: Kind<Counts>,
    media: Kind<[Media; PBLKS_MAX as usize]>,
    rest: Kind<Rest>,
    anonymous_kworkers: bool,
    /// The number that a piece had after a step of a kind from a number: most likely again.
    guesses: Box<[u32; GUESSES]>,
    encoder: Box<Encoder>,
}

/// The values of one kind of piece, numbered as they were found.
struct Kind<T> {
    values: Vec<T>,
    /// What stands for a value in the fingerprint of a state, but for the IOs that it names and the
    /// place where it stands.
    contents: Vec<Fingerprint>,
    /// What it added when it was last asked for.
    shares: Vec<Share>,
    /// The bytes of all values, and where those of each end.
    bytes: Vec<u8>,
    ends: Vec<u32>,
    /// An open-addressing table: numbers plus 1, 0 being empty. At most half of it is used.
    slots: Vec<u32>,
}

/// What a value adds to the fingerprint of a state.
#[derive(Clone, Copy)]
struct Share {
    share: Fingerprint,
    /// The names of IOs with which it does so; 0 if it names none.
    names: u64,
    /// The place at which it does so.
    place: u32,
    names_ios: bool,
}

impl Values {
    pub(super) fn new(setup: &Setup) -> Values {
        Values {
            tasks: Kind::new(),
            ios: Kind::new(),
            es: Kind::new(),
            blocks: Kind::new(),
            pages: Kind::new(),
            versions: Kind::new(),
            counts: Kind::new(),
            media: Kind::new(),
            rest: Kind::new(),
            anonymous_kworkers: setup.has_anonymous_kworkers(),
            guesses: Box::new([0; GUESSES]),
            encoder: Box::new(Encoder::new()),
        }
    }

    /// The number of the value that a piece has in a state.
    pub(super) fn number(&mut self, state: &State, piece: Piece) -> u32 {
        let encoder = &mut *self.encoder;
        let inode = |ino: u8| &state.inodes[usize::from(ino)];
        match piece {
            Piece::Task(task) => self.tasks.number(&state.tasks[usize::from(task)], encoder),
            Piece::Io(io) => self.ios.number(&state.ios[usize::from(io)], encoder),
            Piece::Es(ino) => self.es.number(&inode(ino).es, encoder),
            Piece::Blocks(ino) => self.blocks.number(&inode(ino).blocks(), encoder),
            Piece::Pages(ino) => self.pages.number(&inode(ino).pages, encoder),
            Piece::Versions(ino) => self.versions.number(&inode(ino).versions(), encoder),
            Piece::Counts(ino) => self.counts.number(&inode(ino).counts(), encoder),
            Piece::Media => self.media.number(&state.media, encoder),
            Piece::Rest => self.rest.number(&state.rest(), encoder),
        }
    }

    /// The number of the value that a piece has after a step at a place of the kernel, where it had
    /// another before: found without its bytes if it went as it did before.
    pub(super) fn number_after(&mut self, step: u32, before: u32, state: &State, at: usize) -> u32 {
        let key = (u64::from(before) << 32 | u64::from(step) << 8 | at as u64).wrapping_mul(ODD);
        let place = (key >> (u64::BITS - GUESSES.trailing_zeros())) as usize;
        let piece = Piece::ALL[at];
        let guess = self.guesses[place];
        if self.is_value(guess, state, piece) {
            return guess;
        }
        let number = self.number(state, piece);
        self.guesses[place] = number;
        number
    }

    /// Whether a piece of a state is, byte by byte, the value of a number. False may mean that it
    /// differs in what does not matter.
    fn is_value(&self, number: u32, state: &State, piece: Piece) -> bool {
        let at = number as usize;
        let inode = |ino: u8| &state.inodes[usize::from(ino)];
        match piece {
            Piece::Task(task) => self.tasks.is(at, &state.tasks[usize::from(task)]),
            Piece::Io(io) => self.ios.is(at, &state.ios[usize::from(io)]),
            Piece::Es(ino) => self.es.is(at, &inode(ino).es),
            Piece::Blocks(ino) => self.blocks.is(at, &inode(ino).blocks()),
            Piece::Pages(ino) => self.pages.is(at, &inode(ino).pages),
            Piece::Versions(ino) => self.versions.is(at, &inode(ino).versions()),
            Piece::Counts(ino) => self.counts.is(at, &inode(ino).counts()),
            Piece::Media => self.media.is(at, &state.media),
            Piece::Rest => self.rest.is(at, &state.rest()),
        }
    }

    /// Gives a piece of a state the value of a number.
    pub(super) fn put(&self, number: u32, piece: Piece, state: &mut State) {
        let at = number as usize;
        let inode = |state: &'_ mut State, ino: u8, put: &dyn Fn(&mut Inode)| {
            put(&mut state.inodes[usize::from(ino)]);
        };
        match piece {
            Piece::Task(task) => state.tasks[usize::from(task)] = self.tasks.values[at],
            Piece::Io(io) => state.ios[usize::from(io)] = self.ios.values[at],
            Piece::Es(ino) => inode(state, ino, &|inode| inode.es = self.es.values[at]),
            Piece::Blocks(ino) => inode(state, ino, &|i| i.set_blocks(&self.blocks.values[at])),
            Piece::Pages(ino) => inode(state, ino, &|inode| inode.pages = self.pages.values[at]),
            Piece::Versions(ino) => {
                inode(state, ino, &|inode| inode.set_versions(&self.versions.values[at]));
            }
            Piece::Counts(ino) => inode(state, ino, &|i| i.set_counts(self.counts.values[at])),
            Piece::Media => state.media = self.media.values[at],
            Piece::Rest => state.set_rest(&self.rest.values[at]),
        }
    }

    /// What a piece adds to the fingerprint of a state.
    pub(super) fn share(&mut self, number: u32, piece: Piece, names: &Names) -> Fingerprint {
        let at = number as usize;
        let place = place(piece, names, self.anonymous_kworkers);
        match piece {
            Piece::Task(_) => self.tasks.share(at, place, names),
            Piece::Io(_) if self.ios.values[at].stage == Stage::Free => Fingerprint::NONE,
            Piece::Io(_) => self.ios.share(at, place, names),
            Piece::Es(_) => self.es.share(at, place, names),
            Piece::Blocks(_) => self.blocks.share(at, place, names),
            Piece::Pages(_) => self.pages.share(at, place, names),
            Piece::Versions(_) => self.versions.share(at, place, names),
            Piece::Counts(_) => self.counts.share(at, place, names),
            Piece::Media => self.media.share(at, place, names),
            Piece::Rest => self.rest.share(at, place, names),
        }
    }

    /// Whether what a piece adds depends on how IOs are called.
    pub(super) fn names_ios(&self, number: u32, piece: Piece) -> bool {
        let at = number as usize;
        match piece {
            Piece::Task(_) => self.tasks.shares[at].names_ios,
            Piece::Io(_) => self.ios.values[at].stage != Stage::Free,
            Piece::Rest => self.rest.shares[at].names_ios,
            Piece::Es(_) | Piece::Blocks(_) | Piece::Pages(_) => false,
            Piece::Versions(_) | Piece::Counts(_) | Piece::Media => false,
        }
    }

    /// Bytes that the values take.
    pub(super) fn bytes(&self) -> u64 {
        let inodes = [self.es.size(), self.blocks.size(), self.pages.size(), self.counts.size()];
        let others = [self.tasks.size(), self.ios.size(), self.media.size(), self.rest.size()];
        inodes.iter().chain(&others).sum::<u64>() + self.versions.size()
    }
}

/// The fingerprint of a state: the sum of the shares of its pieces. It is a function of the bytes
/// of the state ([`Encoder::encode`]), equal for equal ones.
pub(super) fn fingerprint_of(setup: &Setup, state: &State) -> Fingerprint {
    let names = Names::of(state);
    let anonymous_kworkers = setup.has_anonymous_kworkers();
    let mut encoder = Encoder::new();
    let mut sum = Fingerprint::NONE;
    for piece in Pieces::of(setup).iter() {
        let content = fingerprint(encoder.piece_of(state, piece, &Names::NONE));
        let whole = match piece {
            Piece::Io(io) if state.ios[usize::from(io)].stage == Stage::Free => continue,
            Piece::Task(task) => with_names(content, &state.tasks[usize::from(task)], &names),
            Piece::Rest => with_names(content, &state.rest(), &names),
            Piece::Io(_) | Piece::Es(_) | Piece::Blocks(_) | Piece::Pages(_) => content,
            Piece::Versions(_) | Piece::Counts(_) | Piece::Media => content,
        };
        sum = sum.plus(whole.at(place(piece, &names, anonymous_kworkers)));
    }
    sum
}

/// The place that a piece has in the fingerprint of a state. Sums tell what stands at which place,
/// but not in which order things stand at one: so it is with kworkers that nobody tells apart.
#[inline]
fn place(piece: Piece, names: &Names, anonymous_kworkers: bool) -> u32 {
    let place = match piece {
        Piece::Io(slot) => Piece::Io(names.of_slot(slot)),
        Piece::Task(task) if anonymous_kworkers && task != FLUSHER => {
            Piece::Task(task.min(State::kworkers().start + 1))
        }
        other => other,
    };
    place.position() as u32
}

/// What stands for a value, given what does without the IOs that it names.
fn with_names(content: Fingerprint, value: &impl Bytes, names: &Names) -> Fingerprint {
    let mut whole = content;
    value.each_io(|at, slot| {
        let place = u32::from(at) << 8 | u32::from(names.of_slot(slot));
        whole = whole.plus(Fingerprint::NONE.at(place));
    });
    whole
}

const SLOTS_MIN: usize = 64;
/// A power of two.
const GUESSES: usize = 1 << 12;
const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

impl<T: Bytes + Copy + PartialEq> Kind<T> {
    fn new() -> Kind<T> {
        Kind {
            values: Vec::new(),
            contents: Vec::new(),
            shares: Vec::new(),
            bytes: Vec::new(),
            ends: Vec::new(),
            slots: Vec::new(),
        }
    }

    fn number(&mut self, value: &T, encoder: &mut Encoder) -> u32 {
        if self.values.len() * 2 >= self.slots.len() {
            self.grow();
        }
        // Slots as they are: a number stands for one value, and is the same in all states.
        let bytes = encoder.piece(value, &Names::SLOTS);
        let mask = self.slots.len() - 1;
        let mut at = hash(bytes) & mask;
        while self.slots[at] != 0 {
            let number = self.slots[at] - 1;
            if self.bytes_of(number) == bytes {
                return number;
            }
            at = (at + 1) & mask;
        }
        let number = self.values.len() as u32;
        self.slots[at] = number + 1;
        self.bytes.extend_from_slice(bytes);
        self.ends.push(self.bytes.len() as u32);
        self.values.push(*value);
        self.contents.push(fingerprint(encoder.piece(value, &Names::NONE)));
        let mut names_ios = false;
        value.each_io(|_, _| names_ios = true);
        self.shares.push(Share { share: Fingerprint::NONE, names: 0, place: u32::MAX, names_ios });
        number
    }

    #[inline]
    fn is(&self, at: usize, value: &T) -> bool {
        self.values.get(at).is_some_and(|known| known == value)
    }

    fn bytes_of(&self, number: u32) -> &[u8] {
        let number = number as usize;
        let start = if number == 0 { 0 } else { self.ends[number - 1] as usize };
        &self.bytes[start..self.ends[number] as usize]
    }

    fn grow(&mut self) {
        let len = (self.slots.len() * 2).max(SLOTS_MIN);
        self.slots = vec![0; len];
        for number in 0..self.values.len() as u32 {
            let mut at = hash(self.bytes_of(number)) & (len - 1);
            while self.slots[at] != 0 {
                at = (at + 1) & (len - 1);
            }
            self.slots[at] = number + 1;
        }
    }

    /// What a value adds to the fingerprint of a state in which it stands at a place.
    #[inline]
    fn share(&mut self, at: usize, place: u32, names: &Names) -> Fingerprint {
        let latest = self.shares[at];
        let packed = if latest.names_ios { names.packed() } else { 0 };
        if (latest.names, latest.place) == (packed, place) {
            return latest.share;
        }
        let share = with_names(self.contents[at], &self.values[at], names).at(place);
        self.shares[at] = Share { share, names: packed, place, ..latest };
        share
    }

    fn size(&self) -> u64 {
        let each = size_of::<T>() + size_of::<(Fingerprint, Share, u32)>();
        let slots = self.slots.capacity() * size_of::<u32>();
        (self.values.capacity() * each + self.bytes.capacity() + slots) as u64
    }
}

/// Spreads values over a table; who is who is told by their bytes.
fn hash(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    // The products do not wait for each other.
    let mut sum = u64::from_le_bytes(last).wrapping_add(bytes.len() as u64).wrapping_mul(ODD);
    let mut odd = ODD;
    for word in words {
        odd = odd.wrapping_add(0x6a09_e667_f3bc_c908);
        sum = sum.wrapping_add((u64::from_le_bytes(*word) ^ (odd >> 32)).wrapping_mul(odd));
    }
    (sum ^ (sum >> 32)).wrapping_mul(ODD).wrapping_shr(32) as usize
}
