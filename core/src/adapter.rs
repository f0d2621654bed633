//! For those who write an adapter, a transport or a store: what every one of them needs from the standard
//! library.
//!
//! The rest of this crate has no clock and no randomness; here are both. With the feature `std` only.

mod clock;
pub mod private_file;
#[cfg(feature = "tracing")]
mod trace;
mod transport;

use alloc::sync::Arc;
use core::time::Duration;

use crate::error::Error;
use crate::flow::Backoff;
use crate::seed::Seed;

pub use clock::{Stopwatch, now};
#[cfg(feature = "tracing")]
pub use trace::Exchange;
pub use transport::{TransportSettings, UnusableProxy, is_this_machine};

/// The longest that a store waits for a lock: longer than a refresh takes with all its attempts and
/// time-outs.
pub const MAX_LOCK_WAIT: Duration = Duration::from_secs(120);

/// A random time between zero and the bound; the bound itself when the operating system gives no randomness.
#[must_use]
pub fn jittered(backoff: Backoff) -> Duration {
    let bound = backoff.at_most_millis;
    Duration::from_millis(getrandom::u64().map_or(bound, |random| random % bound.saturating_add(1).max(1)))
}

/// Randomness for one flow, from the operating system.
///
/// # Errors
/// [`Error::NoRandomness`] when the operating system gives none.
pub fn seed() -> Result<Seed, Error> {
    let mut bytes = [0; 32];
    let filled = getrandom::fill(&mut bytes).map(|()| Seed::new(bytes));
    filled.map_err(|error| Error::NoRandomness(Arc::new(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jittered_wait_is_within_its_bound() {
        for bound in [0, 1, 200] {
            let waits = (0..100).map(|_| jittered(Backoff { at_most_millis: bound }));
            assert!(waits.into_iter().all(|wait| wait <= Duration::from_millis(bound)));
        }
        // A bound at the end of the range does not overflow.
        let _ = jittered(Backoff { at_most_millis: u64::MAX });
    }
}
