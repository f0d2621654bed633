//! Points in time and their text forms: Cognito's `TIMESTAMP`, the HTTP header `Date`, and RFC 3339.

use alloc::format;
use alloc::string::String;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// The days of the week, starting with Thursday, because the Unix epoch was a Thursday.
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const SECONDS_PER_DAY: u64 = 86_400;

/// A point in time, in milliseconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// Creates a point in time from milliseconds since the Unix epoch.
    #[must_use]
    pub const fn from_unix_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Creates a point in time from seconds since the Unix epoch. If the number is too large, returns the
    /// latest time that this type can represent.
    #[must_use]
    pub const fn from_unix_seconds(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Returns the milliseconds since the Unix epoch.
    #[must_use]
    pub const fn as_unix_millis(self) -> u64 {
        self.0
    }

    /// Returns the whole seconds since the Unix epoch.
    #[must_use]
    pub const fn as_unix_seconds(self) -> u64 {
        self.0 / 1000
    }

    /// Returns this time in the format of the parameter `TIMESTAMP`, such as `Tue Jan 1 06:06:09 UTC 2019`.
    /// The text is in English and in UTC. The day of the month has no leading zero.
    #[must_use]
    pub fn cognito_text(self) -> String {
        let seconds = self.as_unix_seconds();
        let (days, clock) = (seconds / SECONDS_PER_DAY, seconds % SECONDS_PER_DAY);
        let (year, month, day) = civil_from_days(days);
        let weekday = pick(&WEEKDAYS, days % 7);
        let month = pick(&MONTHS, month - 1);
        let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
        format!("{weekday} {month} {day} {hour:02}:{minute:02}:{second:02} UTC {year}")
    }

    /// Reads the `Date` header of a response, such as `Tue, 01 Jan 2019 06:06:09 GMT`. Accepts only the form
    /// that servers must send ([RFC 9110 section
    /// 5.6.7](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7)).
    pub(crate) fn from_http_date(text: &str) -> Option<Self> {
        let (_weekday, rest) = text.trim().split_once(", ")?;
        let mut parts = rest.split(' ');
        let day = number(parts.next()?, 2)?;
        let month = parts.next()?;
        let month = MONTHS.iter().zip(1..).find(|(name, _)| **name == month)?.1;
        let year = number(parts.next()?, 4)?;
        let mut clock = parts.next()?.split(':');
        let (hour, minute, second) = (number(clock.next()?, 2)?, number(clock.next()?, 2)?, number(clock.next()?, 2)?);
        let is_complete = parts.next()? == "GMT" && parts.next().is_none() && clock.next().is_none();
        // In a leap second, the seconds are 60.
        if !is_complete || year < 1970 || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let days = days_from_civil(year, month, day);
        Some(Self::from_unix_seconds(days * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second))
    }
}

impl Timestamp {
    /// Reads a time that a service sent: a number of seconds since the Unix epoch, or a text in the form of
    /// RFC 3339.
    pub(crate) fn from_service_text(text: &str) -> Option<Self> {
        let text = text.trim();
        // Without this check, Rust would also parse `inf` and `NaN`.
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
        let seconds = text.parse().ok().filter(|_| is_number).and_then(Self::from_epoch_seconds);
        seconds.or_else(|| Self::from_date_time(text))
    }

    /// Converts seconds since the Unix epoch to a point in time, rounded to milliseconds. Returns `None` if
    /// the time is before 1970.
    pub(crate) fn from_epoch_seconds(seconds: f64) -> Option<Self> {
        let millis = (seconds * 1000.0 + 0.5) as i64;
        u64::try_from(millis).ok().filter(|_| seconds.is_finite()).map(Self::from_unix_millis)
    }

