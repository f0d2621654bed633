//! What the integration tests and the fuzz targets share.

extern crate alloc;

pub mod fuzz;
#[cfg(feature = "support")]
pub mod support;
