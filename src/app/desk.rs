//! The one signal of the page, and what every part of the page does with it: read a slice of it,
//! or send it a command.

use leptos::prelude::*;

use super::panic;
use crate::view::Session;

/// The page's state, to be handed around: copies are the same desk.
#[derive(Clone, Copy)]
pub struct Desk {
    session: RwSignal<Session>,
}

impl Desk {
    /// Sets the desk up for everything below the current component.
    pub fn provide() -> Desk {
        let desk = Desk { session: RwSignal::new(Session::new()) };
        provide_context(desk);
        desk
    }

    /// The desk of the page.
    pub fn of_page() -> Desk {
        expect_context()
    }

    /// A slice of the state, computed again when the state changes and passed on when it differs.
    pub fn memo<T>(self, slice: impl Fn(&Session) -> T + Send + Sync + 'static) -> Memo<T>
    where
        T: PartialEq + Send + Sync + 'static,
    {
        let session = self.session;
        Memo::new(move |_| session.with(&slice))
    }

    /// Reads the state without following it.
    pub fn read<T>(self, read: impl FnOnce(&Session) -> T) -> T {
        self.session.with_untracked(read)
    }

    /// Does a command. The run is also kept where it outlives a panic.
    pub fn act<T>(self, command: impl FnOnce(&mut Session) -> T) -> T {
        let mut session = self.session.write();
        let result = command(&mut session);
        panic::note_run(&session.as_text());
        result
    }
}
