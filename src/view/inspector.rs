//! The inspector: an object in detail, or what the last step changed, beside the stage.

use core::fmt;

use super::fault::Fault;
use super::object::{self, Difference, Object};
use super::session::Session;

/// What the inspector looks at. Links keep it as a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// What the last step changed.
    Changes,
    /// An object.
    Object(Object),
}

/// What the inspector shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspector {
    /// What it looks at, as a link writes it.
    pub look: String,
    /// What that is called.
    pub title: String,
    /// Everything that it could look at: as a link writes it, and what it is called.
    pub choices: Vec<(String, String)>,
    /// Kernel function or type, file, and version; empty texts where nothing has them.
    pub origin: [&'static str; 3],
    /// What there is to say of the object.
    pub fields: Vec<object::Field>,
    /// What may be done to it, each with what it does as a command.
    pub faults: Vec<(Fault, String)>,
    /// The steps that changed it.
    pub history: Vec<Event>,
    /// What of the run the history is of, in a sentence.
    pub extent: String,
    /// What the last step changed, object by object.
    pub changes: Vec<Difference>,
}

/// A step that changed the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The step, from 1.
    pub step: usize,
    /// What it changed.
    pub text: String,
    /// It is the step after which the run stands.
    pub is_here: bool,
}

/// What a session's inspector shows, if it is open.
pub fn inspector(session: &Session) -> Option<Inspector> {
    let look = session.look()?;
    let run = session.run();
    let (setup, cursor) = (run.setup(), run.cursor());
    let mut choices = vec![(Look::Changes.to_string(), "the last step".to_string())];
    let mut add =
        |object| choices.push((Look::Object(object).to_string(), object::title(setup, object)));
    object::objects(setup, &[run.state()]).into_iter().for_each(&mut add);
    if let Look::Object(object @ Object::Block(..)) = look {
        add(object);
    }
    let mut shown = Inspector {
        look: look.to_string(),
        title: String::new(),
        choices,
        origin: [""; 3],
        fields: Vec::new(),
        faults: Vec::new(),
        history: Vec::new(),
        extent: String::new(),
        changes: Vec::new(),
    };
    match look {
        Look::Changes if cursor == 0 => {
            shown.title = "No step has been taken".into();
            shown.extent = "Take a step to see what it changes.".into();
        }
        Look::Changes => {
            shown.title = format!("What step {cursor} changed");
            shown.changes = object::difference(setup, run.state_at(cursor - 1), run.state());
            if shown.changes.is_empty() {
                shown.extent = "Nothing that has a name: only where the actor stands.".into();
            }
        }
        Look::Object(object) => {
            let detail = object::detail(run, object);
            shown.title = detail.title;
            shown.origin = [detail.function, detail.source, detail.version];
            shown.fields = detail.fields;
            shown.faults = Fault::offered(session, object);
            let event = |(step, text)| Event { step, text, is_here: step == cursor };
            shown.history = detail.history.into_iter().map(event).collect();
            let (first, last) = detail.looked_at;
            shown.extent = match (shown.history.is_empty(), last - first < run.choices().len()) {
                (true, false) => "No step of the run changed it.".into(),
                (false, false) => String::new(),
                (none, true) => {
                    let what = if none { "No change" } else { "Changes" };
                    format!("{what} in steps {} to {last}: those around the cursor.", first + 1)
                }
            };
        }
    }
    Some(shown)
}

impl fmt::Display for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Look::Changes => f.write_str("changes"),
            Look::Object(object) => object.fmt(f),
        }
    }
}

impl Look {
    /// Reads what is printed; nothing if it is no look.
    pub fn parse(text: &str) -> Option<Look> {
        if text == "changes" { Some(Look::Changes) } else { Object::parse(text).map(Look::Object) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(session: &mut Session, look: &str, title: &str, says: &str) {
        session.inspect(Look::parse(look));
        let shown = inspector(session).expect("it is open");
        assert_eq!((shown.look.as_str(), shown.title.as_str()), (look, title));
        assert!(shown.choices.iter().any(|(id, _)| id == look), "{look}");
        assert!(format!("{shown:?}").contains(says), "{says}: {shown:?}");
    }

    #[test]
    fn it_shows_objects_and_steps() {
        let mut session = Session::new();
        assert_eq!(inspector(&session), None);
        check(&mut session, "changes", "No step has been taken", "Take a step");
        for _ in 0..8 {
            assert!(session.forward());
        }
        check(&mut session, "changes", "What step 8 changed", "on the inode's list");
        check(&mut session, "es.0", "ES tree", "ext4_es_tree");
        check(&mut session, "io.0", "write A", "in i_unwritten");
        check(&mut session, "t1", "t1", "getevents");
        check(&mut session, "block.0.3", "block 3", "is_here");
        session.inspect(None);
        assert_eq!(inspector(&session), None);
    }

    #[test]
    fn a_history_is_of_the_steps_around_the_cursor() {
        let mut session = Session::new();
        session.apply("file a 4 blocks\nt1: buf_write 0 4 sync=1\n").expect("a script");
        let steps = crate::bounds::HISTORY_STEPS as usize * 2;
        for op in 0.. {
            while session.forward() {}
            if session.run().choices().len() >= steps {
                break;
            }
            session.issue(op % 4, "buf_write 0 4 sync=1").expect("an operation");
        }
        let steps = session.run().choices().len();
        session.seek(steps / 2);
        check(&mut session, "t1", "t1", "those around the cursor");
        let shown = inspector(&session).expect("it is open");
        assert!(!shown.history.is_empty());
        let half = crate::bounds::HISTORY_STEPS as usize / 2;
        assert!(shown.history.iter().all(|event| event.step.abs_diff(steps / 2) <= half + 1));
    }
}
