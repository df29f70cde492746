//! The glossary: words of the page with their meanings, which a pointer on the word shows.

use crate::kernel::Promise;

/// A word and its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// The word as the list of words shows it.
    pub word: &'static str,
    /// Other forms of it.
    pub also: &'static [&'static str],
    /// What it means, in one or two sentences.
    pub says: &'static str,
    /// Whether the word is marked in sentences. Single letters are not, because they are also names
    /// of writes.
    pub in_text: bool,
}

const fn term(word: &'static str, also: &'static [&'static str], says: &'static str) -> Term {
    Term { word, also, says, in_text: true }
}

const fn letter(word: &'static str, says: &'static str) -> Term {
    Term { word, also: &[], says, in_text: false }
}

/// All words except the promises, whose meaning is [`Promise::sentence`].
pub const TERMS: &[Term] = &[
    letter("W", "Written: the blocks hold the file's data, and a read returns it."),
    letter(
        "U",
        "Unwritten: the blocks are allocated, but their data is not the file's. A read returns \
         zeroes, so a former owner's data stays private.",
    ),
    letter("D", "Delayed: the data is only in the page cache and has no block yet."),
    letter("H", "Hole: nothing is allocated. A read returns zeroes."),
    letter("R", "Referenced: the entry was used recently, so the shrinker spares it once."),
    letter(
        "*",
        "The dirty bit that the mailing list thread proposed: a conversion of the entry's blocks \
         is pending.",
    ),
    term(
        "dirty bit",
        &[],
        "A mark on an ES entry whose conversion is pending, proposed on 31 December 2012: memory \
         pressure must not free it.",
    ),
    term("dirty", &[], "A page or an ES entry that is newer in memory than on the device."),
    term(
        "pending",
        &[],
        "A conversion is pending from the moment the data may be on the device until the disk tree \
         says written.",
    ),
    term(
        "conversion",
        &["conversions", "convert", "converts", "converted"],
        "Turning unwritten blocks into written ones in a map, once their data is on the device.",
    ),
    term(
        "i_unwritten",
        &[],
        "The inode's count of writes whose conversion is pending. fsync and others wait until it \
         is \
         0.",
    ),
    term(
        "i_dio_count",
        &[],
        "The inode's count of direct IO in flight. truncate waits until it is 0.",
    ),
    term("i_mutex", &[], "The inode's lock: one writer, one fsync of old kernels at a time."),
    term("i_rwsem", &[], "The successor of i_mutex: readers and overwrites may share it."),
    term(
        "i_data_sem",
        &[],
        "The lock of the inode's maps. Taking it may sleep, so an irq cannot take it, and a \
         worker has to convert.",
    ),
    term(
        "i_es_lock",
        &[],
        "The lock of the ES tree. Taking it does not sleep, so an irq may take \
          it.",
    ),
    term("i_size", &[], "The file's length as readers see it."),
    term("i_disksize", &[], "The file's length as the inode on disk will have it."),
    term(
        "io_end",
        &["io_ends"],
        "ext4's record of a write in flight: the range to convert after the bio is done.",
    ),
    term("bio", &["bios"], "A request to the device. An irq reports its completion."),
    term(
        "AIO",
        &[],
        "Asynchronous IO: io_submit returns at once, and an event reports later that the write is \
         done.",
    ),
    term("slot", &["slots"], "A place in the AIO context: each write that is not reaped has one."),
    term("ring", &[], "The events of finished AIO writes, until io_getevents takes them."),
    term(
        "acknowledges",
        &["acknowledged", "acknowledgement"],
        "Tells the application that its write is done. From then on the application relies on it.",
    ),
    term("reaps", &["reap", "reaped"], "Takes an event from the ring: now the application knows."),
    term("direct IO", &["direct read", "direct write"], "IO that bypasses the page cache."),
    term(
        "O_DSYNC",
        &["O_SYNC", "O_(D)SYNC"],
        "A flag of open: a write is done only when it would survive a power cut.",
    ),
    term(
        "fsync",
        &["ext4_sync_file"],
        "A system call: data acknowledged before it survives a power cut after it returns.",
    ),
    term(
        "extent",
        &["extents"],
        "Consecutive blocks of a file that are also consecutive on the device and have one status.",
    ),
    term(
        "ES tree",
        &["extent status tree", "status tree"],
        "The extent status tree: the map in memory, from file blocks to their status and place. \
         It is used first; memory pressure may free its entries.",
    ),
    term("ES entry", &["ES entries"], "An extent of the ES tree, with its status."),
    term(
        "disk tree",
        &["both trees"],
        "The extent tree of the file system, as the running transaction has it. A power cut loses \
         what is not committed.",
    ),
    term(
        "committed tree",
        &["committed"],
        "The extent tree of the last commit, which recovery finds after a power cut.",
    ),
    term(
        "media",
        &["medium"],
        "The contents of the device's blocks, including its volatile \
          cache.",
    ),
    term("page cache", &[], "The file's pages in memory, which buffered IO reads and writes."),
    term(
        "ordered data",
        &["data=ordered"],
        "A commit waits for the data of blocks that it newly maps, so that no map is committed \
         before its data.",
    ),
    term(
        "handle",
        &["handles"],
        "A task's part of the running transaction: a commit waits until it ends.",
    ),
    term("transaction", &[], "Changes of the maps that reach the disk all together or not at all."),
    term("jbd2", &[], "The journal's thread: it commits transactions."),
    term(
        "commit",
        &["commits"],
        "Writes the transaction to the journal, so that it survives a \
          power cut.",
    ),
    term(
        "kworker",
        &["worker", "kworker:1", "kworker:2"],
        "A kernel thread that runs queued work; it may sleep, an irq may not.",
    ),
    term("irq", &[], "The handler that runs when the device is done. It must not sleep."),
    term(
        "shrinker",
        &["memory pressure", "Memory pressure"],
        "The function that the kernel calls when it needs memory: it frees ES entries.",
    ),
    term("writeback", &[], "Writes dirty pages to the device."),
    term("PageWriteback", &[], "The mark of a page that is being written to the device."),
    term("delayed", &[], "In the page cache, not allocated yet; only the ES tree records it."),
    term(
        "dioread_nolock",
        &[],
        "A mount option: direct reads take no lock, so they may find a pending conversion.",
    ),
    term("fiemap", &["FIEMAP"], "A system call that reports a file's extents, delayed ones too."),
    term(
        "orphan list",
        &[],
        "Inodes that recovery must truncate, because a write beyond their \
          end had begun.",
    ),
    term("physical block", &["physical blocks"], "The place of a file's block on the device."),
    term(
        "cache_es",
        &[],
        "The node of the ES tree's last lookup, which the next lookup tries \
          first.",
    ),
    term(
        "point of no return",
        &["no return"],
        "The step after which no order of the remaining steps avoids the bad end.",
    ),
    term("recovery", &["recovered"], "The mount after a power cut, which replays the journal."),
];

/// The meaning of a word or of a promise's name; `None` if the glossary lacks it.
pub fn meaning(word: &str) -> Option<&'static str> {
    let of_term = || TERMS.iter().find(|term| term.word == word || term.also.contains(&word));
    let of_promise = || Promise::find(word).map(Promise::sentence);
    of_promise().or_else(|| of_term().map(|term| term.says))
}

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextPart<'a> {
    /// The text of the piece; all pieces together are the whole text.
    pub text: &'a str,
    /// The meaning, if the text is a word of the glossary.
    pub says: Option<&'static str>,
}

