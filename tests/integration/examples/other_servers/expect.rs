//! The checks of a scenario, each with an error message for an unexpected result.

use std::error::Error as StdError;
use std::fmt::Debug;

use cognito_core::error::RefusalKind;
use cognito_core::{Challenge, Error, SignInOutcome, SignedIn};

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn StdError>>;

pub(crate) fn that(what: &str, is_so: bool) -> Outcome {
    if is_so { Ok(()) } else { Err(format!("expected that {what}").into()) }
}

pub(crate) fn equal<T: PartialEq<U> + Debug, U: Debug>(what: &str, actual: T, expected: U) -> Outcome {
    if actual == expected { Ok(()) } else { Err(format!("{what}: {actual:?}, expected {expected:?}").into()) }
}

pub(crate) fn signed_in(outcome: SignInOutcome) -> Outcome<SignedIn> {
    match outcome {
        SignInOutcome::SignedIn(signed_in) => Ok(signed_in),
        SignInOutcome::Challenge(challenge) => {
            Err(format!("the service requires the challenge {}", challenge.name().as_str()).into())
        }
    }
}

/// Returns the challenge after storing and reading it, as an application would.
pub(crate) fn challenge(outcome: SignInOutcome, name: &str) -> Outcome<Challenge> {
    match outcome {
        SignInOutcome::SignedIn(_) => Err(format!("signed in without {name}").into()),
        SignInOutcome::Challenge(challenge) => {
            equal("the challenge", challenge.name().as_str(), name)?;
            Ok(serde_json::from_str(&serde_json::to_string(&challenge)?)?)
        }
    }
}

pub(crate) fn refused<T>(what: &str, result: Result<T, Error>, expected: RefusalKind) -> Outcome {
    let error = failed(what, result)?;
    if error.refusal_kind() == Some(expected) { Ok(()) } else { Err(unexpected(what, &error)) }
}

/// Expects the error NotAuthorizedException, with any message.
pub(crate) fn not_authorized<T>(what: &str, result: Result<T, Error>) -> Outcome {
    let error = failed(what, result)?;
    if matches!(error.refusal_kind(), Some(RefusalKind::NotAuthorized(_))) {
        Ok(())
    } else {
        Err(unexpected(what, &error))
    }
}

/// Expects that the service rejects the access token.
pub(crate) fn is_access_token_refused<T>(what: &str, result: Result<T, Error>) -> Outcome {
    let error = failed(what, result)?;
    if error.is_access_token_refused() { Ok(()) } else { Err(unexpected(what, &error)) }
}

/// Expects an error that ends the session.
pub(crate) fn session_ended<T>(what: &str, result: Result<T, Error>) -> Outcome {
    let error = failed(what, result)?;
    if error.ends_session() { Ok(()) } else { Err(unexpected(what, &error)) }
}

fn failed<T>(what: &str, result: Result<T, Error>) -> Outcome<Error> {
    result.err().ok_or_else(|| format!("{what} was not rejected").into())
}

fn unexpected(what: &str, error: &Error) -> Box<dyn StdError> {
    format!("{what}: {} ({error:?})", error.with_causes()).into()
}
