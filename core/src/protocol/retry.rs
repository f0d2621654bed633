//! When a request is retried. The rule is the same for every protocol.
//!
//! A request is sent [`MAX_ATTEMPTS`] times at the most.
//!
//! | what came of it | it is retried |
//! |---|---|
//! | it was not sent | always |
//! | the service throttles it: `TooManyRequestsException`, HTTP 429 | always |
//! | the service failed: `InternalErrorException`, HTTP 5xx; or a login provider did not answer | if repeatable |
//! | no whole answer came | if repeatable; at once if urgent |
//! | any other error, `LimitExceededException` (a limit of hours) among them | never |
//!
//! Before a retry there is a wait, half a second at the most before the first and twice as long before each
//! later one. Only an urgent request whose answer was lost is sent again at once.

use crate::error::RefusalKind;
use crate::flow::Backoff;

/// How often a request is sent at the most.
pub const MAX_ATTEMPTS: u32 = 3;

/// The bound of the first wait; each later one is twice as long.
const FIRST_BACKOFF_MILLIS: u64 = 500;

/// What the maker of a request says of retrying it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RetryPolicy {
    /// Whether the request may be sent again when it is not known whether it was carried out.
    pub(crate) is_repeatable: bool,
    /// Whether a request whose answer was lost is sent again at once, rather than after a wait. Only where
    /// waiting costs.
    pub(crate) is_urgent: bool,
}

/// The attempts at one request.
#[derive(Debug)]
pub(crate) struct Retry {
    policy: RetryPolicy,
    attempts: u32,
    may_have_arrived: bool,
}

/// What to do after an attempt that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    RetryNow,
    RetryAfter(Backoff),
    GiveUp,
}

impl Retry {
    pub(crate) fn new(policy: RetryPolicy) -> Self {
        Self { policy, attempts: 0, may_have_arrived: false }
    }

    /// Begins the next attempt, and gives its number, from 1.
    pub(crate) fn begin_attempt(&mut self) -> u32 {
        self.attempts += 1;
        self.attempts
    }

    /// Whether the service may have carried out an attempt that has failed.
    pub(crate) fn may_have_arrived(&self) -> bool {
        self.may_have_arrived
    }

    /// The attempt was not sent.
    pub(crate) fn after_not_sent(&self) -> Next {
        self.after_a_wait_if(true)
    }

    /// The attempt may have arrived, but there is no whole answer.
    pub(crate) fn after_no_answer(&mut self) -> Next {
        self.may_have_arrived = true;
        if self.policy.is_urgent && self.attempts < MAX_ATTEMPTS {
            return Next::RetryNow;
        }
        self.after_a_wait_if(self.policy.is_repeatable)
    }

    /// The answer is an error, of this HTTP status and of this kind if the service names it.
    pub(crate) fn after_error(&mut self, status: u16, kind: Option<RefusalKind>) -> Next {
        // A request that was refused was not carried out; one that failed may have been.
        self.may_have_arrived |= status >= 500;
        self.after_a_wait_if(match kind {
            Some(RefusalKind::LimitExceeded) => false,
            Some(RefusalKind::TooManyRequests) => true,
            Some(RefusalKind::InternalError | RefusalKind::ExternalService | RefusalKind::IdpCommunicationError) => {
                self.policy.is_repeatable
            }
            _ => status == 429 || (status >= 500 && self.policy.is_repeatable),
        })
    }

    fn after_a_wait_if(&self, again: bool) -> Next {
        if !again || self.attempts >= MAX_ATTEMPTS {
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
    fn the_table_of_the_module_holds() {
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
    fn each_wait_is_twice_as_long_and_the_last_attempt_is_final() {
        let mut retry = first_attempt(REPEATABLE);
        assert_eq!(retry.after_not_sent(), after(500));
        retry.begin_attempt();
        assert_eq!(retry.after_not_sent(), after(1000));
        assert_eq!(retry.begin_attempt(), MAX_ATTEMPTS);
        assert_eq!(retry.after_not_sent(), Next::GiveUp);
    }

    #[test]
    fn an_urgent_request_has_no_more_attempts_than_others() {
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
