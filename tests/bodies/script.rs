//! Any text is either a script, which is printed in one form and runs, or has an error with its
//! place.

use extentscope::scenario::Script;
use extentscope::session::Session;

use super::bytes::Bytes;
use super::check_place;

/// Pieces of scripts, including wrong ones.
const WORDS: &[&str] = &[
    "\n",
    "\n",
    "\n",
    " ",
    " ",
    ",",
    "=",
    "+",
    "#",
    ":",
    "0",
    "1",
    "2",
    "3",
    "4",
    "8",
    "16",
    "250",
    "4k",
    "4096B",
    "0+4",
    "0+8",
    "4+4",
    "8+4",
    "t1: ",
    "t2: ",
    "t3: ",
    "t4: ",
    "t5: ",
    "aio_write ",
    "io=",
    "sync=",
    "file=b",
    "file=a",
    "dio_write ",
    "dio_read ",
    "buf_write ",
    "buf_read ",
    "fsync",
    "fdatasync",
    "fallocate ",
    "truncate ",
    "getevents ",
    "drop_caches ",
    "title ",
    "design ",
    "mount ",
    "dioread_nolock",
    "nodioread_nolock",
    "slots ",
    "journal ",
    "file a ",
    "file b ",
    " blocks",
    ", U ",
    ", W ",
    "allow ",
    "shrink ",
    "crash ",
    "flusher ",
    "commit ",
    "eio ",
    "enospc ",
    "nomem ",
    "expect ",
    "others",
    ": ok",
    ": RAW",
    ": NO-DEADLOCK",
    "rfc-v1",
    "rfc-osync",
    "v3.8",
    "v5.5",
    "kara",
    " +decrement=after_sync",
    " +early=dio",
    "\t",
    "é",
    "\u{a0}",
    "\r\n",
];

/// Number of steps that a script is run.
const STEPS: u32 = 24;

/// Makes a script from the input, and checks that it reads back.
pub fn run(data: &[u8]) {
    check(&Bytes::new(data).text(WORDS));
}

fn check(text: &str) {
    let script = match Script::parse(text) {
        Ok(script) => script,
        Err(error) => return check_place(text, &error),
    };
    let printed = script.to_string();
    let again = Script::parse(&printed).unwrap_or_else(|e| panic!("{e}, printed of {text:?}"));
    assert_eq!(again.to_string(), printed, "{text:?}");
    assert_eq!(again.setup, script.setup, "{text:?}");
    assert_eq!(again.expectations, script.expectations, "{text:?}");
    assert!(script.setup.is_within_bounds(), "{text:?}");
    check_page(text);
}

/// Checks that the page takes the script, and that its link opens it again.
fn check_page(text: &str) {
    let mut there = Session::new();
    there.apply(text).unwrap_or_else(|e| panic!("{e}, which the parser did not say of {text:?}"));
    for _ in 0..STEPS {
        there.forward();
    }
    let link = there.link();
    let mut here = Session::new();
    here.open_link(&link);
    assert_eq!(here.notice(), None, "{link}, made of {text:?}");
    assert_eq!(here.as_text(), there.as_text(), "{link}");
    assert_eq!(here.run().state(), there.run().state(), "{link}");
    assert_eq!(here.link(), link);
}
