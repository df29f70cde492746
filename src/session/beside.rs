//! A second design beside the run, in lock step with it.

use core::cell::RefCell;

use crate::kernel::{Choice, Design, Row, is_environment};
use crate::scenario::{Alone, Beat, Pair, RunError, head};

use super::page::Session;
use super::second::Second;

impl Session {
    /// The design beside the run, if two are compared.
    pub fn beside(&self) -> Option<Design> {
        self.second.as_ref().map(|second| second.design)
    }

    /// Shows a second design beside the run's, or removes it.
    pub fn compare_with(&mut self, design: Option<Design>) {
        self.pause();
        self.second = design.map(|design| {
            let old = self.second.take().unwrap_or_else(|| Second::new(design));
            Second { design, pair: RefCell::new(None), ..old }
        });
    }

    /// Starts a comparison with the design that the mailing list thread ended in, or else with the
    /// patch; or ends the comparison.
    pub fn toggle_compare(&mut self) {
        let other = if self.design().row == Row::Kara { Row::RfcV1 } else { Row::Kara };
        self.compare_with(if self.second.is_some() { None } else { Some(other.design()) });
    }

    /// Exchanges the two designs, each with its own steps: the second side's steps become the run,
    /// as a branch if they differ.
    pub fn swap_sides(&mut self) {
        let Some(second) = self.beside() else { return };
        let first = self.design();
        let own = self.with_pair(|pair| pair.second().choices().to_vec()).unwrap_or_default();
        let at = self.own_cursors()[1];
        self.compare_with(None);
        self.set_design(second);
        let divergence = self.take_choices(&own);
        self.branches.seek(at);
        if let Some(divergence) = divergence {
            self.say(&self.tell(divergence));
        }
        self.compare_with(Some(first));
    }

    /// Reads the pair, with the second side's cursor at the page's place.
    pub fn with_pair<T>(&self, read: impl FnOnce(&Pair) -> T) -> Option<T> {
        let second = self.second.as_ref()?;
        let mut kept = second.pair.borrow_mut();
        let (run, setup) = (self.run(), self.run().setup());
        let old = kept.take().filter(|pair| pair.is_of(setup, second.design));
        let mut pair = old.unwrap_or_else(|| Pair::new(setup, second.design));
        pair.follow(run, self.alone());
        let around = pair.around(run.cursor());
        pair.seek((around.start + self.ahead()).min(around.end));
        Some(read(kept.insert(pair)))
    }

    /// The step at the cursor and the number of steps; with two designs, of the common timeline.
    pub fn place(&self) -> (usize, usize) {
        let common = self.with_pair(|pair| {
            let around = pair.around(self.run().cursor());
            ((around.start + self.ahead()).min(around.end), pair.beats().len())
        });
        common.unwrap_or((self.run().cursor(), self.run().choices().len()))
    }

    /// The last beat before the cursor, if two designs are compared.
    pub fn last_beat(&self) -> Option<Beat> {
        let (at, _) = self.place();
        self.with_pair(|pair| at.checked_sub(1).map(|at| pair.beats()[at])).flatten()
    }

    /// The number of steps of each side at the cursor.
    pub(super) fn own_cursors(&self) -> [usize; 2] {
        let (at, _) = self.place();
        self.with_pair(|pair| pair.taken(at)).unwrap_or([self.run().cursor(), 0])
    }

    /// Goes to a place of the common timeline; false if no designs are compared.
    pub(super) fn seek_common(&mut self, at: usize) -> bool {
        let place = self.with_pair(|pair| {
            let first = pair.taken(at)[0];
            let around = pair.around(first);
            (first, at.clamp(around.start, around.end) - around.start)
        });
        let Some((first, ahead)) = place else { return false };
        self.branches.seek(first);
        self.set_ahead(ahead);
        true
    }

    /// The second side's own step after the cursor, if there is one.
    pub(super) fn planned_alone(&self) -> Option<Choice> {
        let (at, _) = self.place();
        let planned = self.with_pair(|pair| pair.beats().get(at).copied()).flatten();
        planned.filter(|beat| !beat.took[0]).map(|beat| beat.choice)
    }

