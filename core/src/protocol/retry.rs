//! The rule for retries, which is the same for every protocol.
//!
//! A request is sent at most [`MAX_ATTEMPTS`] times.
//!
//! | outcome of the request | retried |
//! |---|---|
//! | the request was not sent | always |
//! | the service throttled it: `TooManyRequestsException`, HTTP 429 | always |
//! | the service failed: `InternalErrorException`, HTTP 5xx | if repeatable |
//! | a login provider did not respond to the service | if repeatable |
//! | the service got no keys to verify a token: `InvalidIdentityToken` | once, if repeatable |
//! | no complete response arrived | if repeatable; immediately if urgent |
//! | any other error, such as `LimitExceededException` (a limit of hours) | never |
//!
//! A flow waits before each retry. The wait before the first retry lasts at most half a second, and this
//! bound doubles with each further retry. The only exception is an urgent request. If its response was lost,
//! the request is retried without a wait.

use core::mem;

use crate::error::RefusalKind;
use crate::flow::Backoff;

/// The maximum number of times that a request is sent.
pub const MAX_ATTEMPTS: u32 = 3;

/// The upper bound of the first wait, in milliseconds. The bound doubles with each further wait.
const FIRST_BACKOFF_MILLIS: u64 = 500;

/// The properties of a request that determine whether the request is retried.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RetryPolicy {
    /// Whether it is safe to retry the request after the service may have processed it.
    pub(crate) is_repeatable: bool,
    /// Whether the request is retried without a wait if the response was lost. A delayed retry of an urgent
    /// request can fail.
    pub(crate) is_urgent: bool,
}

/// The previous attempts to send one request.
#[derive(Debug)]
pub(crate) struct Retry {
    policy: RetryPolicy,
    attempts: u32,
    may_have_arrived: bool,
    /// Whether the request was already retried after the service failed to get the keys that it needs to
    /// verify a token.
    is_retried_for_key: bool,
}

/// The next action after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    RetryNow,
    RetryAfter(Backoff),
    GiveUp,
}

impl Retry {
    pub(crate) fn new(policy: RetryPolicy) -> Self {
        Self { policy, attempts: 0, may_have_arrived: false, is_retried_for_key: false }
    }

    /// Begins the next attempt, and returns its number, counted from 1.
    pub(crate) fn begin_attempt(&mut self) -> u32 {
        self.attempts += 1;
        self.attempts
    }

    /// Returns whether the service may have processed one of the failed attempts.
    pub(crate) fn may_have_arrived(&self) -> bool {
        self.may_have_arrived
    }

    /// Returns the next action if the last attempt could not send the request.
    pub(crate) fn after_not_sent(&self) -> Next {
        self.retry_after_wait_if(true)
    }

    /// Returns the next action if the last attempt may have reached the service but got no complete response.
    pub(crate) fn after_no_answer(&mut self) -> Next {
        self.may_have_arrived = true;
        if self.policy.is_urgent && self.attempts < MAX_ATTEMPTS {
            return Next::RetryNow;
        }
        self.retry_after_wait_if(self.policy.is_repeatable)
    }

    /// Returns the next action after the service failed to get the keys that it needs to verify a token.
    /// After the second failure there is no further retry, because the configuration of the identity provider
    /// may be wrong.
    pub(crate) fn after_lack_of_key(&mut self) -> Next {
        let is_first = !mem::replace(&mut self.is_retried_for_key, true);
        self.retry_after_wait_if(is_first && self.policy.is_repeatable)
    }

    /// Returns the next action after an error response with this HTTP status. `kind` is `None` if the
    /// response does not name the error.
    pub(crate) fn after_error(&mut self, status: u16, kind: Option<RefusalKind>) -> Next {
        // The service did not process a request that it rejected (4xx), but may have processed a request that
        // failed in the service (5xx).
        self.may_have_arrived |= status >= 500;
        self.retry_after_wait_if(match kind {
            Some(RefusalKind::LimitExceeded) => false,
            Some(RefusalKind::TooManyRequests) => true,
            Some(RefusalKind::InternalError | RefusalKind::ExternalService | RefusalKind::IdpCommunicationError) => {
                self.policy.is_repeatable
            }
            _ => status == 429 || (status >= 500 && self.policy.is_repeatable),
        })
    }

