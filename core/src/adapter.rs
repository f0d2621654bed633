//! Helpers for authors of adapters, transports and stores. This module needs the feature `std`.
//!
//! No other module of the crate reads a clock or gets randomness from the operating system.

mod clock;
mod not_connected;
pub mod private_file;
mod proxy;
#[cfg(feature = "tls")]
mod tls;
#[cfg(feature = "tracing")]
mod trace;
mod transport;

use alloc::sync::Arc;
use core::time::Duration;

use crate::error::Error;
use crate::flow::Backoff;
use crate::seed::Seed;

pub use clock::{Stopwatch, now};
pub use not_connected::{ConnectStage, NotConnected};
pub use proxy::{Proxies, Proxy, ProxyScheme, Routes, UnusableProxy};
#[cfg(feature = "tls")]
pub use tls::{Tls, UnusableTls};
#[cfg(feature = "tracing")]
pub use trace::Exchange;
pub use transport::{RootCertificates, TransportSettings, is_this_machine};

/// Returns a random time between zero and the bound in `backoff`. If the operating system returns no random
/// bytes, this function returns the bound.
#[must_use]
pub fn jittered(backoff: Backoff) -> Duration {
    let bound = backoff.at_most_millis;
    Duration::from_millis(getrandom::u64().map_or(bound, |random| random % bound.saturating_add(1).max(1)))
}

/// Creates the seed of one flow from random bytes of the operating system.
///
/// # Errors
/// Returns [`Error::NoRandomness`] when the operating system returns no random bytes.
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
        // The largest possible bound must not cause an overflow.
        let _ = jittered(Backoff { at_most_millis: u64::MAX });
    }
}
