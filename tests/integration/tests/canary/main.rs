//! Canary tests: the library reveals no secret.
//!
//! Every secret that enters the library or comes from the service contains a mark. The tests check that no
//! mark appears in the output of `Debug`, `Display`, errors with their sources, `tracing` and panics.

mod adapters;
mod events;
mod flows;
mod keepers;
mod marks;
mod operations;
mod panics;
mod service;
mod values;
