//! The one state of the page, and what every part of the page does with it: follow a piece of what
//! is shown, or send a command.
//!
//! Every text and every flag on the page has the same type, whatever it is computed from: the code
//! that binds a signal to an element exists once for each type of signal, and a page that binds
//! closures carries it a hundred times.

use core::cell::RefCell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::app::kit::prelude::*;
use leptos::reactive::graph::Source;
use leptos::reactive::signal::Trigger;

use crate::app::kit::panic;
use crate::session::{Editor, Session, Stage, editor, stage};

/// The page's state, to be handed around: it is there once, for as long as the page is.
#[derive(Clone, Copy)]
pub struct Desk(());

/// What is on the desk.
struct Page {
    session: Session,
    stage: Stage,
    editor: Editor,
    /// Stage and editor are of the session as it was before the last command.
    is_stale: bool,
    /// The session's revision that the stage is of: typing in the editor does not change the stage.
    stage_of: u64,
    /// Told when what is shown is another.
    changed: Trigger,
}

/// Who follows a part of what is shown, in the order in which they came, each with a number that grows.
///
/// Leptos's memos keep whoever followed them, also elements that are gone, and look through all of
/// them for each that follows on: after 5,000 steps, two thirds of a step's time went there. And of
/// the five hundred texts and flags that are followed few are others after a step: all are read here,
/// in a row, and only who follows one that is another is told.
struct Followers {
    all: Vec<(u64, Follower)>,
    next: u64,
}

/// Reads its part, and tells who follows it if it is another than before.
type Follower = Box<dyn FnMut(&Stage, &Editor)>;

type Read<R> = Box<dyn Fn(&Stage, &Editor) -> R + Send + Sync>;

/// What is in no key.
const END_OF_KEY: char = '\u{1}';

thread_local! {
    static PAGE: RefCell<Option<Page>> = const { RefCell::new(None) };
    static FOLLOWERS: RefCell<Followers> =
        const { RefCell::new(Followers { all: Vec::new(), next: 0 }) };
}

impl Desk {
    /// Sets the desk up, with the run of the page's address.
    pub fn set_up() -> Desk {
        let mut session = Session::new();
        let hash = web_sys::window().and_then(|window| window.location().hash().ok());
        if let Some(link) = hash.filter(|hash| hash.len() > 1) {
            session.open_link(&link);
            session.revise();
        }
        hand_over(&session);
        let page = Page {
            stage: stage(&session),
            editor: editor(&session),
            is_stale: false,
            stage_of: session.revision(),
            session,
            changed: Trigger::new(),
        };
        PAGE.set(Some(page));
        Desk(())
    }

    /// The desk of the page, if the page is there.
    pub fn of_window() -> Option<Desk> {
        PAGE.with_borrow(|page| page.as_ref().map(|_| Desk(())))
    }

    /// The desk of the page.
    pub fn of_page() -> Desk {
        Desk(())
    }

    /// A text that follows what is shown.
    pub fn text(self, read: impl Fn(&Stage) -> String + Send + Sync + 'static) -> Signal<String> {
        follow(Box::new(move |stage, _| read(stage)))
    }

    /// A flag that follows what is shown.
    pub fn flag(self, read: impl Fn(&Stage) -> bool + Send + Sync + 'static) -> Signal<bool> {
        follow_flag(Box::new(move |stage, _| read(stage)))
    }

    /// The keys of a list that follows what is shown.
    pub fn keys(
        self,
        read: impl Fn(&Stage) -> Vec<String> + Send + Sync + 'static,
    ) -> Signal<Vec<String>> {
        follow_keys(Box::new(move |stage, _| read(stage)))
    }

    /// A text that follows the editor.
    pub fn editor_text(
        self,
        read: impl Fn(&Editor) -> String + Send + Sync + 'static,
    ) -> Signal<String> {
        follow(Box::new(move |_, editor| read(editor)))
    }

    /// A flag that follows the editor.
    pub fn editor_flag(
        self,
        read: impl Fn(&Editor) -> bool + Send + Sync + 'static,
    ) -> Signal<bool> {
        follow_flag(Box::new(move |_, editor| read(editor)))
    }

    /// The keys of a list that follows the editor.
    pub fn editor_keys(
        self,
        read: impl Fn(&Editor) -> Vec<String> + Send + Sync + 'static,
    ) -> Signal<Vec<String>> {
        follow_keys(Box::new(move |_, editor| read(editor)))
    }

    /// What is shown, for those who draw it themselves; followed.
    pub fn with_stage<T>(self, read: impl FnOnce(&Stage) -> T) -> T {
        look(|page| page.changed).track();
        self.peek(read)
    }

