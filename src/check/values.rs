//! The values of the pieces of visited states. There are few different values, so a search stores
//! each value once and states as lists of numbers.

use crate::kernel::{
    Blocks, Bytes, Counts, Encoder, EsTree, FLUSHER, Inode, Io, Media, Names, PIECES, Page, Piece,
    Pieces, Rest, Setup, Stage, State, Task, Versions,
};

use super::fingerprint::{Fingerprint, fingerprint};
use crate::bounds::{BLOCKS_MAX, FRAMES_MAX, IOS_MAX, PBLKS_MAX, WORK_MAX};

/// A stored state: the number of the value of each piece.
pub(super) type Numbers = [u32; PIECES];

/// The values of pieces that all threads of a search know. A thread that finds another one keeps it
/// among its [`News`] until [`Values::learn`] makes it known.
pub(super) struct Values {
    kinds: Kinds,
    anonymous_kworkers: bool,
}

/// The values that one thread has found and the others do not know yet.
pub(super) struct News {
    kinds: Kinds,
    /// The number that a piece got after a kind of step from a number, which is probably the result
    /// again.
    guesses: Box<[u32; GUESSES]>,
    encoder: Box<Encoder>,
}

/// Marks the number of a value that only one thread knows.
const NEW: u32 = 1 << 31;

/// The values of each kind of piece.
#[derive(Default)]
struct Kinds {
    tasks: Kind<Task>,
    ios: Kind<Io>,
    es: Kind<EsTree>,
    blocks: Kind<Blocks>,
    pages: Kind<Pages>,
    versions: Kind<Versions>,
    counts: Kind<Counts>,
    media: Kind<Disk>,
    rest: Kind<Rest>,
}

type Pages = [Page; BLOCKS_MAX as usize];
type Disk = [Media; PBLKS_MAX as usize];

/// The values of one kind of piece, numbered in the order in which they were found.
struct Kind<T> {
    values: Vec<Value<T>>,
    /// The bytes of all values, and the end of each value's bytes.
    bytes: Vec<u8>,
    ends: Vec<u32>,
    /// An open-addressing table of numbers plus 1; 0 is empty. At most half of it is used.
    slots: Vec<u32>,
}

/// A value of a piece.
#[derive(Clone, Copy)]
struct Value<T> {
    value: T,
    /// Its fingerprint without the names of IOs and without the position.
    content: Fingerprint,
    names_ios: bool,
    /// Its contribution at one position, which is the only one of most values.
    share: Fingerprint,
    place: u32,
    /// For news: the number under which everybody knows it, or [`NEW`].
    known_as: u32,
}

/// A value of a piece, which has a kind.
trait Valued: Bytes + Copy + PartialEq {
    fn kind(kinds: &Kinds) -> &Kind<Self>;
    fn kind_mut(kinds: &mut Kinds) -> &mut Kind<Self>;
}

macro_rules! kinds {
    ($($value:ty: $field:ident;)*) => {
        $(impl Valued for $value {
            #[inline]
            fn kind(kinds: &Kinds) -> &Kind<Self> {
                &kinds.$field
            }

            #[inline]
            fn kind_mut(kinds: &mut Kinds) -> &mut Kind<Self> {
                &mut kinds.$field
            }
        })*

        impl Kinds {
            fn is_empty(&self) -> bool {
                true $(&& self.$field.values.is_empty())*
            }

            fn clear(&mut self) {
                $(self.$field.clear();)*
            }

            fn bytes(&self) -> u64 {
                0 $(+ self.$field.size())*
            }
        }
    };
}

kinds! {
    Task: tasks;
    Io: ios;
    EsTree: es;
    Blocks: blocks;
    Pages: pages;
    Versions: versions;
    Counts: counts;
    Disk: media;
    Rest: rest;
}

/// Evaluates an expression with the value of a piece in a state.
macro_rules! with_value {
    ($state:expr, $piece:expr, $value:ident => $then:expr) => {{
        let inode = |ino: u8| &$state.inodes[usize::from(ino)];
        match $piece {
            Piece::Task(task) => with_value!(&$state.tasks[usize::from(task)], $value => $then),
            Piece::Io(io) => with_value!(&$state.ios[usize::from(io)], $value => $then),
            Piece::Es(ino) => with_value!(&inode(ino).es, $value => $then),
            Piece::Blocks(ino) => with_value!(&inode(ino).blocks(), $value => $then),
            Piece::Pages(ino) => with_value!(&inode(ino).pages, $value => $then),
            Piece::Versions(ino) => with_value!(&inode(ino).versions(), $value => $then),
            Piece::Counts(ino) => with_value!(&inode(ino).counts(), $value => $then),
            Piece::Media => with_value!(&$state.media, $value => $then),
            Piece::Rest => with_value!(&$state.rest(), $value => $then),
        }
    }};
    ($of:expr, $value:ident => $then:expr) => {{
        let $value = $of;
        $then
    }};
}

