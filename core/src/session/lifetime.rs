//! The lifetime of a session's tokens, with corrections for wrong clocks.

#[cfg(test)]
mod tests;

use core::time::Duration;

use super::Tokens;
use crate::timestamp::Timestamp;

/// The times in a session's tokens. The session's [`Lifetime`] is computed from these times. All times are in
/// seconds since the Unix epoch, by the service's clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct TokenTimes {
    access: Times,
    id: Times,
    /// The lifetime of the access token in seconds, from the field `ExpiresIn` of the service's response.
    expires_in: Option<u64>,
}

/// The times of issue and expiry in one token.
#[derive(Debug, Clone, Copy)]
struct Times {
    issued_at: Option<u64>,
    expires_at: Option<u64>,
}

/// The period in which a session's tokens are valid, by the service's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Lifetime {
    /// The expiry of the token that expires first, or `None` if no expiry is known.
    pub(super) expires_at: Option<Timestamp>,
    /// The lifetime of the token that expires first, in seconds, or `None` if this lifetime is unknown.
    seconds: Option<u64>,
    /// The service's clock has already reached this time, because the tokens exist. If the local clock leads
    /// to an earlier time, the local clock is wrong.
    not_before: Option<Timestamp>,
}

/// The largest plausible difference between two correct clocks, in seconds. Servers and computers that
/// synchronize their clocks differ by seconds at most. AWS rejects signatures whose time differs by more than
/// five minutes, and the shortest lifetime of a token in Cognito is five minutes.
const PLAUSIBLE_SKEW: u64 = 300;

/// The longest lifetime of access tokens and ID tokens, in seconds.
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/limits.html>
const MAX_LIFE: u64 = 24 * 3600;

impl TokenTimes {
    /// Collects the times of issue and expiry of the access token and of the ID token.
    pub(super) fn new(tokens: &Tokens, access: [Option<u64>; 2], id: [Option<u64>; 2]) -> Self {
        let expires_in = tokens.expires_in.and_then(|seconds| u64::try_from(seconds).ok());
        Self { access: Times::new(access), id: Times::new(id), expires_in: expires_in.filter(|seconds| *seconds > 0) }
    }

    /// Estimates the time at which the tokens arrived, by the service's clock. `now` is the local time, and
    /// `date` is the `Date` header of the response.
    ///
    /// The service sends tokens immediately after issuing them. The time of issue and the expiry come from
    /// the same clock. The local clock may be wrong, and the `Date` header may come from a proxy with a wrong
    /// clock. The method therefore ignores a `Date` header that is earlier than the time of issue. To prevent
    /// repeated refreshes, the method also ignores a `Date` header that is later by more than five minutes or
    /// by more than a quarter of the lifetime. Without a usable `Date` header, the method returns the time of
    /// issue.
    pub(super) fn service_time(&self, now: Timestamp, date: Option<Timestamp>) -> Timestamp {
        let life = [self.access, self.id].iter().filter_map(Times::life).min();
        match self.issued_at().filter(|_| life.is_none_or(|life| life <= MAX_LIFE)) {
            Some(issued) => {
                let skew = life.map_or(PLAUSIBLE_SKEW, |life| PLAUSIBLE_SKEW.min(life / 4));
                let is_plausible = |date: &u64| (issued..=issued.saturating_add(skew)).contains(date);
                let date = date.map(Timestamp::as_unix_seconds).filter(is_plausible);
                Timestamp::from_unix_seconds(date.unwrap_or(issued))
            }
            None => self.first_plausible(date, now),
        }
    }

    /// Returns the `Date` header or the local time. If possible, the method returns a time at which the
    /// tokens are valid. Use this method if the tokens' time of issue is unknown or implausibly early.
    fn first_plausible(&self, date: Option<Timestamp>, now: Timestamp) -> Timestamp {
        let expires_at = self.expires_at(None).map_or(u64::MAX, Timestamp::as_unix_seconds);
        let candidates = || [date, Some(now)].into_iter().flatten();
        let is_between = |earliest: u64, time: &Timestamp| (earliest..expires_at).contains(&time.as_unix_seconds());
        let earliest_issues = [expires_at.saturating_sub(MAX_LIFE), self.issued_at().unwrap_or_default()];
        let found =
            earliest_issues.into_iter().find_map(|earliest| candidates().find(|time| is_between(earliest, time)));
        Timestamp::from_unix_seconds(found.or(date).unwrap_or(now).as_unix_seconds())
    }

