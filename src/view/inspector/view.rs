//! The contents of the inspector: an object in detail, or the changes of the last step.

use crate::kernel::{Actor, Next, next};
use crate::scenario::Run;
use crate::view::facts::{LAYERS, Object, objects, title};
use crate::view::panels::acted;
use crate::view::words::glossary::meaning;

use super::compare::{Compare, compare};
use super::detail::{Field, detail};
use super::fault::Fault;
use super::look::Look;

/// The contents of the inspector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspector {
    /// The subject, as a link writes it.
    pub look: String,
    /// The title of the subject.
    pub title: String,
    /// What this kind of object is, in a sentence or two.
    pub definition: &'static str,
    /// All possible subjects: each as a link writes it, and its title.
    pub choices: Vec<(String, String)>,
    /// Kernel function or type, file, and version; empty texts if there are none.
    pub origin: [&'static str; 3],
    /// The fields of the object.
    pub fields: Vec<Field>,
    /// The faults of the object, each with the text of its button.
    pub faults: Vec<(Fault, String)>,
    /// The steps that changed it.
    pub history: Vec<Event>,
    /// The part of the run that the history covers, in a sentence.
    pub extent: String,
    /// The states before and after the last step.
    pub compare: Option<Compare>,
    /// Whether there is an event to go back to, and whether there may be one to go forward to.
    pub can_turn: (bool, bool),
}

/// A step that changed the object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Event {
    /// The number of the step, from 1.
    pub step: usize,
    /// The changes of the step in words.
    pub text: String,
    /// True if the cursor stands after this step.
    pub is_here: bool,
    /// True if the cursor stands before this step.
    pub is_ahead: bool,
}