/// Evaluates an expression with the type of a piece's values.
macro_rules! with_kind {
    ($piece:expr, $kind:ident => $then:expr) => {
        match $piece {
            Piece::Task(_) => with_kind!(in Task, $kind => $then),
            Piece::Io(_) => with_kind!(in Io, $kind => $then),
            Piece::Es(_) => with_kind!(in EsTree, $kind => $then),
            Piece::Blocks(_) => with_kind!(in Blocks, $kind => $then),
            Piece::Pages(_) => with_kind!(in Pages, $kind => $then),
            Piece::Versions(_) => with_kind!(in Versions, $kind => $then),
            Piece::Counts(_) => with_kind!(in Counts, $kind => $then),
            Piece::Media => with_kind!(in Disk, $kind => $then),
            Piece::Rest => with_kind!(in Rest, $kind => $then),
        }
    };
    (in $of:ty, $kind:ident => $then:expr) => {{
        type $kind = $of;
        $then
    }};
}

impl Values {
    pub(super) fn new(setup: &Setup) -> Values {
        Values { kinds: Kinds::default(), anonymous_kworkers: setup.has_anonymous_kworkers() }
    }

    /// Makes a numbered value of a thread's news known to everybody, and returns its number.
    pub(super) fn learn(&mut self, news: &mut News, number: u32, piece: Piece) -> u32 {
        if number & NEW == 0 {
            return number;
        }
        let at = (number & !NEW) as usize;
        with_kind!(piece, T => T::kind_mut(&mut self.kinds).learn(T::kind_mut(&mut news.kinds), at))
    }

    /// The same for the pieces in which a state differs from another one.
    pub(super) fn learn_all<'a>(
        &mut self,
        news: &mut News,
        changed: Pieces,
        numbers: &[u32],
        learned: &'a mut [u32; PIECES],
    ) -> &'a [u32] {
        for ((learned, number), piece) in learned.iter_mut().zip(numbers).zip(changed.iter()) {
            *learned = self.learn(news, *number, piece);
        }
        &learned[..numbers.len()]
    }

    /// Sets a piece of a state to a numbered value.
    pub(super) fn put(&self, number: u32, piece: Piece, state: &mut State) {
        let at = number as usize;
        let Kinds { tasks, ios, es, blocks, pages, versions, counts, media, rest } = &self.kinds;
        let inode = |state: &'_ mut State, ino: u8, put: &dyn Fn(&mut Inode)| {
            put(&mut state.inodes[usize::from(ino)]);
        };
        match piece {
            Piece::Task(task) => state.tasks[usize::from(task)] = *tasks.value(at),
            Piece::Io(io) => state.ios[usize::from(io)] = *ios.value(at),
            Piece::Es(ino) => inode(state, ino, &|inode| inode.es = *es.value(at)),
            Piece::Blocks(ino) => inode(state, ino, &|inode| inode.set_blocks(blocks.value(at))),
            Piece::Pages(ino) => inode(state, ino, &|inode| inode.pages = *pages.value(at)),
            Piece::Versions(ino) => {
                inode(state, ino, &|inode| inode.set_versions(versions.value(at)));
            }
            Piece::Counts(ino) => inode(state, ino, &|inode| inode.set_counts(*counts.value(at))),
            Piece::Media => state.media = *media.value(at),
            Piece::Rest => state.set_rest(rest.value(at)),
        }
    }

    /// Bytes of memory that the values take.
    pub(super) fn bytes(&self) -> u64 {
        self.kinds.bytes()
    }
}

impl News {
    pub(super) fn new() -> News {
        News {
            kinds: Kinds::default(),
            guesses: Box::new([0; GUESSES]),
            encoder: Box::new(Encoder::new()),
        }
    }

    /// Whether everybody knows every value that this thread has found.
    pub(super) fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// Forgets the news, once everybody has learned them.
    pub(super) fn clear(&mut self) {
        if !self.is_empty() {
            self.kinds.clear();
        }
    }

    /// The number of the value of a piece in a state.
    pub(super) fn number(&mut self, known: &Values, state: &State, piece: Piece) -> u32 {
        let place = place(piece, &Names::SLOTS, known.anonymous_kworkers);
        with_value!(state, piece, value => self.number_of(known, value, place))
    }