    /// Returns whether the lifetime depends on the time at which the tokens arrived, because the access token
    /// does not contain both its time of issue and its expiry.
    pub(super) fn needs_arrival(&self) -> bool {
        self.access.expires_at.is_none() || self.access.issued_at.is_none()
    }

    /// Returns the period in which the tokens are valid. `arrived_at` is the time at which the tokens
    /// arrived, by the service's clock, or `None` if this time is unknown.
    pub(super) fn lifetime(&self, arrived_at: Option<Timestamp>) -> Lifetime {
        let arrived_at = arrived_at.map(Timestamp::as_unix_seconds);
        let first = [self.access_times(arrived_at), self.id]
            .into_iter()
            .filter_map(|times| Some((times.expires_at?, times.issued_at.or(arrived_at))))
            .min_by_key(|(expires_at, _)| *expires_at);
        Lifetime {
            expires_at: self.expires_at(arrived_at),
            seconds: first.and_then(|(expires_at, start)| expires_at.checked_sub(start?)),
            not_before: self.not_before(arrived_at),
        }
    }

    /// Returns the times of the access token. Absent times are computed from the token's lifetime.
    fn access_times(&self, arrived_at: Option<u64>) -> Times {
        let Times { issued_at, expires_at } = self.access;
        let before = |expires_at: u64| Some(expires_at.saturating_sub(self.expires_in?));
        let after = |start: u64| Some(start.saturating_add(self.expires_in?));
        Times {
            issued_at: issued_at.or_else(|| expires_at.and_then(before)),
            expires_at: expires_at.or_else(|| issued_at.or(arrived_at).and_then(after)),
        }
    }

    fn expires_at(&self, arrived_at: Option<u64>) -> Option<Timestamp> {
        let expiries = self.access_times(arrived_at).expires_at.into_iter().chain(self.id.expires_at);
        expiries.min().map(Timestamp::from_unix_seconds)
    }

    /// Returns the time of issue of the token that was issued last.
    fn issued_at(&self) -> Option<u64> {
        self.access_times(None).issued_at.max(self.id.issued_at)
    }

    fn not_before(&self, arrived_at: Option<u64>) -> Option<Timestamp> {
        let earliest_issue = || Some(self.expires_at(None)?.as_unix_seconds().saturating_sub(MAX_LIFE));
        let not_before = self.issued_at().max(arrived_at).or_else(earliest_issue);
        not_before.map(Timestamp::from_unix_seconds)
    }
}

impl Times {
    /// Creates the times of one token. Ignores a time of issue that is later than the expiry.
    fn new([issued_at, expires_at]: [Option<u64>; 2]) -> Self {
        let issued_at = issued_at.filter(|issued| expires_at.is_none_or(|expires| *issued <= expires));
        Self { issued_at, expires_at }
    }

    fn life(&self) -> Option<u64> {
        self.expires_at?.checked_sub(self.issued_at?)
    }
}

impl Lifetime {
    /// Returns whether the tokens are valid for at least `margin` after the local time `now`. The margin is
    /// limited to half of the lifetime.
    ///
    /// Also returns `false` if the local clock is certainly wrong. The caller then refreshes the session, and
    /// the response contains the correct time.
    pub(super) fn contains(&self, now: Timestamp, clock_drift_seconds: i64, margin: Duration) -> bool {
        let millis = |time: Timestamp| i128::from(time.as_unix_millis());
        let service = millis(now) - i128::from(clock_drift_seconds) * 1000;
        let margin = i128::try_from(margin.as_millis()).unwrap_or(i128::MAX / 2);
        let margin = self.seconds.map_or(margin, |seconds| margin.min(i128::from(seconds) * 500));
        let skew = i128::from(PLAUSIBLE_SKEW) * 1000;
        let is_plausible = self.not_before.is_none_or(|earliest| millis(earliest) <= service + skew);
        is_plausible && self.expires_at.is_some_and(|expiry| service + margin < millis(expiry))
    }
}