/// The contents of the inspector for a run. Bit `n` of `delayed` is set if the reader delays IO
/// `n`; `can_go_on` says whether a step is possible after the run's end.
pub fn inspector(run: &Run, look: Look, delayed: u32, can_go_on: bool) -> Inspector {
    let (setup, cursor) = (run.setup(), run.cursor());
    let mut choices = vec![(Look::Changes.to_string(), "the last step".to_string())];
    let mut all = objects(setup, &[run.state()]);
    all.retain(|object| is_there(run, *object));
    // Blocks, and objects of a link that this run does not have.
    if let Look::Object(object) = look
        && !all.contains(&object)
    {
        all.push(object);
    }
    for object in all {
        choices.push((Look::Object(object).to_string(), title(setup, object)));
    }
    let mut shown = Inspector {
        look: look.to_string(),
        title: String::new(),
        definition: definition(look),
        choices,
        origin: [""; 3],
        fields: Vec::new(),
        faults: Vec::new(),
        history: Vec::new(),
        extent: String::new(),
        compare: if look == Look::Changes { compare(run) } else { None },
        can_turn: (false, false),
    };
    match look {
        Look::Changes if cursor == 0 => {
            shown.title = "No step has been taken".into();
            shown.extent = "Take a step to see what it changes.".into();
        }
        Look::Changes => {
            shown.title = format!("What step {cursor} changed");
            if shown.compare.as_ref().is_some_and(|compare| compare.table.rows.is_empty()) {
                shown.extent = "No named field changed, only the actor's position.".into();
            }
        }
        Look::Object(object) => {
            let detail = detail(run, object);
            shown.title = detail.title;
            shown.origin = [detail.function, detail.source, detail.version];
            shown.fields = detail.fields;
            shown.faults = Fault::offered(run.state(), object, delayed);
            let event = |(step, text)| {
                let (is_here, is_ahead) = (step == cursor, step > cursor);
                Event { step, text, is_here, is_ahead }
            };
            shown.history = detail.history.into_iter().map(event).collect();
            shown.can_turn = can_turn(run, can_go_on, object, (&shown.history, detail.looked_at));
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
    shown
}

/// What the subject is, in a sentence or two.
fn definition(look: Look) -> &'static str {
    let Look::Object(object) = look else {
        return "The states before and after the step, and their differences.";
    };
    let word = match object {
        Object::Actor(actor) => match actor {
            Actor::Thread(_) => {
                return "A thread of a program: it takes the steps of its system calls.";
            }
            Actor::Irq(_) => "irq",
            Actor::Kworker(_) => "kworker",
            Actor::Jbd2 => "jbd2",
            Actor::Flusher => "writeback",
            Actor::Shrinker => "shrinker",
            Actor::Power => return "The power: when it is cut, all volatile data is lost.",
        },
        Object::Io(_) => "io_end",
        Object::Inode(_) => return "The file in memory: its locks, its counters and its size.",
        Object::Layer(_, layer) => match LAYERS.get(usize::from(layer)).map_or("", |it| it.0) {
            "pages" => "page cache",
            "es" => "ES tree",
            "disk" => "disk tree",
            "committed" => "committed tree",
            "media" => "media",
            _ => return "What a direct read would return if it mapped its blocks now.",
        },
        Object::Block(..) => return "A block of the file in each layer.",
        Object::Device => "media",
    };
    meaning(word).unwrap_or_default()
}

/// Whether the list contains an object: an actor must be able to act or have acted.
fn is_there(run: &Run, object: Object) -> bool {
    let Object::Actor(actor) = object else { return true };
    match actor {
        Actor::Thread(_) | Actor::Kworker(0) | Actor::Jbd2 => true,
        Actor::Irq(_) | Actor::Kworker(_) | Actor::Flusher | Actor::Shrinker | Actor::Power => {
            let has_acted = acted(run) >> actor.position() & 1 != 0;
            has_acted || next(run.setup(), run.state(), actor) != Next::Done
        }
    }
}

/// Whether an object has events before and after the cursor. The events of an actor are its steps.
/// The answer is also true if the history does not reach that far, or if the run can continue.
fn can_turn(
    run: &Run,
    can_go_on: bool,
    object: Object,
    (history, (first, last)): (&[Event], (usize, usize)),
) -> (bool, bool) {
    let (before, after) = run.choices().split_at(run.cursor());
    if let Object::Actor(actor) = object {
        let is_its = |choice: &crate::kernel::Choice| choice.actor == actor;
        let past = &before[..before.len().saturating_sub(1)];
        return (past.iter().any(is_its), after.iter().any(is_its) || can_go_on);
    }
    let is_past = |event: &Event| !event.is_here && !event.is_ahead;
    (
        first > 0 || history.iter().any(is_past),
        last < run.choices().len() || history.iter().any(|e| e.is_ahead) || can_go_on,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Command, Session};

    fn check(session: &mut Session, look: &str, title: &str, says: &str) {
        session.inspect(Look::parse(look));
        let shown = session.inspector().expect("it is open");
        assert_eq!((shown.look.as_str(), shown.title.as_str()), (look, title));
        assert!(shown.choices.iter().any(|(id, _)| id == look), "{look}");
        assert!(format!("{shown:?}").contains(says), "{says}: {shown:?}");
    }

    #[test]
    fn it_shows_objects_and_steps() {
        let mut session = Session::new();
        assert_eq!(session.inspector(), None);
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
        assert_eq!(session.inspector(), None);
    }

    #[test]
    fn it_offers_actors_that_the_run_has() {
        let offered = |session: &mut Session, look: &str| {
            session.inspect(Look::parse(look));
            let shown = session.inspector().expect("it is open");
            let is_actor =
                |id: &&str| Object::parse(id).is_some_and(|o| matches!(o, Object::Actor(_)));
            let ids: Vec<&str> = shown.choices.iter().map(|(id, _)| id.as_str()).collect();
            ids.into_iter().filter(is_actor).collect::<Vec<_>>().join(" ")
        };
        let mut session = Session::new();
        assert_eq!(offered(&mut session, "changes"), "t1 kworker:1 jbd2");
        assert_eq!(offered(&mut session, "irq:io8"), "t1 kworker:1 jbd2 irq:io8");
        while session.forward() {}
        assert_eq!(offered(&mut session, "changes"), "t1 irq:io1 irq:io2 kworker:1 jbd2");
    }

    #[test]
    fn what_is_still_to_come_is_told_and_ends_are_known() {
        let mut session = Session::new();
        while session.forward() {}
        for look in ["es.0", "inode.0", "irq:io1", "t1", "committed.0"] {
            session.inspect(Look::parse(look));
            for step in 0..=session.run().choices().len() {
                session.seek(step);
                let shown = session.inspector().expect("it is open");
                let ahead = |event: &Event| event.is_ahead == (event.step > step);
                assert!(shown.history.iter().all(ahead), "{look} at step {step}");
                let (back, on) = shown.can_turn;
                assert_eq!(session.clone().command_moves(Command::NextEvent), on, "{look} {step}");
                assert_eq!(
                    session.clone().command_moves(Command::PreviousEvent),
                    back,
                    "{look} {step}"
                );
            }
        }
    }

    impl Session {
        fn command_moves(mut self, command: Command) -> bool {
            let before = self.run().cursor();
            self.command(command);
            before != self.run().cursor()
        }
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
        let shown = session.inspector().expect("it is open");
        assert!(!shown.history.is_empty());
        let half = crate::bounds::HISTORY_STEPS as usize / 2;
        assert!(shown.history.iter().all(|event| event.step.abs_diff(steps / 2) <= half + 1));
    }
}
