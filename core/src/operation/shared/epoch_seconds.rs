//! The format of points in time in the service's JSON.

use serde::{Deserialize, Serialize};

use crate::timestamp::Timestamp;

/// A point in time in the service's JSON: seconds since the Unix epoch, with or without a fraction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EpochSeconds(serde_json::Number);

impl EpochSeconds {
    /// Returns the time, rounded to milliseconds, or `None` if the time is before 1970.
    #[must_use]
    pub fn timestamp(&self) -> Option<Timestamp> {
        let millis = (self.0.as_f64()? * 1000.0 + 0.5) as i64;
        u64::try_from(millis).ok().map(Timestamp::from_unix_millis)
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The service writes whole seconds or seconds with a fraction of three digits, and writes large
        /// numbers with an exponent.
        #[test]
        fn epoch_seconds_are_read_to_the_millisecond_in_any_notation(millis in 0_u64..253_402_300_800_000) {
            let (seconds, fraction) = (millis / 1000, millis % 1000);
            let read = |text: &str| serde_json::from_str::<EpochSeconds>(text).unwrap().timestamp();
            let expected = Some(Timestamp::from_unix_millis(millis));
            prop_assert_eq!(read(&format!("{seconds}.{fraction:03}")), expected);
            prop_assert_eq!(read(&format!("{seconds}.{fraction:03}000")), expected);
            prop_assert_eq!(read(&format!("{millis}E-3")), expected);
            prop_assert_eq!(read(&format!("{seconds}")), Some(Timestamp::from_unix_seconds(seconds)));
        }
    }
}
