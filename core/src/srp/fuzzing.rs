//! A switch between real arithmetic and cheap stand-ins, for fuzzing only (`--cfg fuzzing`).
//!
//! An exponentiation takes milliseconds under a sanitizer. The stand-ins let a fuzz target that tests the
//! logic of a sign-in run many times faster. No signature is correct while they are used.

use core::sync::atomic::{AtomicBool, Ordering};

static IS_REAL: AtomicBool = AtomicBool::new(true);

pub(super) fn is_arithmetic_real() -> bool {
    IS_REAL.load(Ordering::Relaxed)
}

/// Selects real arithmetic (`true`, the default) or the cheap stand-ins.
pub fn use_real_arithmetic(is_real: bool) {
    IS_REAL.store(is_real, Ordering::Relaxed);
}