    /// The default step at the end of both sides: a step of the first side, else of the second; a
    /// step of the environment only if there is no other.
    pub(super) fn default_of_both(&self) -> Option<Choice> {
        let first = self.default_choice(self.run().state());
        if first.is_some_and(|choice| !is_environment(self.run().state(), choice)) {
            return first;
        }
        let second = self.with_pair(|pair| {
            let run = pair.second();
            let choice = self.default_under(run.setup(), run.state())?;
            Some((choice, !is_environment(run.state(), choice)))
        });
        match second.flatten() {
            Some((choice, true)) => Some(choice),
            second => first.or(second.map(|(choice, _)| choice)),
        }
    }

    /// Takes a step of the run. If steps of only the second side follow at the cursor, they stay on
    /// the old branch.
    pub(super) fn step_first(&mut self, choice: Choice) -> Result<(), RunError> {
        if self.leaves_alone() {
            self.branch_off()?;
        }
        let before = (self.branches.list().len(), self.branches.current());
        self.branches.step(choice)?;
        self.set_ahead(0);
        if before.0 < self.branches.list().len() {
            self.keep_alone(before.1);
        }
        Ok(())
    }

    /// Takes a step that only the second side can take. Before the end of the run, a step other
    /// than the next one begins a branch.
    pub(super) fn step_alone(&mut self, choice: Choice) -> Result<(), RunError> {
        let (at, all) = self.place();
        let planned = self.with_pair(|pair| pair.beats().get(at).copied()).flatten();
        if planned.is_some_and(|beat| !beat.took[0] && beat.choice == choice) {
            self.set_ahead(self.ahead() + 1);
            return Ok(());
        }
        if at < all {
            self.branch_off()?;
        }
        let (cursor, ahead) = (self.run().cursor(), self.ahead());
        let branch = self.branches.current() as usize;
        if let Some(second) = &mut self.second {
            second.alone.resize(second.alone.len().max(branch + 1), Vec::new());
            second.alone[branch].push(Alone { after: cursor as u32, choice });
        }
        self.set_ahead(ahead + 1);
        Ok(())
    }

    /// Whether only the second side can take a choice.
    pub(super) fn is_alone(&self, choice: Choice) -> bool {
        let is_of_second = |pair: &Pair| pair.second().enabled().contains(&choice);
        !self.run().enabled().contains(&choice) && self.with_pair(is_of_second) == Some(true)
    }

    /// Whether steps of only the second side follow at the cursor, so that another step begins a
    /// branch.
    pub(super) fn leaves_alone(&self) -> bool {
        let (at, _) = self.place();
        self.with_pair(|pair| at < pair.around(self.run().cursor()).end) == Some(true)
    }

    /// Begins a branch at the cursor, with the second side's steps up to there.
    pub(super) fn branch_off(&mut self) -> Result<(), RunError> {
        let old = self.branches.current();
        self.branches.branch_here()?;
        self.keep_alone(old);
        Ok(())
    }

    /// Copies the second side's steps to a new branch from the branch that it left.
    pub(super) fn keep_alone(&mut self, old: u32) {
        let (at, ahead) = (self.run().cursor(), self.ahead());
        let new = self.branches.current() as usize;
        let Some(second) = &mut self.second else { return };
        let all = second.alone.get(old as usize).cloned().unwrap_or_default();
        let before = all.iter().filter(|own| (own.after as usize) < at);
        let here = all.iter().filter(|own| own.after as usize == at).take(ahead);
        let kept: Vec<Alone> = before.chain(here).copied().collect();
        second.alone.resize(second.alone.len().max(new + 1), Vec::new());
        second.alone[new] = kept;
    }

    /// The second side's own steps on the current branch.
    pub(super) fn alone(&self) -> &[Alone] {
        let branch = self.branches.current() as usize;
        self.second.as_ref().and_then(|second| second.alone.get(branch)).map_or(&[], Vec::as_slice)
    }

    /// The number of the second side's own steps that are taken at the cursor.
    pub(super) fn ahead(&self) -> usize {
        let ahead = self.second.as_ref().map_or((0, 0), |second| second.ahead);
        if ahead.0 == self.run().cursor() { ahead.1 } else { 0 }
    }