    /// Reads a time such as `2019-11-09T13:34:41Z` or `2019-11-09T15:34:41+02:00` ([RFC 3339 section
    /// 5.6](https://www.rfc-editor.org/rfc/rfc3339#section-5.6)). A fraction of a second is optional and is
    /// truncated to milliseconds. The time zone is required.
    pub(crate) fn from_date_time(text: &str) -> Option<Self> {
        let (date, time) = text.trim().split_once(['T', 't', ' '])?;
        let (time, offset_minutes) = split_zone(time)?;
        let (clock, fraction) = time.split_once('.').unwrap_or((time, ""));
        let (mut date, mut clock) = (date.split('-'), clock.split(':'));
        let (year, month, day) = (number(date.next()?, 4)?, number(date.next()?, 2)?, number(date.next()?, 2)?);
        let (hour, minute, second) = (number(clock.next()?, 2)?, number(clock.next()?, 2)?, number(clock.next()?, 2)?);
        let is_complete =
            date.next().is_none() && clock.next().is_none() && fraction.bytes().all(|digit| digit.is_ascii_digit());
        if !is_complete || year < 1970 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return None;
        }
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let millis = format!("{fraction:0<3}").get(..3).and_then(|millis| millis.parse::<u64>().ok())?;
        let seconds = days_from_civil(year, month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
        let seconds = seconds.checked_add_signed(-60 * offset_minutes)?;
        Some(Self::from_unix_millis(seconds * 1000 + millis))
    }
}

/// Splits a text into the time and the time zone. The time zone is `Z` or an offset such as `+02:00`, `+0200`
/// or `+02`. Returns the time, and the offset in minutes.
fn split_zone(time: &str) -> Option<(&str, i64)> {
    if let Some(time) = time.strip_suffix(['Z', 'z']) {
        return Some((time, 0));
    }
    let start = time.rfind(['+', '-'])?;
    let (time, zone) = time.split_at_checked(start)?;
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let zone = zone.get(1..)?;
    let (hours, minutes) = match (zone.split_once(':'), zone.len()) {
        (Some((hours, minutes)), _) => (number(hours, 2)?, number(minutes, 2)?),
        (None, 4) => (number(zone.get(..2)?, 2)?, number(zone.get(2..)?, 2)?),
        (None, _) => (number(zone, 2)?, 0),
    };
    let offset = i64::try_from(hours * 60 + minutes).ok()?;
    (hours <= 23 && minutes <= 59).then_some((time, sign * offset))
}

