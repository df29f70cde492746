//! A reader's own question: a run whose last steps are hidden until an answer is chosen.

use crate::kernel::Choice;
use crate::lesson::{Ask, QUESTION_NUMBER, Truth};
use crate::scenario::{Branches, Run};
use crate::view::finding;
use crate::view::panels::{Action, AnswerMark, AnswerRow, LessonCard};

use super::asked::Asked;
use super::page::Session;

/// The prefix of a question in a link. The step at which it is asked, the question, and the answer
/// if there is one follow it.
const ASK: &str = "ask.";

impl Session {
    /// The questions that can be asked about the run's end, with the steps after the cursor hidden:
    /// each as its word in a link, and as a sentence.
    pub fn questions(&self) -> Vec<(String, String)> {
        let mut end = self.run().clone();
        end.seek(usize::MAX);
        let asks = Ask::of(&end).into_iter();
        asks.map(|ask| (ask.to_string(), ask.text())).collect()
    }

    /// The run as a link that asks a question, without `#`; `None` if the run has no step after the
    /// cursor.
    pub fn ask_link(&self, word: &str) -> Option<String> {
        let mut asking = self.clone();
        asking.begin_to_ask(Ask::parse(word)?)?;
        asking.revise();
        Some(asking.link())
    }

    /// Asks the question on this page, as its link would.
    pub fn ask(&mut self, word: &str) {
        let begun = Ask::parse(word).and_then(|ask| self.begin_to_ask(ask));
        if begun.is_none() {
            self.say("There is no step after this one: go back some steps first.");
        }
    }

    /// Ends the question and keeps the steps taken so far.
    pub fn end_question(&mut self) {
        self.asked = None;
    }

    /// Takes the answer to the question; only the first answer counts.
    pub(super) fn answer_question(&mut self, answer: u8) {
        let answers = self.answers().len();
        if let Some(asked) = &mut self.asked
            && asked.answer.is_none()
            && usize::from(answer) < answers
        {
            asked.answer = Some(answer);
            self.notice = None;
        }
    }

    fn begin_to_ask(&mut self, ask: Ask) -> Option<()> {
        let (cursor, choices) = (self.run().cursor(), self.run().choices().to_vec());
        let (before, plan) = choices.split_at_checked(cursor)?;
        if plan.is_empty() {
            return None;
        }
        self.begin_question(
            Asked { ask, before: before.into(), plan: plan.into(), answer: None },
            0,
        );
        Some(())
    }

    /// Shows the run with the first steps of the plan taken.
    fn begin_question(&mut self, asked: Asked, taken: usize) {
        self.playing = false;
        self.notice = None;
        self.course = None;
        self.look = None;
        let setup = self.run().setup().clone();
        self.branches = Branches::new(setup);
        for choice in asked.before.iter().chain(&asked.plan[..taken]) {
            // These steps were possible in the run of the question, so none fails.
            let _ = self.branches.step(*choice);
        }
        self.asked = Some(asked);
    }

    /// The word of the question in a link.
    pub(super) fn ask_word(&self) -> Option<String> {
        let asked = self.on_question()?;
        let answer = asked.answer.map_or(String::new(), |answer| format!(".a{}", answer + 1));
        Some(format!("{ASK}{}.{}{answer}", asked.before.len(), asked.ask))
    }

    /// The whole run of the question, at its end; `None` without a question.
    pub(super) fn asked_run(&self) -> Option<Run> {
        let asked = self.on_question()?;
        let plan: Vec<Choice> = asked.before.iter().chain(&asked.plan).copied().collect();
        Some(Run::replay(self.run().setup().clone(), &plan).0)
    }

    /// Takes the question from a link's word, after the link's run; false if the word is of another
    /// kind.
    pub(super) fn take_ask(&mut self, word: &str) -> bool {
        let Some(text) = word.strip_prefix(ASK) else { return false };
        let (text, answer) = match text.rsplit_once(".a") {
            Some((text, answer)) => {
                (text, answer.parse::<u8>().ok().and_then(|a| a.checked_sub(1)))
            }
            None => (text, None),
        };
        let parsed = text.split_once('.');
        let parsed = parsed.and_then(|(from, ask)| Some((from.parse().ok()?, Ask::parse(ask)?)));
        let Some((from, ask)) = parsed else { return true };
        let from: usize = from;
        let (cursor, choices) = (self.run().cursor(), self.run().choices().to_vec());
        if from >= choices.len() {
            return true; // a damaged word: there is nothing to predict
        }
        let (before, plan) = choices.split_at(from);
        let mut asked = Asked { ask, before: before.into(), plan: plan.into(), answer: None };
        let end = self.run_of(&asked);
        asked.answer = answer.filter(|answer| usize::from(*answer) < ask.answers(&end).len());
        let taken = if asked.answer.is_some() { cursor.saturating_sub(from) } else { 0 };
        self.begin_question(asked, taken.min(choices.len() - from));
        true
    }