    /// The steps of only the second side, with their branches, for a link. On the current branch
    /// these are the steps that its design can take.
    pub(super) fn all_alone(&self) -> Vec<(u32, Alone)> {
        let current = self.branches.current();
        let taken = self.with_pair(|pair| {
            let alone = pair.beats().iter().filter(|beat| !beat.took[0]);
            let step = |beat: &Beat| Alone { after: beat.taken[0] as u32, choice: beat.choice };
            alone.map(step).collect::<Vec<_>>()
        });
        let all = self.second.iter().flat_map(|second| (0..).zip(&second.alone));
        let others = all.filter(|(branch, _)| *branch != current);
        let others = others.flat_map(|(branch, alone)| alone.iter().map(move |own| (branch, *own)));
        let own = taken.unwrap_or_default().into_iter().map(|own| (current, own));
        own.chain(others).collect()
    }

    /// Takes the second design of a link with its own steps. The error is a sentence.
    pub(super) fn take_second(
        &mut self,
        beside: &str,
        alone: &[(u32, Alone)],
        ahead: u32,
    ) -> Option<String> {
        self.second = None;
        if beside.is_empty() {
            return None;
        }
        let design = match Design::parse(beside) {
            Ok(design) => design,
            Err(error) => {
                let (head, expected) = (head(beside), error.expected);
                return Some(format!(
                    "its second design `{head}` cannot be read, so it is left out: expected \
                     {expected}"
                ));
            }
        };
        self.compare_with(Some(design));
        let branches = self.branches.list().len();
        let second = self.second.as_mut()?;
        second.alone = vec![Vec::new(); branches];
        for (branch, own) in alone {
            if let Some(list) = second.alone.get_mut(*branch as usize) {
                list.push(*own);
            }
        }
        self.set_ahead(ahead as usize);
        let asked = self.alone().len();
        let taken = self.with_pair(|pair| pair.beats().iter().filter(|it| !it.took[0]).count());
        (taken != Some(asked)).then(|| format!("{design} cannot take all of its own steps"))
    }

    /// Drops the second side's own steps, because the run was reset.
    pub(super) fn forget_alone(&mut self) {
        if let Some(second) = &mut self.second {
            second.alone.clear();
            second.ahead = (0, 0);
        }
    }

