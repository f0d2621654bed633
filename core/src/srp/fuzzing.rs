//! A switch that replaces the arithmetic with fast stand-ins, for fuzzing only (`--cfg fuzzing`).
//!
//! An exponentiation takes milliseconds under a sanitizer. A fuzz target for the logic of a sign-in runs many
//! times faster with the stand-ins. All signatures that the stand-ins compute are wrong.

use core::sync::atomic::{AtomicBool, Ordering};

static IS_REAL: AtomicBool = AtomicBool::new(true);

pub(super) fn is_arithmetic_real() -> bool {
    IS_REAL.load(Ordering::Relaxed)
}

/// Selects real arithmetic (`true`, the default) or the fast stand-ins.
pub fn use_real_arithmetic(is_real: bool) {
    IS_REAL.store(is_real, Ordering::Relaxed);
}
