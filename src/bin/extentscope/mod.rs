//! The command's arguments and subcommands.

mod check;
mod conform;
mod follow;
mod input;
mod kernel_script;
mod load;
mod plain;
mod replay;
mod run;
mod tables;
mod traces;
mod verdicts;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use self::plain::{Plain, plain};
use extentscope::bounds::{LOAD_WRITES_MAX, SEARCH_THREADS_MAX, SLOTS_MAX, STATES_MAX};

/// ext4's extent status tree and the conversion of unwritten extents, stepped and searched.
#[derive(Parser)]
#[command(
    name = "extentscope",
    version,
    after_help = "SCRIPT is a file, - for standard input, or the name of a preset.\n\n\
                  Exit status:\n  \
                  0  done; every promise that was checked holds; \
                  where the script has an expect\n     \
                  line, what comes out is what it says\n  \
                  1  a promise is broken that no expect line names, what comes \
                  out is not what\n     \
                  an expect line says, or a choice cannot be taken\n  \
                  2  the command line or a script is wrong\n  \
                  3  a bound was reached before an answer was found"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a script, and print one line per step.
    Run(RunArguments),
    /// Search every interleaving of a script under one design.
    Check(check::CheckArguments),
    /// Search every interleaving of every preset under every design.
    Matrix(MatrixArguments),
    /// Run S9 at length (many AIO writes, few slots, a slow worker), and print its backlog.
    Load(LoadArguments),
    /// Replay traces of a running kernel through the extent status tree, and compare the tree with
    /// every dump.
    Replay(replay::ReplayArguments),
    /// Run each operation of a recorded script in the machine, and compare the extent status tree
    /// with that of the kernel.
    Conform(conform::ConformArguments),
    /// Explain a trace, operation by operation, by runs of the machine, or say at which event no
    /// run goes on.
    Follow(follow::FollowArguments),
    /// Print a shell script that runs a script's operations a thousand times on a running kernel,
    /// and records a trace for `follow`.
    KernelScript(kernel_script::KernelScriptArguments),
    /// List the designs.
    Designs,
    /// List the presets, or compare random runs of them with what they expect.
    Presets(PresetsArguments),
}

#[derive(Args)]
struct RunArguments {
    /// A file, `-` for standard input, or a preset.
    script: String,
    /// The design, such as "rfc-osync +decrement=after_sync"; the default is the script's or the
    /// preset's.
    #[arg(long)]
    design: Option<String>,
    /// Choices to take first, such as "t1 t1 irq:io1".
    #[arg(long, default_value = "")]
    choices: String,
    /// Then take random steps; the same number gives the same steps.
    #[arg(long, conflicts_with = "ask")]
    seed: Option<u64>,
    /// Then ask for each step.
    #[arg(long)]
    ask: bool,
    /// Explain every step, and the reason of every wait.
    #[arg(long, short)]
    verbose: bool,
    /// Print the whole run as text for a mail: steps in columns, the finding, the link of the run.
    #[arg(long, conflicts_with_all = ["ask", "verbose"])]
    mail: bool,
}

#[derive(Args)]
struct MatrixArguments {
    /// Print one JSON object with an array of all cells.
    #[arg(long)]
    json: bool,
    /// A script that becomes one more row.
    #[arg(long)]
    script: Vec<String>,
    /// A design that becomes one more column.
    #[arg(long)]
    design: Vec<String>,
    /// The largest number of states to visit in each cell.
    #[arg(long, default_value_t = STATES_MAX,
          value_parser = clap::value_parser!(u32).range(1..=i64::from(STATES_MAX)))]
    states: u32,
    /// Reduce the search of cells with many states, as the page does. This gives the
    /// same verdicts sooner, but counts fewer states, and runs may not be the shortest.
    #[arg(long)]
    reduced: bool,
    #[command(flatten)]
    threads: Threads,
}

/// The threads that search.
#[derive(Args, Clone, Copy)]
struct Threads {
    /// The number of threads that search. The default is one for each processor. The result is the
    /// same for any number.
    #[arg(long, value_name = "N",
          value_parser = clap::value_parser!(u32).range(1..=i64::from(SEARCH_THREADS_MAX)))]
    threads: Option<u32>,
}

impl Threads {
    fn number(self) -> u32 {
        let processors = || std::thread::available_parallelism().map_or(1, usize::from) as u32;
        self.threads.unwrap_or_else(processors).min(SEARCH_THREADS_MAX)
    }
}

#[derive(Args)]
struct LoadArguments {
    /// A design, once or several times; the default is all designs.
    #[arg(long)]
    design: Vec<String>,
    /// The number of AIO writes of one block each.
    #[arg(long, default_value_t = 1000,
          value_parser = clap::value_parser!(u32).range(1..=i64::from(LOAD_WRITES_MAX)))]
    writes: u32,
    /// The number of slots of the AIO context.
    #[arg(long, default_value_t = 4,
          value_parser = clap::value_parser!(u8).range(1..=i64::from(SLOTS_MAX)))]
    slots: u8,
    /// A worker takes one step per this many steps of the others, or when no other actor can step.
    #[arg(long, default_value_t = 8)]
    slow: u8,
}

#[derive(Args)]
struct PresetsArguments {
    /// Compare random runs of every preset in every design with what the presets expect.
    #[arg(long)]
    check: bool,
    /// The seed of the first random run.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// The result of a command, which decides the exit status.
enum End {
    Fine,
    Finding,
    Bounded,
}

/// The message about a wrong input.
struct Wrong(String);

impl From<io::Error> for Wrong {
    fn from(error: io::Error) -> Wrong {
        // The reader of the output has closed the pipe.
        if error.kind() == io::ErrorKind::BrokenPipe {
            std::process::exit(0);
        }
        Wrong(error.to_string())
    }
}

/// Runs the command of the arguments; fails with its error on stderr.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let text = plain(&error.render().to_string());
            // If neither stream can be written, there is no way to report the error.
            let _ = match error.use_stderr() {
                true => write!(io::stderr(), "{text}"),
                false => write!(io::stdout(), "{text}"),
            };
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let mut out = Plain(io::stdout().lock());
    let end = match arguments.command {
        Command::Run(run) => run::run(&mut out, &run),
        Command::Check(check) => check::check(&mut out, &check),
        Command::Matrix(matrix) => verdicts::matrix(&mut out, &matrix),
        Command::Load(load) => load::load(&mut out, &load),
        Command::Replay(arguments) => replay::replay(&mut out, &arguments),
        Command::Conform(arguments) => conform::conform(&mut out, &arguments),
        Command::Follow(arguments) => follow::follow(&mut out, &arguments),
        Command::KernelScript(arguments) => kernel_script::kernel_script(&mut out, &arguments),
        Command::Designs => tables::designs(&mut out),
        Command::Presets(presets) if presets.check => verdicts::presets(&mut out, presets.seed),
        Command::Presets(_) => tables::presets(&mut out),
    };
    match end {
        Ok(End::Fine) => ExitCode::SUCCESS,
        Ok(End::Finding) => ExitCode::from(1),
        Ok(End::Bounded) => ExitCode::from(3),
        Err(Wrong(text)) => {
            eprintln!("extentscope: {}", plain(&text));
            ExitCode::from(2)
        }
    }
}