    /// The next step of the question; `Err` says why there is none. `None` without a question.
    pub(super) fn asked_choice(&self) -> Option<Result<Choice, &'static str>> {
        let asked = self.on_question()?;
        if self.run().cursor() < self.run().choices().len() {
            return None; // steps that were taken before
        }
        if asked.answer.is_none() {
            return Some(Err("The step is locked: answer the question first."));
        }
        // Beyond them the card would lose its answer.
        let next = self.left()?.first().copied();
        Some(next.ok_or("The steps of the question are taken: the card has the answer."))
    }

    /// The card of the question.
    pub(super) fn question_card(&self) -> Option<LessonCard> {
        let asked = self.asked.as_ref()?;
        let left = self.left().map(<[Choice]>::len);
        let is_done = left == Some(0) && asked.answer.is_some();
        let action = match (left, asked.answer) {
            (None, _) => Action::Free,
            (Some(_), None) => Action::Wait,
            (Some(0), Some(_)) => Action::Free,
            (Some(left), Some(_)) => Action::Steps(left as u32),
        };
        let end = self.run_of(asked);
        let truth = asked.ask.truth(&end);
        let mark = |at: u8, claims: Truth| match asked.answer {
            None => AnswerMark::Open,
            Some(_) if is_done && Some(claims) == truth => AnswerMark::Right,
            Some(chosen) if is_done && at == chosen => AnswerMark::Wrong,
            Some(chosen) if at == chosen => AnswerMark::Chosen,
            Some(_) => AnswerMark::Passed,
        };
        let rows = (0..)
            .zip(self.answers())
            .map(|(at, (text, claims))| AnswerRow { mark: mark(at, claims), text });
        let answers: Vec<AnswerRow> = rows.collect();
        Some(LessonCard {
            number: QUESTION_NUMBER,
            title: "A question".into(),
            source: "",
            about: "A reader's question about a run; the model computes the answer.",
            stop: asked.before.len(),
            place: format!("from step {}", asked.before.len()),
            says: String::new(),
            asks: Some(asked.ask.text()),
            told: self.told_of_question(action, is_done, &answers),
            answers,
            action,
            panels: String::new(),
            is_done,
            is_left: false,
        })
    }

    fn told_of_question(
        &self,
        action: Action,
        is_done: bool,
        answers: &[AnswerRow],
    ) -> Vec<String> {
        let mut told = Vec::new();
        match action {
            Action::Wait => told.push("Choose an answer; then the steps are unlocked.".into()),
            Action::Steps(1) => told.push("One step to take.".into()),
            Action::Steps(left) => {
                told.push(format!("{left} steps to take: play them, or take each with \u{2192}."));
            }
            Action::Free if !is_done => {
                told.push("You have left the run of the question.".into());
            }
            Action::Free | Action::Continue | Action::Lesson(_) | Action::Return => {
                let of = |mark| answers.iter().find(|row| row.mark == mark);
                let right = of(AnswerMark::Right).map_or("none of these", |row| row.text.as_str());
                told.push(match of(AnswerMark::Wrong) {
                    None => format!("Right: {right}."),
                    Some(_) => format!("Wrong. The answer is: {right}."),
                });
                told.extend(finding(self.run()));
            }
        }
        told
    }

    fn answers(&self) -> Vec<(String, Truth)> {
        let Some(asked) = &self.asked else { return Vec::new() };
        asked.ask.answers(&self.run_of(asked))
    }

    /// The run of the question, at its end.
    fn run_of(&self, asked: &Asked) -> Run {
        let plan: Vec<Choice> = asked.before.iter().chain(&asked.plan).copied().collect();
        Run::replay(self.run().setup().clone(), &plan).0
    }

    /// The question, while the current run belongs to it.
    fn on_question(&self) -> Option<&Asked> {
        self.left().and(self.asked.as_ref())
    }

    /// The remaining steps of the plan; `None` if the run has departed from it.
    fn left(&self) -> Option<&[Choice]> {
        let asked = self.asked.as_ref()?;
        let taken = self.run().choices().strip_prefix(asked.before.as_slice())?;
        asked.plan.strip_prefix(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::PRESETS;

    fn open(link: &str) -> Session {
        let mut session = Session::new();
        session.open_link(link);
        session.revise();
        assert_eq!(session.notice(), None);
        session
    }

    /// A run to its end, with the cursor in the middle.
    fn run_of_own(preset: &str) -> Session {
        let mut session = Session::new();
        session.load_preset(preset);
        while session.forward() {}
        session.seek(session.run().choices().len() / 2);
        session
    }

    #[test]
    fn a_run_becomes_a_question_whose_answer_is_computed() {
        let mut asked = 0;
        for preset in PRESETS.iter().filter(|preset| preset.id != "S9") {
            let author = run_of_own(preset.id);
            for (word, text) in author.questions() {
                let mut reader = open(&author.ask_link(&word).expect("steps that answer"));
                let card = reader.lesson_card().expect("a card");
                assert_eq!((card.asks, card.action), (Some(text), Action::Wait), "{word}");
                assert!(!reader.forward(), "the step is locked");
                reader.answer(0);
                while matches!(reader.lesson_card().map(|it| it.action), Some(Action::Steps(_))) {
                    assert!(reader.forward(), "{} {word}", preset.id);
                }
                let card = reader.lesson_card().expect("a card");
                let right = card.answers.iter().filter(|row| row.mark == AnswerMark::Right).count();
                assert_eq!((right, card.action), (1, Action::Free), "{} {word}", preset.id);
                asked += 1;
            }
        }
        assert!(asked > 60, "{asked}");
    }

    #[test]
    fn a_reload_keeps_the_answer_and_the_steps() {
        let author = run_of_own("S2");
        let mut reader = open(&author.ask_link("read").expect("a read comes"));
        reader.answer(1);
        reader.forward();
        reader.revise();
        let again = open(&reader.link());
        assert_eq!(again.lesson_card(), reader.lesson_card());
        assert_eq!(again.run().choices(), reader.run().choices());
        assert_eq!(again.link(), reader.link());
        reader.end_question();
        assert_eq!(reader.lesson_card(), None);
    }

    #[test]
    fn words_that_ask_nothing_are_passed_over() {
        for word in ["ask.", "ask.99.read", "ask.0.nothing", "ask.0.survives.77", "ask.x.read"] {
            let mut session = run_of_own("S2");
            assert!(session.take_ask(word));
            assert_eq!(session.lesson_card(), None, "{word}");
        }
        assert!(!run_of_own("S2").take_ask("lesson.1"));
    }
}
