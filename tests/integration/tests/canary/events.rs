//! Possible outcomes of a request.

use std::sync::Arc;

use cognito_core::{Cause, Event, Headers, Response, SendOutcome, Timestamp};
use serde_json::json;

pub(crate) const NOW: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);

pub(crate) fn answer(status: u16, body: &str) -> Event {
    Event::Sent(answered(status, body))
}

pub(crate) fn answered(status: u16, body: &str) -> SendOutcome {
    let headers: Headers =
        [("x-amzn-requestid", "0d4f1c2e"), ("date", "Tue, 14 Nov 2023 22:13:20 GMT")].into_iter().collect();
    SendOutcome::Answered(Response::new(status, headers, body.as_bytes().to_vec()))
}

/// Returns the cause of a failure of a transport or of a store.
pub(crate) fn cause() -> Cause {
    Arc::new(std::io::Error::other("a cable was pulled"))
}

/// Returns every kind of failure, and an error response for each of `names`.
///
/// The messages of error responses contain no mark, because the library reports them.
pub(crate) fn failures(names: &[&str]) -> Vec<Event> {
    let refusal = |name: &str, message: &str| answer(400, &json!({ "__type": name, "message": message }).to_string());
    let fixed = ["InternalErrorException", "TooManyRequestsException", "TelepathyException"];
    let mut events: Vec<_> = names.iter().chain(&fixed).map(|name| refusal(name, "no")).collect();
    events.extend(SPECIAL_REFUSALS.map(|(name, message)| refusal(name, message)));
    let error = "<ErrorResponse><Error><Code>ExpiredTokenException</Code><Message>no</Message></Error></ErrorResponse>";
    events.extend([answer(400, error), answer(503, "<html>busy</html>"), answer(400, "{}"), answer(302, "")]);
    events.extend([SendOutcome::NotSent(cause()), SendOutcome::NoAnswer(cause())].map(Event::Sent));
    events
}

/// Error responses that some flows handle in a special way.
const SPECIAL_REFUSALS: [(&str, &str); 6] = [
    ("NotAuthorizedException", "Invalid session for the user."),
    ("NotAuthorizedException", "Invalid session for the user, session is expired."),
    ("NotAuthorizedException", "Refresh Token has been revoked"),
    ("ResourceNotFoundException", "Device does not exist."),
    ("NotAuthorizedException", "Access Token has been revoked"),
    ("UnsupportedOperationException", "Refresh token rotation is enabled"),
];
