//! Code that the integration tests and the fuzz targets share.
//!
//! The folder `tests/` has one test program per subject. The name of a file says what it tests:
//!
//! - `client….rs`: the client's flows against the simulated service, without HTTP.
//! - `service….rs`: the simulated service alone.
//! - `adapters….rs`: the adapters against the simulated service, over HTTP.

extern crate alloc;

pub mod fuzz;
#[cfg(feature = "support")]
pub mod support;
