//! What one thread of a search does: it takes the steps of states, and writes down what they lead
//! to. The search then merges the records of all threads in the order of the states.

use crate::kernel::{
    self, ACTORS, Choice, Next, Recall, Setup, deadlocked_among, enabled_among, next_of_all,
};

use super::ends;
use super::expansion::{Expansion, Step, Steps};
use super::fingerprint::{Fingerprint, GraphSum};
use super::frontier::Frontier;
use super::graph::{Edge, Graph, Standing};
use super::reduced::Reduced;
use super::situation::Situations;
use super::table::Table;
use super::values::{News, Numbers, Values};

/// What all threads know. It does not change while they expand states.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) setup: &'a Setup,
    pub(super) values: &'a Values,
    pub(super) graph: &'a Graph,
    pub(super) table: &'a Table,
    pub(super) frontier: &'a Frontier,
    /// How the search is reduced; `None` for a full search.
    pub(super) reduced: Option<Reduced>,
    /// The number of the first state that is deeper than those that are expanded.
    pub(super) deeper: u32,
}

/// What one thread uses to expand states, and what it has found.
pub(super) struct Worker {
    expansion: Expansion,
    choices: Vec<Choice>,
    /// Those choices that suffice.
    some: Vec<Choice>,
    recall: Recall,
    came_up: Situations,
    parents: Vec<Parent>,
    taken: Steps,
    /// The positions in the frontier at which the expanded runs of states begin.
    begins: Vec<u32>,
    read: Read,
}

/// How far the search has read a thread's records.
#[derive(Clone, Copy, Default)]
struct Read {
    begins: usize,
    parents: usize,
    steps: usize,
    numbers: usize,
}

/// The record of an expanded state.
#[derive(Clone, Copy)]
pub(super) struct Parent {
    pub(super) standing: Standing,
    pub(super) is_deadlocked: bool,
    pub(super) bound: Option<kernel::Bound>,
    /// The promises that this step and all earlier ones of the thread have put to the test.
    pub(super) came_up: Situations,
    /// The sum over its steps.
    pub(super) sum: GraphSum,
    /// Number of its steps.
    steps: u32,
    /// True if not everybody knows the values of the states after its steps.
    has_news: bool,
}

/// A state's record with those of its steps.
pub(super) struct Record<'a> {
    pub(super) parent: Parent,
    pub(super) steps: &'a [Step],
    /// The numbers of the pieces that each step has changed.
    pub(super) numbers: &'a [u32],
    /// The thread's news, if some of the numbers are news.
    pub(super) news: Option<&'a mut News>,
}

impl Worker {
    /// A thread that stands at the initial state.
    pub(super) fn new(setup: &Setup, values: &mut Values) -> Worker {
        Worker {
            expansion: Expansion::new(setup, values),
            choices: Vec::new(),
            some: Vec::new(),
            recall: Recall::default(),
            came_up: Situations::default(),
            parents: Vec::new(),
            taken: Steps::default(),
            begins: Vec::new(),
            read: Read::default(),
        }
    }

    /// The numbers and the fingerprint of the initial state, for a new thread.
    pub(super) fn initial(&self) -> (Numbers, Fingerprint) {
        (*self.expansion.numbers(), self.expansion.fingerprint())
    }

    /// Expands a run of states of the frontier. A thread is given later runs later.
    pub(super) fn expand(&mut self, known: &Known<'_>, run: core::ops::Range<u32>) {
        let first = self.taken.steps.len();
        self.begins.push(run.start);
        for at in run {
            let Some(numbers) = known.frontier.get(at) else { break };
            self.expansion.go_to(known.setup, known.values, numbers);
            self.expand_here(known);
        }
        let steps = &mut self.taken.steps[first..];
        // Reads of distant memory overlap if they do not depend on each other.
        known.table.touch(steps.iter().map(|step| step.fingerprint));
        let likely = steps.iter().filter_map(|step| known.table.likely(step.fingerprint));
        known.graph.touch(likely);
        for step in steps {
            step.known = number_of(known, step.fingerprint);
        }
    }

