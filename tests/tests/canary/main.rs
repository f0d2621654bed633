//! No secret comes to light: every secret that goes into the library or comes out of the service has a mark, and no mark is
//! in what `Debug`, `Display`, errors with their sources, `tracing` and panics say.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod adapters;
#[path = "../ear/mod.rs"]
mod ear;
mod events;
mod flows;
mod keepers;
mod marks;
mod operations;
mod panics;
mod service;
mod values;
