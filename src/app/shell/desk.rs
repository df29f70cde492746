//! The state of the page, and the two things that a part of the page does with it: follow a
//! displayed value, or run a command.
//!
//! All texts on the page have one signal type, and so do all flags. Leptos compiles the code that
//! binds a signal to an element once per type of signal, so closures would be compiled a hundred
//! times.

use core::cell::RefCell;
use std::sync::{Arc, Mutex};

use crate::app::kit::prelude::*;
use leptos::reactive::graph::Source;
use leptos::reactive::signal::Trigger;

use crate::app::kit::{Followed, Keys, open, panic};
use crate::session::{Editor, Session, Stage, editor, stage};

/// A handle of the page's state. There is one state, which lives as long as the page. The handle has
/// no fields: signals take only closures that are `Send`, and a reference to the state is not, so the
/// state is in a thread-local.
#[derive(Clone, Copy)]
pub struct Desk(());

/// The page's state: the session, and the values computed from it.
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
/// A Leptos memo keeps all subscribers, even those of removed elements, and walks through them for
/// each new one. After 5,000 steps that took two thirds of the time of a step, so there are no
/// memos here. After a command, all five hundred values are read, and only the followers of changed
/// values are notified.
struct Followers {
    all: Vec<(u64, Follower)>,
    next: u64,
}

/// Reads its value, and notifies its subscribers if the value has changed.
type Follower = Box<dyn FnMut(&Stage, &Editor)>;

type Read<R> = Box<dyn Fn(&Stage, &Editor) -> R + Send + Sync>;

thread_local! {
    static PAGE: RefCell<Option<Page>> = const { RefCell::new(None) };
    static FOLLOWERS: RefCell<Followers> =
        const { RefCell::new(Followers { all: Vec::new(), next: 0 }) };
}

impl Desk {
    /// Creates the desk, with the run of the page's address.
    pub fn set_up() -> Desk {
        let mut session = Session::new();
        let hash = web_sys::window().and_then(|window| window.location().hash().ok());
        if let Some(link) = hash.filter(|hash| hash.len() > 1) {
            session.open_link(&link);
            session.revise();
        }
        if let Some(Ok(query)) = web_sys::window().map(|window| window.location().search()) {
            session.take_query(&query);
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

    /// The desk of the page, or `None` outside the page.
    pub fn of_window() -> Option<Desk> {
        PAGE.with_borrow(|page| page.as_ref().map(|_| Desk(())))
    }

    /// The desk of the page.
    pub fn of_page() -> Desk {
        Desk(())
    }

    /// A text that is computed from the stage.
    pub fn text(self, read: impl Fn(&Stage) -> String + Send + Sync + 'static) -> Signal<String> {
        follow(Box::new(move |stage, _| read(stage)))
    }

    /// A flag that is computed from the stage.
    pub fn flag(self, read: impl Fn(&Stage) -> bool + Send + Sync + 'static) -> Signal<bool> {
        follow(Box::new(move |stage, _| read(stage)))
    }

    /// The keys of a list that is computed from the stage.
    pub fn keys<K: Followed>(
        self,
        read: impl Fn(&Stage) -> Vec<K> + Send + Sync + 'static,
    ) -> Keys<K> {
        Keys::new(|number| follow(Box::new(move |stage, _| number(read(stage)))))
    }

    /// A text that is computed from the editor.
    pub fn editor_text(
        self,
        read: impl Fn(&Editor) -> String + Send + Sync + 'static,
    ) -> Signal<String> {
        follow(Box::new(move |_, editor| read(editor)))
    }

    /// A flag that is computed from the editor.
    pub fn editor_flag(
        self,
        read: impl Fn(&Editor) -> bool + Send + Sync + 'static,
    ) -> Signal<bool> {
        follow(Box::new(move |_, editor| read(editor)))
    }

    /// The keys of a list that is computed from the editor.
    pub fn editor_keys<K: Followed>(
        self,
        read: impl Fn(&Editor) -> Vec<K> + Send + Sync + 'static,
    ) -> Keys<K> {
        Keys::new(|number| follow(Box::new(move |_, editor| number(read(editor)))))
    }

    /// Reads the stage and subscribes to it.
    pub fn with_stage<T>(self, read: impl FnOnce(&Stage) -> T) -> T {
        look(|page| page.changed).track();
        self.peek(read)
    }

    /// Reads the stage without subscribing.
    pub fn peek<T>(self, read: impl FnOnce(&Stage) -> T) -> T {
        look(|page| read(&page.stage))
    }

    /// Reads the session without subscribing.
    pub fn read<T>(self, read: impl FnOnce(&Session) -> T) -> T {
        look(|page| read(&page.session))
    }

    /// Runs a command on the session, and stores the run so that it survives a panic.
    pub fn act<T>(self, command: impl FnOnce(&mut Session) -> T) -> T {
        let (result, was_stale) = change(|page| {
            let result = command(&mut page.session);
            note(&mut page.session);
            (result, core::mem::replace(&mut page.is_stale, true))
        });
        tell_soon(was_stale);
        result
    }

    /// Sets the editor's text; the run does not change.
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

/// Stores the run so that it survives a panic, and puts it into the address bar. A damaged link
/// stays in the address bar until the next command, so that the reader can correct it.
fn hand_over(session: &Session) {
    let link = if session.is_link_damaged() { String::new() } else { session.link() };
    panic::note_run(&session.report_text(), &link);
}

/// Reads the page's current state.
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

/// Schedules one call of `tell` for several commands in a row.
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

fn follow<T: Followed>(read: Read<T>) -> Signal<T> {
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
