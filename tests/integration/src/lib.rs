//! What the integration tests and the fuzz targets share.
//!
//! The tests are in `tests/`, one program for each subject. A file's name says what it tests:
//!
//! - `client….rs`: the client's flows at the simulated service, without HTTP.
//! - `service….rs`: the simulated service alone.
//! - `adapters….rs`: the adapters at the simulated service, over HTTP.

extern crate alloc;

pub mod fuzz;
#[cfg(feature = "support")]
pub mod support;
