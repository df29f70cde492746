//! The page's state, and the two things that a part of the page does with it: follow a value that
//! is shown, or send a command.
//!
//! All texts on the page have one type, and so have all flags. Leptos compiles the code that binds
//! a signal to an element once for each type of signal, so closures would be compiled a hundred
//! times.

use core::cell::RefCell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::app::kit::prelude::*;
use leptos::reactive::graph::Source;
use leptos::reactive::signal::Trigger;

use crate::app::kit::panic;
use crate::session::{Editor, Session, Stage, editor, stage};

/// A handle of the page's state. There is one state, and it lives as long as the page.
#[derive(Clone, Copy)]
pub struct Desk(());

/// What is on the desk.
struct Page {
    session: Session,
    stage: Stage,
    editor: Editor,
    /// `stage` and `editor` are out of date: a command has run since.
    is_stale: bool,
    /// The session's revision when `stage` was made. Typing in the editor does not change the
    /// stage.
    stage_of: u64,
    /// Notified when the displayed state changes.
    changed: Trigger,
}

/// The followers of displayed values, oldest first, each with an increasing number.
///
/// A Leptos memo keeps all subscribers, also those of removed elements, and walks through them for
/// each new one: after 5,000 steps that took two thirds of a step's time. So there are no memos.
/// After a command, all five hundred values are read here, and only the followers of changed values
/// are notified.
struct Followers {
    all: Vec<(u64, Follower)>,
    next: u64,
}

/// Reads its value, and notifies its subscribers if the value has changed.
type Follower = Box<dyn FnMut(&Stage, &Editor)>;

type Read<R> = Box<dyn Fn(&Stage, &Editor) -> R + Send + Sync>;

/// A character that no key contains.
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

    /// Reads the stage and follows it.
    pub fn with_stage<T>(self, read: impl FnOnce(&Stage) -> T) -> T {
        look(|page| page.changed).track();
        self.peek(read)
    }

    /// Reads the stage without following it.
    pub fn peek<T>(self, read: impl FnOnce(&Stage) -> T) -> T {
        look(|page| read(&page.stage))
    }

    /// Reads the session without following it.
    pub fn read<T>(self, read: impl FnOnce(&Session) -> T) -> T {
        look(|page| read(&page.session))
    }

    /// Runs a command on the session, and stores the run where it survives a panic.
    pub fn act<T>(self, command: impl FnOnce(&mut Session) -> T) -> T {
        let (result, was_stale) = change(|page| {
            let result = command(&mut page.session);
            note(&mut page.session);
            (result, core::mem::replace(&mut page.is_stale, true))
        });
        tell_soon(was_stale);
        result
    }

    /// Takes the editor's text; the run does not change.
    pub fn edit(self, draft: &str) {
        let was_stale = change(|page| {
            page.session.edit(draft);
            core::mem::replace(&mut page.is_stale, true)
        });
        tell_soon(was_stale);
    }
}

/// Runs after every command; not generic, so it is compiled once.
#[inline(never)]
fn note(session: &mut Session) {
    session.revise();
    hand_over(session);
}

/// Stores the run where it survives a panic, and in the address bar. A damaged link stays in the
/// address bar until the next command, so that the reader can correct it.
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

/// Recomputes the stage and the editor if they are out of date.
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

/// Schedules `tell` once for several commands in a row.
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

/// Flags and keys are followed as texts, so the code is compiled once.
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

/// There is one thread, and a panic ends it, so a poisoned lock is never seen.
fn open<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
