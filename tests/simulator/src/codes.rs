//! The codes that were sent to a user, and the limits on sending and entering codes.

use alloc::collections::BTreeMap;

use cognito_core::Timestamp;

use crate::failure::Failure;
use crate::message::Purpose;
use crate::sign_in::later;

/// A code that was sent to a user, and the attribute that is verified when the user enters the code.
pub(crate) struct Code {
    pub(crate) code: String,
    pub(crate) attribute: &'static str,
    pub(crate) expires: Timestamp,
}

/// The codes of one user that were not used yet, and the recent attempts to send and to enter codes.
#[derive(Default)]
pub(crate) struct Codes {
    open: BTreeMap<Slot, Code>,
    sends: BTreeMap<Slot, Attempts>,
    failures: BTreeMap<Slot, Attempts>,
}

/// The key of a code that was not used yet: the purpose of the code, and the attribute that the code
/// verifies, if any.
type Slot = (Purpose, &'static str);

fn slot(purpose: Purpose, attribute: &'static str) -> Slot {
    (purpose, if purpose == Purpose::VerifyAttribute { attribute } else { "" })
}

impl Codes {
    /// Stores a code, which replaces an older code for the same purpose.
    pub(crate) fn put(&mut self, purpose: Purpose, code: Code) {
        self.open.insert(slot(purpose, code.attribute), code);
    }

    /// Counts a request to send a code. Rejects the request if there were too many such requests in the last
    /// hour.
    pub(crate) fn count_send(
        &mut self,
        purpose: Purpose,
        attribute: &'static str,
        per_hour: Option<u64>,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let sends = self.sends.entry(slot(purpose, attribute)).or_default();
        sends.check(per_hour, now)?;
        sends.0.push(now);
        Ok(())
    }

    /// Accepts a code that the user enters. Each code works once.
    ///
    /// After a wrong code, the right code is still valid. After too many wrong codes in an hour, every code
    /// is rejected.
    pub(crate) fn redeem(
        &mut self,
        purpose: Purpose,
        attribute: &'static str,
        code: &str,
        failures_per_hour: Option<u64>,
        now: Timestamp,
    ) -> Result<Code, Failure> {
        let slot = slot(purpose, attribute);
        let failures = self.failures.entry(slot).or_default();
        failures.check(failures_per_hour, now)?;
        let expected = self.open.get(&slot).filter(|expected| now < expected.expires).ok_or_else(expired_code)?;
        if expected.code != code {
            failures.0.push(now);
            return Err(code_mismatch());
        }
        self.failures.remove(&slot);
        self.open.remove(&slot).ok_or_else(expired_code)
    }

    pub(crate) fn clear(&mut self) {
        self.open.clear();
    }
}

/// The times of the recent attempts to send or enter a code.
#[derive(Default)]
struct Attempts(Vec<Timestamp>);

impl Attempts {
    fn check(&mut self, per_hour: Option<u64>, now: Timestamp) -> Result<(), Failure> {
        self.0.retain(|attempt| now < later(*attempt, 3_600));
        match per_hour {
            Some(limit) if self.0.len() as u64 >= limit => {
                Err(Failure::limit_exceeded("Attempt limit exceeded, please try after some time."))
            }
            _ => Ok(()),
        }
    }
}

pub(crate) fn expired_code() -> Failure {
    Failure::new("ExpiredCodeException", "Invalid code provided, please request a code again.")
}

pub(crate) fn code_mismatch() -> Failure {
    Failure::new("CodeMismatchException", "Invalid verification code provided, please try again.")
}
