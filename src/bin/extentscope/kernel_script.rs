//! `extentscope kernel-script`: a script for a running kernel.

use std::io::Write;

use clap::Args;
use extentscope::trace;

use super::input::{Input, read_choices};
use super::{End, Wrong};

/// Arguments of `kernel-script`.
#[derive(Args)]
pub struct KernelScriptArguments {
    /// A file, `-` for standard input, or a preset.
    script: String,
    /// The schedule, as a run's choices: "t1 t1 irq:io1"; without one, each round has other delays.
    #[arg(long, default_value = "")]
    choices: String,
}

/// Prints the script. Its head lists the parts that a running kernel cannot be made to do.
pub fn kernel_script(
    out: &mut impl Write,
    arguments: &KernelScriptArguments,
) -> Result<End, Wrong> {
    let input = Input::read(&arguments.script, None)?;
    let choices = read_choices(&arguments.choices)?;
    let script = &input.scenario.script;
    let name = &input.scenario.name;
    let title = if script.title.is_empty() { name } else { &script.title };
    let text = trace::kernel_script(&script.setup, &choices, title)
        .map_err(|word| Wrong(format!("{name}: no system call of a kernel is `{word}`")))?;
    out.write_all(text.as_bytes())?;
    Ok(End::Fine)
}