    /// What is shown, not followed.
    pub fn peek<T>(self, read: impl FnOnce(&Stage) -> T) -> T {
        look(|page| read(&page.stage))
    }

    /// The state itself, not followed.
    pub fn read<T>(self, read: impl FnOnce(&Session) -> T) -> T {
        look(|page| read(&page.session))
    }

    /// Does a command. The run is also kept where it outlives a panic.
    pub fn act<T>(self, command: impl FnOnce(&mut Session) -> T) -> T {
        let (result, was_stale) = change(|page| {
            let result = command(&mut page.session);
            note(&mut page.session);
            (result, core::mem::replace(&mut page.is_stale, true))
        });
        tell_soon(was_stale);
        result
    }

    /// Takes what was typed into the editor; nothing that is run changes.
    pub fn edit(self, draft: &str) {
        let was_stale = change(|page| {
            page.session.edit(draft);
            core::mem::replace(&mut page.is_stale, true)
        });
        tell_soon(was_stale);
    }
}

/// What is to be done after every command, once for all kinds of them.
#[inline(never)]
fn note(session: &mut Session) {
    session.revise();
    hand_over(session);
}

/// Keeps the run where it outlives a panic, and in the address bar. A damaged link stays there until
/// something is done: somebody may mend it.
fn hand_over(session: &Session) {
    let link = if session.is_link_damaged() { String::new() } else { session.link() };
    panic::note_run(&session.report_text(), &link);
}

/// Reads the page as it is now.
fn look<T>(read: impl FnOnce(&Page) -> T) -> T {
    freshen();
    PAGE.with_borrow(|page| read(page.as_ref().expect("the desk is set up first")))
}

fn change<T>(act: impl FnOnce(&mut Page) -> T) -> T {
    PAGE.with_borrow_mut(|page| act(page.as_mut().expect("the desk is set up first")))
}

/// Has what is shown follow the session.
#[inline(never)]
fn freshen() {
    let is_stale = PAGE.with_borrow(|page| page.as_ref().is_some_and(|page| page.is_stale));
    if !is_stale {
        return; // somebody may be reading
    }
    change(|page| {
        page.is_stale = false;
        page.editor = editor(&page.session);
        if page.stage_of != page.session.revision() {
            page.stage_of = page.session.revision();
            page.stage = stage(&page.session);
        }
    });
}

/// After the first command of several has the followers look once all are done.
fn tell_soon(is_told: bool) {
    if !is_told {
        queue_microtask(tell);
    }
}

fn tell() {
    let changed = look(|page| {
        FOLLOWERS.with_borrow_mut(|followers| {
            followers.all.iter_mut().for_each(|(_, follower)| follower(&page.stage, &page.editor));
        });
        page.changed
    });
    changed.notify();
    changed.clear_subscribers();
}

fn follow(read: Read<String>) -> Signal<String> {
    let part = Arc::new(Mutex::new(look(|page| read(&page.stage, &page.editor))));
    let (kept, changed) = (part.clone(), Trigger::new());
    let number = join(Box::new(move |stage, editor| {
        let now = read(stage, editor);
        if *open(&part) != now {
            *open(&part) = now;
            changed.notify();
        }
    }));
    on_cleanup(move || leave(number));
    Signal::derive(move || {
        changed.track();
        open(&kept).clone()
    })
}

/// Flags and keys are followed as texts: what follows exists once.
fn follow_flag(read: Read<bool>) -> Signal<bool> {
    let text = follow(Box::new(move |stage, editor| {
        String::from(if read(stage, editor) { "1" } else { "" })
    }));
    Signal::derive(move || !text.get().is_empty())
}

fn follow_keys(read: Read<Vec<String>>) -> Signal<Vec<String>> {
    let text = follow(Box::new(move |stage, editor| {
        let mut text = String::new();
        for key in read(stage, editor) {
            text += &key;
            text.push(END_OF_KEY);
        }
        text
    }));
    Signal::derive(move || text.get().split_terminator(END_OF_KEY).map(String::from).collect())
}

fn join(follower: Follower) -> u64 {
    FOLLOWERS.with_borrow_mut(|followers| {
        followers.next += 1;
        followers.all.push((followers.next, follower));
        followers.next
    })
}

fn leave(number: u64) {
    let gone = FOLLOWERS.with_borrow_mut(|followers| {
        let at = followers.all.binary_search_by_key(&number, |(number, _)| *number);
        at.ok().map(|at| followers.all.remove(at))
    });
    drop(gone); // what it holds may leave too
}

/// There is one thread, and a panic ends it.
fn open<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