/// Splits a text at the first occurrence of each glossary word. Where several words begin, the
/// longest is taken.
pub fn parts(text: &str) -> Vec<TextPart<'_>> {
    let mut parts = Vec::new();
    let mut seen: Vec<&'static str> = Vec::new();
    let (mut from, mut at) = (0, 0);
    while at < text.len() {
        let begins = text[..at].chars().next_back().is_none_or(|before| !is_of_word(before));
        let found = begins.then(|| longest(&text[at..])).flatten();
        match found {
            Some((len, says)) if !seen.contains(&says) => {
                if from < at {
                    parts.push(TextPart { text: &text[from..at], says: None });
                }
                parts.push(TextPart { text: &text[at..at + len], says: Some(says) });
                seen.push(says);
                at += len;
                from = at;
            }
            _ => at += text[at..].chars().next().map_or(1, char::len_utf8),
        }
    }
    if from < text.len() {
        parts.push(TextPart { text: &text[from..], says: None });
    }
    parts
}

/// The longest word with which a text begins, and its meaning.
fn longest(text: &str) -> Option<(usize, &'static str)> {
    let ends = |len: usize| text[len..].chars().next().is_none_or(|after| !is_of_word(after));
    let mut best: Option<(usize, &'static str)> = None;
    let mut take = |word: &'static str, says: &'static str| {
        let is_longer = best.is_none_or(|(len, _)| word.len() > len);
        if is_longer && text.starts_with(word) && ends(word.len()) {
            best = Some((word.len(), says));
        }
    };
    for promise in Promise::ALL {
        take(promise.id(), promise.sentence());
    }
    for term in TERMS.iter().filter(|term| term.in_text) {
        take(term.word, term.says);
        term.also.iter().for_each(|word| take(word, term.says));
    }
    best
}

/// Whether a character belongs to a word: the characters beside a glossary word must not.
fn is_of_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_' || letter == '-'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_at_its_words_and_stays_whole() {
        let told = |text: &str| {
            let parts = parts(text);
            assert_eq!(parts.iter().map(|part| part.text).collect::<String>(), text);
            let words = parts.iter().filter(|part| part.says.is_some()).map(|part| part.text);
            words.collect::<Vec<_>>().join("|")
        };
        assert_eq!(told("the ES tree, not the disk tree"), "ES tree|disk tree");
        assert_eq!(told("i_unwritten is 1, i_unwritten drops"), "i_unwritten");
        assert_eq!(told("NO-STALE-CRASH is broken"), "NO-STALE-CRASH");
        assert_eq!(told("write D and write W"), "");
        assert_eq!(told("preconverted bioscope"), "");
        assert_eq!(told("\u{2192} bio"), "bio");
        assert_eq!(told(""), "");
    }

    #[test]
    fn every_word_has_one_meaning() {
        let mut words: Vec<&str> = Vec::new();
        for term in TERMS {
            for word in [term.word].iter().chain(term.also) {
                assert!(!words.contains(word), "{word} stands there twice");
                words.push(word);
                assert_eq!(meaning(word), Some(term.says));
            }
            assert!(term.says.ends_with('.'), "{}", term.word);
        }
        for promise in Promise::ALL {
            assert!(meaning(promise.id()).is_some());
        }
        assert!(TERMS.len() >= 40, "{}", TERMS.len());
    }
}
