//! The lockout of a user after several wrong passwords in a row.

use cognito_core::Timestamp;

use crate::failure::Failure;
use crate::sign_in::later;
use crate::user::User;

/// The number of wrong passwords in a row that starts the first lockout.
const MIN_FAILURES: u32 = 5;
/// The longest lockout, in seconds.
///
/// If this time has passed since the end of a lockout, the count of wrong passwords starts again at zero.
const MAX_SECONDS: u64 = 15 * 60;

/// The number of wrong passwords in a row, and the end of the lockout that these passwords caused.
#[derive(Debug, Default)]
pub(crate) struct Lockout {
    failures: u32,
    until: Option<Timestamp>,
}

impl Lockout {
    /// Rejects an attempt during a lockout. Such an attempt does not count as a wrong password.
    fn check(&self, now: Timestamp) -> Result<(), Failure> {
        if self.until.is_some_and(|until| now < until) {
            return Err(Failure::not_authorized("Password attempts exceeded"));
        }
        Ok(())
    }

    /// Counts a wrong password. From the fifth wrong password in a row on, the n-th wrong password locks the
    /// user out for 2^(n-5) seconds.
    fn fail(&mut self, now: Timestamp) {
        if self.until.is_some_and(|until| now >= later(until, MAX_SECONDS)) {
            self.failures = 0;
        }
        self.failures = self.failures.saturating_add(1);
        self.until = self.failures.checked_sub(MIN_FAILURES).map(|beyond| {
            let seconds = 1_u64.checked_shl(beyond).unwrap_or(MAX_SECONDS);
            later(now, seconds.min(MAX_SECONDS))
        });
    }
}

/// Counts a password attempt, and returns an error if the password is wrong or the user is locked out.
///
/// `locks` is the pool's setting `password_lockout`.
pub(crate) fn check_attempt(user: &mut User, locks: bool, now: Timestamp, is_right: bool) -> Result<(), Failure> {
    if locks {
        user.lockout.check(now)?;
    }
    if is_right {
        user.lockout = Lockout::default();
        return Ok(());
    }
    user.lockout.fail(now);
    Err(Failure::incorrect())
}
