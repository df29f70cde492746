//! extentscope: ext4's extent status tree and the worker that converts unwritten extents after
//! direct IO, as a model that can be stepped, searched and drawn.
//!
//! Modules stand in the order in which they may use each other (`ARCHITECTURE.md`).

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
