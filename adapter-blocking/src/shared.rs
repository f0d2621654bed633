//! What `cognito-tokio` has in common with this crate. It is no part of what this crate promises.

use std::fmt;
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use cognito_core::{Backoff, Timestamp};

/// For a lock: longer than a refresh takes with all its attempts and time-outs.
pub const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// The system's clock. One that is set before 1970 counts as 1970; the service's `Date` corrects it where it matters.
#[expect(clippy::disallowed_methods, reason = "this is where the flows' time comes from")]
#[must_use]
pub fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_unix_millis(u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX))
}

/// A random time up to the bound; the bound itself when there is no randomness.
#[must_use]
pub fn jittered(backoff: Backoff) -> Duration {
    let bound = backoff.at_most_millis;
    Duration::from_millis(getrandom::u64().map_or(bound, |random| random % bound.saturating_add(1).max(1)))
}

/// Whether a host, as it stands in a URL, is this machine itself, for which no proxy counts.
#[must_use]
pub fn is_this_machine(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// The environment names a proxy that cannot be used.
#[derive(Debug, Clone, Copy)]
pub struct UnusableProxy;

impl fmt::Display for UnusableProxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the proxy that the environment names is not an HTTP proxy")
    }
}

impl std::error::Error for UnusableProxy {}