    /// Takes the steps of the state where the expansion stands.
    fn expand_here(&mut self, known: &Known<'_>) {
        let (setup, first) = (known.setup, self.taken.steps.len());
        let nexts = next_of_all(setup, self.expansion.here());
        self.choices.clear();
        enabled_among(self.expansion.here(), &nexts, &mut self.choices);
        let standing = ends::standing(self.expansion.here(), &nexts, &self.choices);
        match known.reduced {
            None => self.take(known, &nexts, |_| true),
            Some(reduced) => self.take_some(known, reduced, &nexts),
        }
        let here = self.expansion.here();
        let is_deadlocked =
            standing == Standing::Stuck || !deadlocked_among(setup, here, &nexts).is_empty();
        let mut sum = GraphSum::NONE;
        for step in &self.taken.steps[first..] {
            sum.add(self.expansion.fingerprint(), step.fingerprint);
        }
        self.parents.push(Parent {
            standing,
            is_deadlocked,
            bound: here.bound,
            came_up: self.came_up,
            sum,
            steps: (self.taken.steps.len() - first) as u32,
            has_news: !self.expansion.news().is_empty(),
        });
    }

    /// Takes the steps that suffice. If one of them does not lead further from the start, it takes
    /// all steps: otherwise the others could be delayed forever on a cycle of states.
    fn take_some(&mut self, known: &Known<'_>, reduced: Reduced, nexts: &[Next; ACTORS]) {
        let (here, first) = (self.expansion.here(), self.taken.steps.len());
        let quietly = reduced.quiet.and_then(|quiet| quiet.step(known.setup, here, nexts));
        let mut some = core::mem::take(&mut self.some);
        some.clear();
        match quietly {
            Some(choice) => some.push(choice),
            None => {
                some.extend(&self.choices);
                let (at, recall) = ((known.setup, here), &mut self.recall);
                reduced.reduction.reduce(at, nexts, reduced.told, recall, &mut some);
            }
        }
        self.take(known, nexts, |choice| some.contains(choice));
        let leads_back = |step: &Step| {
            number_of(known, step.fingerprint).is_some_and(|number| number < known.deeper)
        };
        if some.len() < self.choices.len() && self.taken.steps[first..].iter().any(leads_back) {
            self.take(known, nexts, |choice| !some.contains(choice));
        }
        self.some = some;
    }

    /// Takes steps of the state where the expansion stands.
    fn take(
        &mut self,
        known: &Known<'_>,
        nexts: &[Next; ACTORS],
        wanted: impl Fn(&Choice) -> bool,
    ) {
        let Known { setup, values, .. } = *known;
        for choice in self.choices.iter().filter(|choice| wanted(choice)) {
            let actor = choice.actor.position();
            let Next::Ready { pc } = nexts[usize::from(actor)] else { continue };
            let unasked = ends::is_unasked(self.expansion.here(), *choice);
            let (edge, came_up) = (Edge { actor, unasked }, &mut self.came_up);
            let (all, taken) = ((setup, values), &mut self.taken);
            self.expansion.step(all, (*choice, pc), edge, came_up, taken);
            came_up.compare(setup, nexts, self.expansion.next());
        }
    }

    /// Whether the state at a stored position is deadlocked, for states that are not expanded.
    pub(super) fn is_deadlocked(&mut self, known: &Known<'_>, numbers: &Numbers) -> bool {
        self.expansion.go_to(known.setup, known.values, numbers);
        let here = self.expansion.here();
        !deadlocked_among(known.setup, here, &next_of_all(known.setup, here)).is_empty()
    }

    /// The position at which the next run of states begins that was not read.
    pub(super) fn next_run(&self) -> Option<u32> {
        self.begins.get(self.read.begins).copied()
    }

    /// Starts to read the next run of states.
    pub(super) fn begin_run(&mut self) {
        self.read.begins += 1;
    }

    /// Reads the next record.
    pub(super) fn read(&mut self) -> Option<Record<'_>> {
        let parent = *self.parents.get(self.read.parents)?;
        let Read { steps, numbers, .. } = self.read;
        self.read.parents += 1;
        self.read.steps += parent.steps as usize;
        let steps = &self.taken.steps[steps..self.read.steps];
        self.read.numbers += steps.iter().map(|it| it.changed.len() as usize).sum::<usize>();
        let numbers = &self.taken.numbers[numbers..self.read.numbers];
        let news = parent.has_news.then(|| self.expansion.news());
        Some(Record { parent, steps, numbers, news })
    }

    /// Drops the records, which have been read.
    pub(super) fn forget(&mut self) {
        self.parents.clear();
        self.taken.clear();
        self.begins.clear();
        self.read = Read::default();
        self.expansion.news().clear();
    }
}

fn number_of(known: &Known<'_>, fingerprint: Fingerprint) -> Option<u32> {
    known.table.find(fingerprint, |number| known.graph.fingerprint(number))
}