    pub(super) fn set_ahead(&mut self, ahead: usize) {
        let at = self.run().cursor();
        if let Some(second) = &mut self.second {
            second.ahead = (at, ahead);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Actor;
    use crate::scenario::{Dice, PRESETS};
    use crate::session::stage;

    fn compared(preset: &str, first: &str, second: &str) -> Session {
        let mut session = Session::new();
        session.load_preset(preset);
        session.set_design(Design::parse(first).unwrap());
        session.compare_with(Some(Design::parse(second).unwrap()));
        session
    }

    fn again(session: &mut Session) -> Session {
        session.revise();
        let mut other = Session::new();
        other.open_link(&session.link());
        other.revise();
        assert_eq!(other.notice(), None);
        other
    }

    #[test]
    fn one_side_deadlocks_and_the_other_goes_on_to_its_end() {
        let mut session = compared("S7", "rfc-osync", "kara");
        while session.forward() {}
        let shown = stage(&session);
        let beside = shown.beside.expect("two designs");
        assert_eq!(beside.sides[0].badge.word, "Deadlock");
        assert_eq!(beside.sides[1].badge.word, "Finished");
        assert_eq!(shown.place.0, shown.place.1);
        let difference = beside.difference.expect("they part");
        assert!(difference.text.contains("rfc-osync") && difference.text.contains("kara"));
        assert!(beside.knobs.iter().any(|knob| knob.steps.starts_with("changes step")));
        let other = again(&mut session);
        let (there, here) = (stage(&other), stage(&session));
        assert_eq!(
            (there.beside, there.place),
            (here.beside, here.place),
            "a link holds both sides"
        );
    }

    #[test]
    fn undo_redo_and_seek_move_both_sides() {
        let mut session = compared("S7", "rfc-osync", "kara");
        while session.forward() {}
        let (all, end) = (session.place().1, session.own_cursors());
        let mut seen = vec![end];
        for _ in 0..all {
            session.back();
            seen.push(session.own_cursors());
        }
        assert_eq!((session.place().0, session.own_cursors()), (0, [0, 0]));
        for at in 0..=all {
            session.seek(at);
            assert_eq!((session.place().0, session.own_cursors()), (at, seen[all - at]), "{at}");
            let other = again(&mut session);
            assert_eq!(other.place().0, at, "the link stands where the page does");
            session.seek(0);
            (0..at).for_each(|_| assert!(session.forward()));
            assert_eq!(session.own_cursors(), seen[all - at], "redo");
        }
    }

    #[test]
    fn links_by_hand_part_two_designs_with_a_bar_and_old_links_have_one() {
        for design in ["rfc-osync|kara", "rfc-osync%7Ckara", "rfc-osync,kara"] {
            let mut session = Session::new();
            session.open_link(&format!("v0;design={design};preset=S7;choices=t1,t1"));
            assert_eq!(session.notice(), None);
            assert_eq!(session.design().to_string(), "rfc-osync");
            assert_eq!(session.beside().map(|it| it.to_string()).as_deref(), Some("kara"));
        }
        let mut session = compared("S7", "rfc-osync", "kara");
        session.open_link("v0;design=rfc-v1;preset=S7");
        assert_eq!(session.beside(), None);
        session.open_link("v0;design=rfc-v1|nonsense;preset=S7");
        assert!(session.notice().is_some_and(|n| n.contains("nonsense")), "{:?}", session.notice());
        assert_eq!(session.beside(), None);
    }

    #[test]
    fn a_step_of_one_side_in_the_past_begins_a_branch_and_nothing_is_lost() {
        let mut session = compared("S7", "rfc-osync", "kara");
        while session.forward() {}
        let (before, alone) = (session.place().1, session.alone().to_vec());
        assert!(!alone.is_empty());
        session.seek(before - alone.len());
        let own = session.with_pair(|pair| pair.second().enabled()).unwrap();
        let other = own.into_iter().find(|choice| *choice != alone[0].choice);
        if let Some(other) = other {
            session.step(other).unwrap();
            assert_eq!(session.branches().list().len(), 2);
            session.switch_branch(0);
            session.seek(usize::MAX);
            assert_eq!((session.place().1, session.alone()), (before, &alone[..]));
        }
        assert_eq!(session.run().enabled(), [], "the first side is stuck");
    }

    #[test]
    fn sides_change_places_with_their_own_steps() {
        let mut session = compared("S7", "rfc-osync", "kara");
        while session.forward() {}
        let second = session.with_pair(|pair| pair.second().choices().to_vec()).unwrap();
        session.swap_sides();
        assert_eq!(session.design().to_string(), "kara");
        assert_eq!(session.beside().map(|it| it.to_string()).as_deref(), Some("rfc-osync"));
        assert_eq!(session.run().choices(), second);
    }

    /// After any actions on two designs, links read back and the counts of both sides match.
    #[test]
    fn random_commands_keep_both_sides_together() {
        for (seed, preset) in (0..).zip(PRESETS) {
            let mut session = compared(preset.id, "rfc-v1", "kara-opt");
            let mut dice = Dice::new(seed);
            for _ in 0..60 {
                let (_, all) = session.place();
                match dice.throw(9) {
                    0 => session.seek(dice.throw(all as u32 + 1) as usize),
                    1 => session.back(),
                    2 => {
                        let own = session.with_pair(|pair| pair.second().enabled());
                        if let Some(choice) = dice.choose(&own.unwrap_or_default()) {
                            let _ = session.step(choice);
                        }
                    }
                    3 => session.switch_branch(dice.throw(4)),
                    _ => {
                        session.forward();
                    }
                }
                let (at, all) = session.place();
                assert!(at <= all && session.own_cursors()[0] == session.run().cursor());
                assert_eq!(stage(&session).place, (at, all));
            }
            let other = again(&mut session);
            assert_eq!(other.place(), session.place(), "{}", preset.id);
            assert_eq!(other.own_cursors(), session.own_cursors());
            assert_eq!(stage(&other).beside, stage(&session).beside);
        }
    }

    #[test]
    fn a_power_cut_takes_both_sides() {
        let mut session = compared("S5b", "rfc-v1", "rfc-osync");
        (0..4).for_each(|_| assert!(session.forward()));
        session.inflict(crate::view::Fault::Power);
        let last = session.last_beat().expect("a step");
        assert_eq!((last.choice.actor, last.took), (Actor::Power, [true, true]));
    }
}
