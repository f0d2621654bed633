//! The only place that reads a clock.

use core::time::Duration;
use std::time::{Instant, SystemTime};

use crate::timestamp::Timestamp;

/// The time of the system's clock, to be passed to [`Flow::step`](crate::Flow::step). A clock before 1970
/// counts as 1970; the core corrects the clock by the service's `Date` where it matters.
#[expect(clippy::disallowed_methods, reason = "this is where the flows' time comes from")]
#[must_use]
pub fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_unix_millis(u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX))
}

/// Measures how long a request takes, for logs. Nothing else depends on it.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts to measure.
    #[expect(clippy::disallowed_methods, reason = "a duration is logged, and nothing depends on it")]
    #[must_use]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    /// The time since the start, in whole milliseconds.
    #[must_use]
    pub fn elapsed_millis(&self) -> u64 {
        u64::try_from(self.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