    fn retry_after_wait_if(&self, is_allowed: bool) -> Next {
        if !is_allowed || self.attempts >= MAX_ATTEMPTS {
            return Next::GiveUp;
        }
        let doublings = self.attempts.saturating_sub(1);
        Next::RetryAfter(Backoff { at_most_millis: FIRST_BACKOFF_MILLIS << doublings })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONCE: RetryPolicy = RetryPolicy { is_repeatable: false, is_urgent: false };
    const REPEATABLE: RetryPolicy = RetryPolicy { is_repeatable: true, is_urgent: false };
    const URGENT: RetryPolicy = RetryPolicy { is_repeatable: true, is_urgent: true };

    fn first_attempt(policy: RetryPolicy) -> Retry {
        let mut retry = Retry::new(policy);
        assert_eq!(retry.begin_attempt(), 1);
        retry
    }

    fn after(millis: u64) -> Next {
        Next::RetryAfter(Backoff { at_most_millis: millis })
    }

    #[test]
    fn retries_follow_the_table_of_the_module() {
        for (status, kind, once, repeatable) in [
            (400, Some(RefusalKind::TooManyRequests), after(500), after(500)),
            (429, None, after(500), after(500)),
            (400, Some(RefusalKind::InternalError), Next::GiveUp, after(500)),
            (400, Some(RefusalKind::ExternalService), Next::GiveUp, after(500)),
            (400, Some(RefusalKind::IdpCommunicationError), Next::GiveUp, after(500)),
            (500, None, Next::GiveUp, after(500)),
            (503, Some(RefusalKind::Unknown), Next::GiveUp, after(500)),
            (500, Some(RefusalKind::LimitExceeded), Next::GiveUp, Next::GiveUp),
            (400, Some(RefusalKind::InvalidParameter), Next::GiveUp, Next::GiveUp),
            (404, None, Next::GiveUp, Next::GiveUp),
            (200, None, Next::GiveUp, Next::GiveUp),
        ] {
            assert_eq!(first_attempt(ONCE).after_error(status, kind), once, "{status} {kind:?}");
            assert_eq!(first_attempt(REPEATABLE).after_error(status, kind), repeatable, "{status} {kind:?}");
        }
        assert_eq!(first_attempt(ONCE).after_not_sent(), after(500));
        assert_eq!(first_attempt(ONCE).after_no_answer(), Next::GiveUp);
        assert_eq!(first_attempt(REPEATABLE).after_no_answer(), after(500));
        assert_eq!(first_attempt(URGENT).after_no_answer(), Next::RetryNow);
    }

    #[test]
    fn each_wait_doubles_and_the_last_attempt_is_final() {
        let mut retry = first_attempt(REPEATABLE);
        assert_eq!(retry.after_not_sent(), after(500));
        retry.begin_attempt();
        assert_eq!(retry.after_not_sent(), after(1000));
        assert_eq!(retry.begin_attempt(), MAX_ATTEMPTS);
        assert_eq!(retry.after_not_sent(), Next::GiveUp);
    }

    #[test]
    fn a_lack_of_keys_is_retried_once() {
        assert_eq!(first_attempt(ONCE).after_lack_of_key(), Next::GiveUp);
        let mut retry = first_attempt(REPEATABLE);
        assert_eq!(retry.after_lack_of_key(), after(500));
        retry.begin_attempt();
        assert_eq!(retry.after_lack_of_key(), Next::GiveUp);
    }

    #[test]
    fn an_urgent_request_has_no_additional_attempts() {
        let mut retry = first_attempt(URGENT);
        for _ in 1..MAX_ATTEMPTS {
            assert_eq!(retry.after_no_answer(), Next::RetryNow);
            retry.begin_attempt();
        }
        assert_eq!(retry.after_no_answer(), Next::GiveUp);
    }

    #[test]
    fn only_a_lost_or_failed_attempt_may_have_arrived() {
        let mut retry = first_attempt(REPEATABLE);
        retry.after_not_sent();
        retry.after_error(400, Some(RefusalKind::TooManyRequests));
        retry.after_error(429, None);
        assert!(!retry.may_have_arrived());
        retry.after_error(500, None);
        assert!(retry.may_have_arrived());
        let mut retry = first_attempt(REPEATABLE);
        retry.after_no_answer();
        retry.after_not_sent();
        assert!(retry.may_have_arrived());
    }
}
