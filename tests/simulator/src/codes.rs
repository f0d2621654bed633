//! Codes that a user was sent, and how often somebody tried.

use alloc::collections::BTreeMap;

use cognito_core::Timestamp;

use crate::failure::Failure;
use crate::message::Purpose;
use crate::sign_in::later;

/// A code that was sent, and the attribute that giving it back verifies.
pub(crate) struct Code {
    pub(crate) code: String,
    pub(crate) attribute: &'static str,
    pub(crate) expires: Timestamp,
}

/// The codes of one user that wait to be given back.
#[derive(Default)]
pub(crate) struct Codes {
    waiting: BTreeMap<Slot, Code>,
    sends: BTreeMap<Slot, Attempts>,
    failures: BTreeMap<Slot, Attempts>,
}

/// What a code is for; of those that verify an attribute there is one for each attribute.
type Slot = (Purpose, &'static str);

fn slot(purpose: Purpose, attribute: &'static str) -> Slot {
    (purpose, if purpose == Purpose::VerifyAttribute { attribute } else { "" })
}

impl Codes {
    /// A newer code replaces the older one.
    pub(crate) fn put(&mut self, purpose: Purpose, code: Code) {
        self.waiting.insert(slot(purpose, code.attribute), code);
    }

    /// Counts a request to send a code, unless there were too many in the last hour.
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

    /// Takes a code back. It works once; a wrong one leaves it as it was, until there were too many in an hour.
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
        let expected = self.waiting.get(&slot).filter(|expected| now < expected.expires).ok_or_else(expired_code)?;
        if expected.code != code {
            failures.0.push(now);
            return Err(code_mismatch());
        }
        self.failures.remove(&slot);
        self.waiting.remove(&slot).ok_or_else(expired_code)
    }

    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }
}

/// When something was tried.
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
