//! The date formats on the wire: the `date` header, the TIMESTAMP of an answer to an SRP challenge, and the
//! expiry of credentials in the query protocol.

use cognito_core::Timestamp;

const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY: u64 = 86_400;
/// The last second of the year 9999. The date formats have four digits for the year.
const MAX_UNIX_SECONDS: u64 = 253_402_300_799;

/// Formats a time as `Sun, 06 Nov 1994 08:49:37 GMT`.
pub(crate) fn imf_fixdate(now: Timestamp) -> String {
    let date = Date::from_unix_seconds(now.as_unix_seconds());
    let (weekday, month, clock) = (date.weekday, date.month_name(), date.clock());
    format!("{weekday}, {:02} {month} {:04} {clock} GMT", date.day, date.year)
}

/// Formats a time as `1994-11-06T08:49:37Z`.
pub(crate) fn iso_8601(time: Timestamp) -> String {
    let date = Date::from_unix_seconds(time.as_unix_seconds());
    format!("{:04}-{:02}-{:02}T{}Z", date.year, date.month, date.day, date.clock())
}

/// Formats a time as `Sun Nov 6 08:49:37 UTC 1994`, which is the only time format that an SRP signature may
/// cover.
pub(crate) fn srp_timestamp(unix_seconds: u64) -> String {
    let date = Date::from_unix_seconds(unix_seconds);
    format!("{} {} {} {} UTC {}", date.weekday, date.month_name(), date.day, date.clock(), date.year)
}

/// Parses the TIMESTAMP of an answer to an SRP challenge, and returns the time in seconds since the Unix
/// epoch.
///
/// The parser is as lenient as Java's `SimpleDateFormat("EEE MMM d HH:mm:ss z yyyy")`: leading zeros and a
/// wrong weekday are accepted. To get the text that the service signs, format the result with
/// [`srp_timestamp`].
pub(crate) fn parse_srp_timestamp(text: &str) -> Option<u64> {
    let mut words = text.split(' ');
    let weekday = words.next()?;
    let month = words.next()?;
    let day: u64 = number(words.next()?, 2)?;
    let mut clock = words.next()?.split(':');
    let (hour, minute, second) = (number(clock.next()?, 2)?, number(clock.next()?, 2)?, number(clock.next()?, 2)?);
    let zone = words.next()?;
    let year = number(words.next()?, 4)?;
    let month = MONTHS.iter().position(|name| name.eq_ignore_ascii_case(month))? as u64 + 1;
    let known = WEEKDAYS.iter().any(|name| name.eq_ignore_ascii_case(weekday)) && matches!(zone, "UTC" | "GMT" | "Z");
    let in_range = (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 60 && year >= 1970;
    let ends = clock.next().is_none() && words.next().is_none();
    (known && in_range && ends).then(|| days_from_civil(year, month, day) * DAY + hour * 3600 + minute * 60 + second)
}

fn number(digits: &str, max_digits: usize) -> Option<u64> {
    let plain = !digits.is_empty() && digits.len() <= max_digits && digits.bytes().all(|digit| digit.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

struct Date {
    weekday: &'static str,
    year: u64,
    month: u64,
    day: u64,
    second_of_day: u64,
}

impl Date {
    fn from_unix_seconds(unix_seconds: u64) -> Self {
        let unix_seconds = unix_seconds.min(MAX_UNIX_SECONDS);
        let days = unix_seconds / DAY;
        let weekday = WEEKDAYS.into_iter().cycle().nth((days % 7) as usize).unwrap_or_default();
        let (year, month, day) = civil_from_days(days);
        Self { weekday, year, month, day, second_of_day: unix_seconds % DAY }
    }

    fn month_name(&self) -> &'static str {
        MONTHS.into_iter().nth((self.month as usize).saturating_sub(1)).unwrap_or_default()
    }

    fn clock(&self) -> String {
        let second = self.second_of_day;
        format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
    }
}

/// Converts days since the Unix epoch to year, month and day.
///
/// The calculation starts each year in March, so that a leap day is the last day of its year.
fn civil_from_days(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

fn days_from_civil(year: u64, month: u64, day: u64) -> u64 {
    let march_year = year - u64::from(month <= 2);
    let (era, year_of_era) = (march_year / 400, march_year % 400);
    let march_month = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * march_month + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formatted_timestamp_is_parsed_to_the_same_second() {
        for unix_seconds in [0, 59, 951_782_400, 951_868_800, 1_546_322_769, 1_709_164_800, 4_102_444_799] {
            assert_eq!(parse_srp_timestamp(&srp_timestamp(unix_seconds)), Some(unix_seconds));
        }
        assert_eq!(srp_timestamp(1_546_322_769), "Tue Jan 1 06:06:09 UTC 2019");
        assert_eq!(imf_fixdate(Timestamp::from_unix_seconds(784_111_777)), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(iso_8601(Timestamp::from_unix_seconds(784_111_777)), "1994-11-06T08:49:37Z");
    }

    #[test]
    fn a_time_after_the_year_9999_does_not_overflow() {
        assert_eq!(srp_timestamp(u64::MAX), "Fri Dec 31 23:59:59 UTC 9999");
    }
}
