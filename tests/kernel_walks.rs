//! Random walks over every preset and design: invariants of every state, in every design.

use std::collections::BTreeMap;
use std::mem::discriminant;

use extentscope::kernel::{
    Choice, Design, Power, Row, Setup, State, enabled, is_environment, step,
};
use extentscope::scenario::{PRESETS, Run, Script};

#[path = "common/books.rs"]
mod books;
#[path = "common/features.rs"]
mod features;

/// Number of steps of all walks together.
const STEPS: u32 = 1_000_000;

/// A small random number generator (SplitMix64), so that a seed identifies a walk.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n as u64) as usize
    }
}

fn setups() -> Vec<Setup> {
    let mut setups = Vec::new();
    for preset in PRESETS {
        let script = Script::parse(preset.script).unwrap_or_else(|e| panic!("{}: {e}", preset.id));
        for row in Row::ALL {
            setups.push(Setup { design: row.design(), ..script.setup.clone() });
        }
        let design = Design::parse(preset.design).expect("a design");
        setups.push(Setup { design, ..script.setup });
    }
    for (_, script) in features::features() {
        for row in Row::ALL {
            setups.push(Setup { design: row.design(), ..script.setup.clone() });
        }
    }
    setups
}

fn told(setup: &Setup, choices: &[Choice]) -> String {
    let names: Vec<String> = choices.iter().map(Choice::to_string).collect();
    format!("in {} after: {}", setup.design, names.join(" "))
}

#[test]
fn a_million_random_steps_keep_the_counters_consistent() {
    let setups = setups();
    let mut random = Random(20_121_224);
    let mut steps = 0;
    while steps < STEPS {
        let setup = &setups[random.below(setups.len())];
        let mut state = State::initial(setup);
        let mut choices = Vec::new();
        loop {
            let enabled = enabled(setup, &state);
            if enabled.is_empty() {
                break;
            }
            let choice = enabled[random.below(enabled.len())];
            choices.push(choice);
            step(setup, &mut state, choice, &mut ()).expect("enabled lists what step takes");
            books::check(setup, &state, &|| told(setup, &choices));
            steps += 1;
        }
    }
}

/// The encoding of a state contains the object that a frame works on, but not its kind. Two frames
/// at one place must therefore never differ in the kind.
#[test]
fn a_place_always_works_on_the_same_kind_of_thing() {
    let mut random = Random(20_130_101);
    let mut kinds = BTreeMap::new();
    for setup in setups() {
        let mut state = State::initial(&setup);
        loop {
            for frame in state.tasks.iter().flat_map(|task| task.frames()) {
                let kind = discriminant(&frame.on);
                assert_eq!(*kinds.entry(frame.pc).or_insert(kind), kind, "{frame:?}");
            }
            let enabled = enabled(&setup, &state);
            let Some(last) = enabled.len().checked_sub(1) else { break };
            let choice = enabled[random.below(last + 1)];
            step(&setup, &mut state, choice, &mut ()).expect("enabled lists what step takes");
        }
    }
    assert!(kinds.len() > 30, "the walks came to {} places", kinds.len());
}

#[test]
fn a_crash_is_survived_at_every_step_of_every_preset() {
    let mut random = Random(20_130_103);
    for mut setup in setups() {
        setup.budgets.crash = 1;
        let power = "power".parse().expect("a choice");
        let mut run = Run::new(setup.clone());
        loop {
            let mut state = *run.state();
            for _ in ["cut", "recover"] {
                step(&setup, &mut state, power, &mut ()).expect("power can always be cut");
            }
            assert_eq!(state.power, Power::Recovered);
            assert!(enabled(&setup, &state).is_empty());
            let rest: Vec<Choice> = run.enabled().into_iter().filter(|c| *c != power).collect();
            if rest.is_empty() {
                break;
            }
            run.step(rest[random.below(rest.len())]).expect("an enabled choice");
        }
    }
}

#[test]
fn the_same_choices_give_the_same_bytes() {
    let mut random = Random(7);
    for setup in setups() {
        let mut state = State::initial(&setup);
        let mut choices = Vec::new();
        loop {
            let enabled = enabled(&setup, &state);
            let Some(choice) = (!enabled.is_empty()).then(|| enabled[random.below(enabled.len())])
            else {
                break;
            };
            let _ = is_environment(&state, choice);
            step(&setup, &mut state, choice, &mut ()).expect("enabled lists what step takes");
            choices.push(choice.to_string().parse::<Choice>().expect("a choice reads back"));
        }
        let (run, divergence) = Run::replay(setup.clone(), &choices);
        assert_eq!(divergence, None);
        let bytes = |state: &State| {
            let mut bytes = Vec::new();
            state.encode(&setup, &mut bytes);
            bytes
        };
        assert_eq!(bytes(run.state()), bytes(&state));
        assert_eq!(*run.state(), state, "equal bytes, unequal states");
    }
}
