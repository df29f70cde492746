//! `extentscope run`: one run of a script, one step a line.

use std::io::{BufRead, Write};

use extentscope::bounds::{BRANCHES_MAX, STEPS_MAX};
use extentscope::kernel::{Choice, is_environment};
use extentscope::scenario::{Dice, Link, PRESETS, Run, RunError, state_sum};
use extentscope::view::text::mail;
use extentscope::view::words::why;
use extentscope::view::words::wrap;
use extentscope::view::words::{self, Standing};

use super::input::{Input, read_choices};
use super::{End, RunArguments, Wrong};

/// The source of steps after the listed ones.
enum Source {
    Nowhere,
    First,
    Dice(Dice),
    Person,
}

pub fn run(out: &mut impl Write, arguments: &RunArguments) -> Result<End, Wrong> {
    let input = Input::read(&arguments.script, arguments.design.as_deref())?;
    let choices = read_choices(&arguments.choices)?;
    let script = input.scenario.script;
    let say = !arguments.mail;
    if say && !script.title.is_empty() {
        writeln!(out, "{}", wrap("", &script.title))?;
    }
    if say {
        writeln!(out, "{}\n", wrap("design ", &input.design.to_string()))?;
    }
    let mut run = Run::new(script.setup.clone());
    let mut seen = 0;
    for choice in &choices {
        if let Err(error) = run.step(*choice) {
            refuse(out, &run, *choice, error)?;
            return Ok(End::Finding);
        }
        if say {
            print_step(out, &run, arguments.verbose, &mut seen)?;
        }
    }
    let mut source = match (arguments.ask, arguments.seed) {
        (true, _) => Source::Person,
        (_, Some(seed)) => Source::Dice(Dice::new(seed)),
        _ if choices.is_empty() => Source::First,
        _ => Source::Nowhere,
    };
    while run.cursor() < STEPS_MAX as usize {
        let enabled = run.enabled();
        let choice = match &mut source {
            Source::Nowhere => None,
            // Environment steps are not taken, because nothing requires them.
            Source::First => enabled.iter().copied().find(|c| !is_environment(run.state(), *c)),
            Source::Dice(dice) => dice.choose(&enabled),
            Source::Person => ask(out, &run, &enabled)?,
        };
        let Some(choice) = choice else { break };
        match run.step(choice) {
            Ok(()) if !say => {}
            Ok(()) => print_step(out, &run, arguments.verbose, &mut seen)?,
            Err(error) => refuse(out, &run, choice, error)?,
        }
    }
    if say {
        return sum_up(out, &run);
    }
    let is_preset = PRESETS.iter().any(|preset| preset.script == input.text);
    let own = if is_preset { "" } else { &input.text };
    write!(out, "{}", mail(&run, &script.title, own, None, &link(&run, &input.text)))?;
    Ok(end_of(&run))
}

/// The fragment that opens the run on the page.
fn link(run: &Run, text: &str) -> String {
    let end = run.choices().len();
    let link = Link {
        design: run.setup().design.to_string(),
        preset: PRESETS.iter().find(|preset| preset.script == text),
        script: text.into(),
        choices: run.choices().to_vec(),
        cursor: Some(end as u32),
        end: Some(state_sum(run.setup(), run.state_at(end))),
        ..Link::default()
    };
    format!("#{}", link.write())
}

/// The exit status for a run.
fn end_of(run: &Run) -> End {
    match words::standing(run) {
        Standing::Deadlock(_) | Standing::Broken(_) => End::Finding,
        Standing::Bound(_) => End::Bounded,
        Standing::Finished | Standing::Running => End::Fine,
    }
}

/// Prints the step before the cursor, and the promises that it broke.
fn print_step(out: &mut impl Write, run: &Run, verbose: bool, seen: &mut u16) -> Result<(), Wrong> {
    let Some(step) = run.cursor().checked_sub(1) else { return Ok(()) };
    let Some(choice) = run.choices().get(step) else { return Ok(()) };
    if verbose {
        let start = format!("{:>4}  {:<10} ", run.cursor(), choice.to_string());
        writeln!(out, "{}", wrap(&start, &words::caption(run)))?;
    } else if let Some(line) = words::step_line(run, step) {
        writeln!(out, "{line}")?;
    }
    write!(out, "{}", words::broken_lines(run, step, seen))?;
    Ok(())
}

fn refuse(out: &mut impl Write, run: &Run, choice: Choice, error: RunError) -> Result<(), Wrong> {
    let text = match error {
        RunError::TooLong => format!("a run has at most {STEPS_MAX} steps"),
        RunError::TooManyBranches => format!("a run has at most {BRANCHES_MAX} branches"),
        RunError::NotEnabled { .. } => {
            let reason = why::reason(run.setup(), run.state(), choice);
            format!("step {}: {choice} cannot be taken: {reason}", run.cursor() + 1)
        }
    };
    writeln!(out, "{}", wrap("      ", &text))?;
    Ok(())
}

/// Asks for the next step; returns nothing at the end of the input.
fn ask(out: &mut impl Write, run: &Run, enabled: &[Choice]) -> Result<Option<Choice>, Wrong> {
    if enabled.is_empty() {
        return Ok(None);
    }
    for (number, choice) in (1..).zip(enabled) {
        let label = words::step_label(run.setup(), run.state(), *choice);
        let start = format!("      {number}) {choice}: ");
        writeln!(out, "{}", wrap(&start, &label.does))?;
    }
    for blocked in why::not(run.setup(), run.state()) {
        writeln!(out, "{}", wrap("      -  ", &blocked.to_string()))?;
    }
    loop {
        write!(out, "step? ")?;
        out.flush()?;
        let mut answer = String::new();
        if std::io::stdin().lock().read_line(&mut answer)? == 0 {
            writeln!(out)?;
            return Ok(None);
        }
        let answer = answer.trim();
        let number = answer.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        if let Some(choice) = number.and_then(|number| enabled.get(number)) {
            return Ok(Some(*choice));
        }
        match answer.parse() {
            Ok(choice) => return Ok(Some(choice)),
            Err(_) if answer.is_empty() => {
                writeln!(out, "      a number from the list, or an actor's name")?;
            }
            Err(error) => writeln!(out, "{}", wrap("      ", &error))?,
        }
    }
}

/// Prints the state of the run, and the choices that replay it.
fn sum_up(out: &mut impl Write, run: &Run) -> Result<End, Wrong> {
    let steps = run.cursor();
    let text = match words::standing(run) {
        Standing::Deadlock(sentence) => sentence,
        Standing::Broken(promise) => format!("After {steps} steps {} is broken.", promise.id()),
        Standing::Bound(bound) => format!("A bound of the model was reached: {bound}."),
        Standing::Finished => format!("Done after {steps} steps."),
        Standing::Running => format!("{steps} steps were taken; more can be."),
    };
    writeln!(out, "\n{}", wrap("", &text))?;
    let choices: Vec<String> = run.choices().iter().map(Choice::to_string).collect();
    writeln!(out, "{}", wrap("choices: ", &choices.join(" ")))?;
    Ok(end_of(run))
}