fn pick(names: &[&'static str], index: u64) -> &'static str {
    usize::try_from(index).ok().and_then(|index| names.get(index)).copied().unwrap_or_default()
}

fn number(text: &str, digits: usize) -> Option<u64> {
    let plain = text.len() == digits && text.bytes().all(|digit| digit.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// Converts a number of days since the Unix epoch to a date in the Gregorian calendar: the year, the month (1
/// to 12) and the day of the month.
///
/// The calculation starts each year in March, so that the leap day is the last day of a year. An era is a
/// period of 400 such years, and always has 146,097 days. Any five consecutive months from March to January
/// have 153 days in total.
fn civil_from_days(days: u64) -> (u64, u64, u64) {
    let days = days + DAYS_BEFORE_EPOCH;
    let (era, day_of_era) = (days / DAYS_PER_ERA, days % DAYS_PER_ERA);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - days_before_year(year_of_era);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - days_before_month(month_from_march) + 1;
    let (month, january_or_february) =
        if month_from_march < 10 { (month_from_march + 3, 0) } else { (month_from_march - 9, 1) };
    (era * 400 + year_of_era + january_or_february, month, day)
}

/// Returns the number of days from the Unix epoch to a date. This function is the inverse of
/// [`civil_from_days`].
fn days_from_civil(year: u64, month: u64, day: u64) -> u64 {
    let (year, month_from_march) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, year_of_era) = (year / 400, year % 400);
    let day_of_year = days_before_month(month_from_march) + day - 1;
    era * DAYS_PER_ERA + days_before_year(year_of_era) + day_of_year - DAYS_BEFORE_EPOCH
}

const DAYS_PER_ERA: u64 = 146_097;
/// The number of days from 1 March of the year 0 to the Unix epoch.
const DAYS_BEFORE_EPOCH: u64 = 719_468;

fn days_before_year(year_of_era: u64) -> u64 {
    year_of_era * 365 + year_of_era / 4 - year_of_era / 100
}

fn days_before_month(month_from_march: u64) -> u64 {
    (153 * month_from_march + 2) / 5
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_date_header_of_rfc_9110_is_valid() {
        let date = Timestamp::from_http_date("Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(date, Some(Timestamp::from_unix_seconds(784_111_777)));
    }

    #[test]
    fn a_date_header_in_another_form_is_invalid() {
        for text in [
            "",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 06 Nov 1969 08:49:37 GMT",
            "Sun, 06 Foo 1994 08:49:37 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun, +6 Nov 1994 08:49:37 GMT",
        ] {
            assert_eq!(Timestamp::from_http_date(text), None, "{text}");
        }
    }

    #[test]
    fn the_latest_representable_time_has_a_text() {
        assert!(Timestamp::from_unix_millis(u64::MAX).cognito_text().ends_with(" UTC 584556019"));
    }

    #[test]
    fn an_rfc_3339_time_is_read_to_the_millisecond() {
        for (text, millis) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2019-11-09T13:34:41Z", Some(1_573_306_481_000)),
            ("2019-11-09T13:34:41.5Z", Some(1_573_306_481_500)),
            ("2019-11-09T13:34:41.123456Z", Some(1_573_306_481_123)),
            ("2024-02-29T00:00:00Z", Some(1_709_164_800_000)),
            ("2019-11-09T13:34:41", None),
            ("2019-11-09 13:34:41Z", Some(1_573_306_481_000)),
            ("2019-11-09t13:34:41z", Some(1_573_306_481_000)),
            ("2019-11-09T15:34:41+02:00", Some(1_573_306_481_000)),
            ("2019-11-09T11:04:41.5-0230", Some(1_573_306_481_500)),
            ("2019-11-09T13:34:41+00", Some(1_573_306_481_000)),
            ("2019-11-09T13:34:41+24:00", None),
            ("2019-11-09T13:34:41+2:00", None),
            ("2019-11-09T13:34:41+0é", None),
            ("1970-01-01T00:00:00+00:01", None),
            ("2019-13-09T13:34:41Z", None),
            ("2019-00-09T13:34:41Z", None),
            ("1969-12-31T23:59:59Z", None),
            ("2019-11-09T24:00:00Z", None),
            ("2019-11-09T13:34:41.5xZ", None),
            ("20191109T133441Z", None),
            ("", None),
        ] {
            assert_eq!(Timestamp::from_date_time(text), millis.map(Timestamp::from_unix_millis), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_day_survives_conversion_to_a_date_and_back(days in 0_u64..4_000_000) {
            let (year, month, day) = civil_from_days(days);
            prop_assert_eq!(days_from_civil(year, month, day), days);
        }

        #[test]
        fn later_days_have_later_dates(days in 0_u64..4_000_000) {
            prop_assert!(civil_from_days(days) < civil_from_days(days + 1));
        }

        /// Tests times up to the end of the year 9999, because two of the text forms have only four digits
        /// for the year.
        #[test]
        fn all_three_texts_give_the_same_time(seconds in 0_u64..253_402_300_800, millis in 0_u64..1000) {
            let moment = Timestamp::from_unix_seconds(seconds);
            let cognito = moment.cognito_text();
            let [weekday, month, day, clock, "UTC", year] = cognito.split(' ').collect::<Vec<_>>()[..] else {
                panic!("{cognito}")
            };
            prop_assert_eq!(weekday, WEEKDAYS[usize::try_from(seconds / SECONDS_PER_DAY % 7).unwrap()]);
            let date = format!("{weekday}, {day:0>2} {month} {year} {clock} GMT");
            prop_assert_eq!(Timestamp::from_http_date(&date), Some(moment));
            let month = 1 + MONTHS.iter().position(|name| *name == month).unwrap();
            let date_time = format!("{year}-{month:02}-{day:0>2}T{clock}");
            prop_assert_eq!(Timestamp::from_date_time(&format!("{date_time}Z")), Some(moment));
            let to_the_millisecond = Timestamp::from_unix_millis(seconds * 1000 + millis);
            let read = Timestamp::from_date_time(&format!("{date_time}.{millis:03}Z"));
            prop_assert_eq!(read, Some(to_the_millisecond));
        }

        #[test]
        fn reading_any_text_as_a_date_does_not_panic(
            text in prop_oneof![".{0,40}", "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}[-+Z.0-9:é]{0,8}"],
        ) {
            let _ = (Timestamp::from_http_date(&text), Timestamp::from_service_text(&text));
        }
    }
}
