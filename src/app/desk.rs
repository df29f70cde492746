//! The one signal of the page, and what every part of the page does with it: read a piece of what
//! is shown, or send a command.
//!
//! Every text and every flag on the page has the same type, whatever it is computed from: the code
//! that binds a signal to an element exists once for each type of signal, and a page that binds
//! closures carries it a hundred times.

use core::cell::Cell;

use leptos::prelude::*;
use leptos::reactive::effect::RenderEffect;
use leptos::reactive::graph::Source;
use leptos::reactive::signal::Trigger;

use super::panic;
use crate::view::{Editor, Session, Stage, editor, stage};

/// The page's state, to be handed around: copies are the same desk.
#[derive(Clone, Copy)]
pub struct Desk {
    session: RwSignal<Session>,
    stage: Shown<Stage>,
    editor: Shown<Editor>,
}

/// A value that many parts of the page follow, and when it was last another one.
///
/// Leptos's memos keep whoever followed them, also elements that are gone, and look through all of
/// them for each that follows on: after 5,000 steps, two thirds of a step's time went there. Here the
/// followers are forgotten when they are told: who is still there will follow again.
struct Shown<T: Send + Sync + 'static> {
    value: Memo<T>,
    changed: Trigger,
}

thread_local! {
    /// The desk of the page, for who comes from outside of it.
    static DESK: Cell<Option<Desk>> = const { Cell::new(None) };
}

type Read<T, R> = Box<dyn Fn(&T) -> R + Send + Sync>;

impl Desk {
    /// Sets the desk up for everything below the current component.
    pub fn provide() -> Desk {
        let mut session = Session::new();
        let hash = web_sys::window().and_then(|window| window.location().hash().ok());
        if let Some(link) = hash.filter(|hash| hash.len() > 1) {
            session.open_link(&link);
        }
        hand_over(&session);
        let session = RwSignal::new(session);
        let revision = Memo::new(move |_| session.with(Session::revision));
        let read = move |_: Option<&Stage>| {
            // `track` alone would never make the lazy memo look at the session.
            revision.get();
            session.with_untracked(stage)
        };
        // Another revision is another stage: to compare them part by part is code for nothing.
        let stage = Memo::new_with_compare(read, |_, _| true);
        let editor = Memo::new_with_compare(move |_| session.with(editor), |_, _| true);
        let desk = Desk { session, stage: Shown::new(stage), editor: Shown::new(editor) };
        provide_context(desk);
        DESK.set(Some(desk));
        desk
    }

    /// The desk of the page, if the page is there.
    pub fn of_window() -> Option<Desk> {
        DESK.get()
    }

    /// The desk of the page.
    pub fn of_page() -> Desk {
        expect_context()
    }

    /// A text that follows what is shown.
    pub fn text(self, read: impl Fn(&Stage) -> String + Send + Sync + 'static) -> Signal<String> {
        follow(self.stage, Box::new(read))
    }

    /// A flag that follows what is shown.
    pub fn flag(self, read: impl Fn(&Stage) -> bool + Send + Sync + 'static) -> Signal<bool> {
        follow(self.stage, Box::new(read))
    }

    /// The keys of a list that follows what is shown.
    pub fn keys(
        self,
        read: impl Fn(&Stage) -> Vec<String> + Send + Sync + 'static,
    ) -> Signal<Vec<String>> {
        follow(self.stage, Box::new(read))
    }

    /// A text that follows the editor.
    pub fn editor_text(
        self,
        read: impl Fn(&Editor) -> String + Send + Sync + 'static,
    ) -> Signal<String> {
        follow(self.editor, Box::new(read))
    }

    /// A flag that follows the editor.
    pub fn editor_flag(
        self,
        read: impl Fn(&Editor) -> bool + Send + Sync + 'static,
    ) -> Signal<bool> {
        follow(self.editor, Box::new(read))
    }

    /// The keys of a list that follows the editor.
    pub fn editor_keys(
        self,
        read: impl Fn(&Editor) -> Vec<String> + Send + Sync + 'static,
    ) -> Signal<Vec<String>> {
        follow(self.editor, Box::new(read))
    }

    /// Whether the run plays.
    pub fn playing(self) -> Memo<bool> {
        let session = self.session;
        Memo::new(move |_| session.with(Session::is_playing))
    }

    /// What is shown, for those who draw it themselves; followed.
    pub fn with_stage<T>(self, read: impl FnOnce(&Stage) -> T) -> T {
        self.stage.changed.track();
        self.stage.value.with_untracked(read)
    }

    /// What is shown, not followed.
    pub fn peek<T>(self, read: impl FnOnce(&Stage) -> T) -> T {
        self.stage.value.with_untracked(read)
    }

    /// The state itself, not followed.
    pub fn read<T>(self, read: impl FnOnce(&Session) -> T) -> T {
        self.session.with_untracked(read)
    }

    /// Does a command. The run is also kept where it outlives a panic.
    pub fn act<T>(self, command: impl FnOnce(&mut Session) -> T) -> T {
        let mut session = self.session.write();
        let result = command(&mut session);
        note(&mut session);
        result
    }

    /// Takes what was typed into the editor; nothing that is run changes.
    pub fn edit(self, draft: &str) {
        self.session.write().edit(draft);
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

fn follow<T, R>(shown: Shown<T>, read: Read<T, R>) -> Signal<R>
where
    T: Send + Sync + 'static,
    R: Send + Sync + 'static,
{
    Signal::derive(move || {
        shown.changed.track();
        shown.value.with_untracked(|value| read(value))
    })
}

impl<T: Send + Sync + 'static> Shown<T> {
    fn new(value: Memo<T>) -> Shown<T> {
        let changed = Trigger::new();
        let tell = RenderEffect::new(move |before: Option<()>| {
            value.with(|_| ());
            if before.is_some() {
                changed.notify();
                changed.clear_subscribers();
            }
        });
        // It lives as long as the page, and would end with its handle.
        core::mem::forget(tell);
        Shown { value, changed }
    }
}

impl<T: Send + Sync + 'static> Clone for Shown<T> {
    fn clone(&self) -> Shown<T> {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Shown<T> {}
