//! What the integration tests and the fuzz targets share.
//!
//! The tests are in `tests/`, one program for each subject. In a program, `client….rs` has tests of the client's flows
//! at the simulated service, without HTTP; `service….rs` of the simulated service alone; `adapters….rs` of the adapters
//! at the simulated service over HTTP.

extern crate alloc;

pub mod fuzz;
#[cfg(feature = "support")]
pub mod support;
