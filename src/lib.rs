//! extentscope: a model of ext4's extent status tree and of the worker that converts unwritten
//! extents after direct IO. The model can be stepped, searched and drawn.
//!
//! Modules are listed in the order in which they may use each other (`ARCHITECTURE.md`).

pub mod bounds;

pub mod es;

pub mod kernel;

pub mod check;

pub mod scenario;

pub mod lesson;

pub mod trace;

pub mod view;

pub mod session;

#[cfg(target_arch = "wasm32")]
pub mod app;
