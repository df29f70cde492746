//! The command, the text twin of the page. On wasm32 there is nothing to run.

#[cfg(not(target_arch = "wasm32"))]
#[path = "extentscope/mod.rs"]
mod command;

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    command::main()
}

#[cfg(target_arch = "wasm32")]
fn main() {}
