//! Helpers for unit tests: an app client, and events for scripted responses.

pub(crate) mod desk;
pub(crate) mod disorder;

use alloc::string::ToString;
use alloc::sync::Arc;

use serde_json::Value;

use crate::configuration::identity_pool::tests::identity_pool;
use crate::operation::{ForIdentityPool, Operation, Public, TokenAuthorized};
use crate::secret::AccessToken;
use crate::{
    AppClient, Call, Cause, Error, Event, Flow, Headers, Request, Response, SendOutcome, Step, Timestamp, UserPoolId,
};

pub(crate) const NOW: Timestamp = Timestamp::from_unix_seconds(1_546_322_769);

pub(crate) fn app_client() -> AppClient {
    AppClient::new(UserPoolId::new("us-east-1_QdbSdK39m").unwrap(), "3pu8tnp684l4lmlfoth25ojmd2").unwrap()
}

pub(crate) fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

pub(crate) fn body(request: &Request) -> Value {
    serde_json::from_slice(request.body()).unwrap()
}

/// Returns the request body of an operation, for an app client with a secret.
pub(crate) fn request_of(operation: impl Public) -> Value {
    body(&first_request(&mut Call::new(&app_client().with_secret("s3cr3t"), operation)))
}

/// Returns the request body of an operation for a signed-in user.
pub(crate) fn signed_in_request_of(operation: impl TokenAuthorized) -> Value {
    let client = app_client().with_secret("s3cr3t");
    body(&first_request(&mut Call::signed_in(&client, &AccessToken::from("access.token"), operation)))
}

/// Returns the request body of an identity pool's operation.
pub(crate) fn identity_pool_request_of(operation: impl ForIdentityPool) -> Value {
    body(&first_request(&mut Call::for_identity_pool(&identity_pool(), operation)))
}

pub(crate) fn first_request<O: Operation>(call: &mut Call<O>) -> Request {
    sent(call.step(NOW, Event::Start))
}

/// Returns the request of a `Send` step, and panics on any other step.
#[track_caller]
pub(crate) fn sent<T>(step: Result<Step<T>, Error>) -> Request {
    match step {
        Ok(Step::Send(request)) => request,
        Ok(Step::Wait(backoff)) => panic!("expected a request, got {backoff:?}"),
        Ok(Step::Done(_)) => panic!("expected a request, got the end"),
        Err(error) => panic!("expected a request, got {error:?}"),
    }
}

/// Returns the error of a failed step, and panics if the step succeeded.
#[track_caller]
pub(crate) fn failed<T>(step: Result<Step<T>, Error>) -> Error {
    match step {
        Err(error) => error,
        Ok(_) => panic!("expected an error"),
    }
}

/// Returns the output of a `Done` step, and panics on any other step.
#[track_caller]
pub(crate) fn done<T>(step: Result<Step<T>, Error>) -> T {
    match step {
        Ok(Step::Done(output)) => output,
        Ok(_) => panic!("expected the end, got another step"),
        Err(error) => panic!("expected the end, got {error:?}"),
    }
}

pub(crate) fn answer(status: u16, body: &str) -> Event {
    answer_with(status, &[], body)
}

pub(crate) fn answer_with(status: u16, headers: &[(&str, &str)], body: &str) -> Event {
    let headers: Headers = headers.iter().copied().collect();
    Event::Sent(SendOutcome::Answered(Response::new(status, headers, body.as_bytes().to_vec())))
}

pub(crate) fn refusal(code: &str, message: &str) -> Event {
    let body = serde_json::json!({ "__type": code, "message": message });
    answer(400, &body.to_string())
}

pub(crate) fn not_sent(cause_text: &'static str) -> Event {
    Event::Sent(SendOutcome::NotSent(cause(cause_text)))
}

pub(crate) fn no_answer(cause_text: &'static str) -> Event {
    Event::Sent(SendOutcome::NoAnswer(cause(cause_text)))
}

pub(crate) fn cause(text: &'static str) -> Cause {
    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Plain(&'static str);
    Arc::new(Plain(text))
}