    fn number_of<T: Valued>(&mut self, known: &Values, value: &T, place: u32) -> u32 {
        // Slot numbers are used as names, so that a number stands for one value in all states.
        let bytes = self.encoder.piece(value, &Names::SLOTS);
        let hash = hash(bytes);
        if let Ok(number) = T::kind(&known.kinds).find(bytes, hash) {
            return number;
        }
        let news = T::kind_mut(&mut self.kinds);
        NEW | match news.find(bytes, hash) {
            Ok(number) => number,
            Err(slot) => {
                let (slot, number) = (news.room(slot, hash), news.add_bytes(bytes));
                news.slots[slot] = number + 1;
                let content = fingerprint(self.encoder.piece(value, &Names::NONE));
                let mut names_ios = false;
                value.each_io(|_, _| names_ios = true);
                let (value, share) = (*value, content.at(place));
                news.values.push(Value { value, content, names_ios, share, place, known_as: NEW });
                number
            }
        }
    }

    /// The number of the value of a piece after a step at a place, given its number before. If the
    /// step has the same result as the last time, the piece is not encoded.
    pub(super) fn number_after(
        &mut self,
        known: &Values,
        step: u32,
        before: u32,
        state: &State,
        at: usize,
    ) -> u32 {
        let key = (u64::from(before) << 32 | u64::from(step) << 8 | at as u64).wrapping_mul(ODD);
        let place = (key >> (u64::BITS - GUESSES.trailing_zeros())) as usize;
        let piece = Piece::ALL[at];
        let guess = self.guesses[place];
        if self.is_value(known, guess, state, piece) {
            return guess;
        }
        let number = self.number(known, state, piece);
        self.guesses[place] = number;
        number
    }

    /// Whether a piece of a state equals a numbered value, byte by byte. False may be wrong: the
    /// two may differ only in bytes that do not matter.
    fn is_value(&self, known: &Values, number: u32, state: &State, piece: Piece) -> bool {
        with_value!(state, piece, value => self.is(known, number, value))
    }

    #[inline]
    fn is<T: Valued>(&self, known: &Values, number: u32, value: &T) -> bool {
        self.get::<T>(known, number).is_some_and(|it| it.value == *value)
    }

    #[inline]
    fn get<'a, T: Valued>(&'a self, known: &'a Values, number: u32) -> Option<&'a Value<T>> {
        let kinds = if number & NEW == 0 { &known.kinds } else { &self.kinds };
        T::kind(kinds).values.get((number & !NEW) as usize)
    }

    /// The contribution of a piece to the fingerprint of a state.
    pub(super) fn share(
        &self,
        known: &Values,
        number: u32,
        piece: Piece,
        names: &Names,
    ) -> Fingerprint {
        if let Piece::Io(_) = piece {
            return match self.get::<Io>(known, number) {
                Some(io) if io.value.stage != Stage::Free => {
                    io.content.at(place(piece, names, false))
                }
                _ => Fingerprint::NONE,
            };
        }
        with_kind!(piece, T => match self.get::<T>(known, number) {
            Some(value) => value.share(names, place(piece, names, known.anonymous_kworkers)),
            None => Fingerprint::NONE,
        })
    }

    /// Whether the contribution of a piece depends on the names of IOs.
    pub(super) fn names_ios(&self, known: &Values, number: u32, piece: Piece) -> bool {
        let is_used = |io: &Value<Io>| io.value.stage != Stage::Free;
        match piece {
            // A used slot has a name itself.
            Piece::Io(_) => self.get(known, number).is_some_and(is_used),
            _ => {
                with_kind!(piece, T => self.get::<T>(known, number).is_some_and(|it| it.names_ios))
            }
        }
    }
}

/// The fingerprint of a state: the sum of the contributions of its pieces. States with equal bytes
/// ([`Encoder::encode`]) have equal fingerprints.
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

/// The position of a piece in the fingerprint of a state. Sums distinguish positions, but not the
/// order of values at one position. Interchangeable kworkers therefore share a position.
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

/// The fingerprint of a value, from its fingerprint without the IOs that it names.
fn with_names(content: Fingerprint, value: &impl Bytes, names: &Names) -> Fingerprint {
    let mut whole = content;
    value.each_io(|at, slot| {
        whole = whole.plus(NAMED[usize::from(at)][usize::from(names.of_slot(slot))]);
    });
    whole
}

