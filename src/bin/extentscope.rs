//! The command, which gives as text what the page shows. On wasm32 it does nothing.

#[cfg(not(target_arch = "wasm32"))]
#[path = "extentscope/mod.rs"]
mod command;

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    command::main()
}

#[cfg(target_arch = "wasm32")]
fn main() {}
