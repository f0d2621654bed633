//! No secret comes to light: every secret that goes into the library or comes out of the service has a mark, and no mark is
//! in what `Debug`, `Display`, errors with their sources, `tracing` and panics say.

mod adapters;
mod events;
mod flows;
mod keepers;
mod marks;
mod operations;
mod panics;
mod service;
mod values;
