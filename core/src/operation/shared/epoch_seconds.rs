//! The format of points in time in the service's JSON.

use alloc::string::String;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Number;

use crate::encoding::lenient;
use crate::timestamp::Timestamp;

/// A point in time in the service's JSON: seconds since the Unix epoch, with or without a fraction. This type
/// also accepts a JSON string that contains such a number, or a time in the format of RFC 3339.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct EpochSeconds(Number);

impl EpochSeconds {
    /// Returns the time, rounded to milliseconds, or `None` if the time is before 1970.
    #[must_use]
    pub fn timestamp(&self) -> Option<Timestamp> {
        Timestamp::from_epoch_seconds(self.0.as_f64()?)
    }

    fn from_timestamp(time: Timestamp) -> Option<Self> {
        let millis = time.as_unix_millis();
        if millis.is_multiple_of(1000) {
            return Some(Self(time.as_unix_seconds().into()));
        }
        Number::from_f64(millis as f64 / 1000.0).map(Self)
    }
}

impl<'de> Deserialize<'de> for EpochSeconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text: Option<String> = lenient::scalar(deserializer)?;
        let text = text.as_deref().unwrap_or_default().trim();
        let number = serde_json::from_str(text).ok().map(Self);
        let time = || Timestamp::from_service_text(text).and_then(Self::from_timestamp);
        number.or_else(time).ok_or_else(|| D::Error::custom("the value is not a point in time"))
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_time_is_read_from_a_number_or_a_text() {
        for (written, millis) in [
            ("1700000000", Some(1_700_000_000_000)),
            ("1700000000.25", Some(1_700_000_000_250)),
            (r#""1700000000""#, Some(1_700_000_000_000)),
            (r#"" 1700000000.25 ""#, Some(1_700_000_000_250)),
            (r#""2023-11-14T22:13:20Z""#, Some(1_700_000_000_000)),
            (r#""2023-11-14T22:13:20.250Z""#, Some(1_700_000_000_250)),
            (r#""2023-11-14T23:13:20.250+01:00""#, Some(1_700_000_000_250)),
            ("-1", None),
        ] {
            let read: EpochSeconds = serde_json::from_str(written).unwrap();
            assert_eq!(read.timestamp(), millis.map(Timestamp::from_unix_millis), "{written}");
        }
        for written in ["null", "true", r#""""#, r#""soon""#, r#""NaN""#, "[1]", "{}", "1e999", r#""1e999""#] {
            assert!(serde_json::from_str::<EpochSeconds>(written).is_err(), "{written}");
        }
    }

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
