//! The lock-out after wrong passwords.

use cognito_core::Timestamp;

use crate::failure::Failure;
use crate::sign_in::later;
use crate::user::User;

/// The first wrong password that locks the user out.
const FIRST: u32 = 5;
/// The longest lock-out, and how long after one a user must not try for the count to begin anew.
const MAX_SECONDS: u64 = 15 * 60;

/// Wrong passwords in a row.
#[derive(Debug, Default)]
pub(crate) struct Lockout {
    failures: u32,
    until: Option<Timestamp>,
}

impl Lockout {
    /// An attempt during a lock-out is refused and does not count.
    fn check(&self, now: Timestamp) -> Result<(), Failure> {
        if self.until.is_some_and(|until| now < until) {
            return Err(Failure::not_authorized("Password attempts exceeded"));
        }
        Ok(())
    }

    /// The n-th failure in a row locks for 2^(n-5) seconds.
    fn fail(&mut self, now: Timestamp) {
        if self.until.is_some_and(|until| now >= later(until, MAX_SECONDS)) {
            self.failures = 0;
        }
        self.failures = self.failures.saturating_add(1);
        self.until = self.failures.checked_sub(FIRST).map(|beyond| {
            let seconds = 1_u64.checked_shl(beyond).unwrap_or(MAX_SECONDS);
            later(now, seconds.min(MAX_SECONDS))
        });
    }
}

/// Judges a password attempt of a user, and counts it. `locks` is the pool's setting.
pub(crate) fn judge(user: &mut User, locks: bool, now: Timestamp, right: bool) -> Result<(), Failure> {
    if locks {
        user.lockout.check(now)?;
    }
    if right {
        user.lockout = Lockout::default();
        return Ok(());
    }
    user.lockout.fail(now);
    Err(Failure::incorrect())
}
