//! The only module of the crate that reads a clock.

use core::time::Duration;
use std::time::{Instant, SystemTime};

use crate::timestamp::Timestamp;

/// Returns the time of the system's clock. Pass this time to [`Flow::step`](crate::Flow::step). If the clock
/// shows a time before 1970, this function returns the start of 1970. The clock may be wrong: a flow that
/// needs the correct time reads the `Date` header of the service's responses.
#[expect(clippy::disallowed_methods, reason = "the time of all flows comes from this function")]
#[must_use]
pub fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_unix_millis(u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX))
}

/// A timer that measures how long a request takes. The measured time is only for logs.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts the timer.
    #[expect(clippy::disallowed_methods, reason = "a duration is logged, or limits a wait; no flow depends on it")]
    #[must_use]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Returns the time since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    /// Returns the time since the start, in whole milliseconds.
    #[must_use]
    pub fn elapsed_millis(&self) -> u64 {
        u64::try_from(self.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