/// The contribution of each name of an IO at each position in a piece.
static NAMED: [[Fingerprint; IOS_MAX as usize]; NAMING] = {
    let mut named = [[Fingerprint::NONE; IOS_MAX as usize]; NAMING];
    let mut at = 0;
    while at < NAMING {
        let mut name = 0;
        while name < IOS_MAX as usize {
            named[at][name] = Fingerprint::NONE.at((at << 8 | name) as u32);
            name += 1;
        }
        at += 1;
    }
    named
};
/// Number of positions at which a task or the queues name IOs.
const NAMING: usize = 5 * WORK_MAX as usize;
const _: () = assert!(FRAMES_MAX as usize <= NAMING && IOS_MAX <= WORK_MAX);
const SLOTS_MIN: usize = 64;
/// Number of guesses, a power of two.
const GUESSES: usize = 1 << 12;
const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

impl<T> Default for Kind<T> {
    fn default() -> Kind<T> {
        let (values, bytes) = (Vec::new(), Vec::new());
        Kind { values, bytes, ends: Vec::new(), slots: Vec::new() }
    }
}

impl<T: Valued> Value<T> {
    /// The contribution of the value at a position to the fingerprint of a state.
    #[inline]
    fn share(&self, names: &Names, place: u32) -> Fingerprint {
        match self.names_ios {
            true => with_names(self.content, &self.value, names).at(place),
            false if place == self.place => self.share,
            false => self.content.at(place),
        }
    }
}

impl<T: Valued> Kind<T> {
    #[inline]
    fn value(&self, at: usize) -> &T {
        &self.values[at].value
    }

    /// The number of the value with some bytes, or the slot for it.
    fn find(&self, bytes: &[u8], hash: usize) -> Result<u32, usize> {
        let Some(mask) = self.slots.len().checked_sub(1) else { return Err(0) };
        let mut at = hash & mask;
        while self.slots[at] != 0 {
            let number = self.slots[at] - 1;
            if self.bytes_of(number) == bytes {
                return Ok(number);
            }
            at = (at + 1) & mask;
        }
        Err(at)
    }

    /// The slot for a value with a hash, given its slot before the table grew, if it has to grow.
    fn room(&mut self, slot: usize, hash: usize) -> usize {
        if (self.values.len() + 1) * 2 <= self.slots.len() {
            return slot;
        }
        let len = (self.slots.len() * 2).max(SLOTS_MIN);
        self.slots = vec![0; len];
        for number in 0..self.values.len() as u32 {
            let at = self.free_slot(self::hash(self.bytes_of(number)));
            self.slots[at] = number + 1;
        }
        self.free_slot(hash)
    }

    fn free_slot(&self, hash: usize) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = hash & mask;
        while self.slots[at] != 0 {
            at = (at + 1) & mask;
        }
        at
    }

    /// Adds the bytes of the next value, and returns its number.
    fn add_bytes(&mut self, bytes: &[u8]) -> u32 {
        self.bytes.extend_from_slice(bytes);
        self.ends.push(self.bytes.len() as u32);
        self.values.len() as u32
    }

    /// Takes a value over from a thread's news, and returns its number.
    fn learn(&mut self, news: &mut Kind<T>, at: usize) -> u32 {
        let value = news.values[at];
        if value.known_as != NEW {
            return value.known_as;
        }
        let bytes = news.bytes_of(at as u32);
        let hash = hash(bytes);
        let number = self.find(bytes, hash).unwrap_or_else(|slot| {
            let (slot, number) = (self.room(slot, hash), self.add_bytes(bytes));
            self.slots[slot] = number + 1;
            self.values.push(value);
            number
        });
        news.values[at].known_as = number;
        number
    }

    fn bytes_of(&self, number: u32) -> &[u8] {
        let number = number as usize;
        let start = if number == 0 { 0 } else { self.ends[number - 1] as usize };
        &self.bytes[start..self.ends[number] as usize]
    }

    fn clear(&mut self) {
        self.values.clear();
        self.bytes.clear();
        self.ends.clear();
        self.slots.fill(0);
    }

    fn size(&self) -> u64 {
        let each = size_of::<(Value<T>, u32)>();
        let slots = self.slots.capacity() * size_of::<u32>();
        (self.values.capacity() * each + self.bytes.capacity() + slots) as u64
    }
}

/// Distributes values over a table. Their bytes decide whether two values are equal.
fn hash(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    // The products do not depend on each other, so the processor can compute them at once.
    let mut sum = u64::from_le_bytes(last).wrapping_add(bytes.len() as u64).wrapping_mul(ODD);
    let mut odd = ODD;
    for word in words {
        odd = odd.wrapping_add(0x6a09_e667_f3bc_c908);
        sum = sum.wrapping_add((u64::from_le_bytes(*word) ^ (odd >> 32)).wrapping_mul(odd));
    }
    (sum ^ (sum >> 32)).wrapping_mul(ODD).wrapping_shr(32) as usize
}
