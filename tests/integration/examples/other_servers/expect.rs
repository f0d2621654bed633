//! What a scenario expects, and the sentences for when it is not so.

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
        SignInOutcome::Challenge(challenge) => Err(format!("asked for {}", challenge.name().as_str()).into()),
    }
}

/// The challenge, as it comes back from where an application stored it.
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

/// Refused as NotAuthorizedException, whatever the reason.
pub(crate) fn not_authorized<T>(what: &str, result: Result<T, Error>) -> Outcome {
    let error = failed(what, result)?;
    if matches!(error.refusal_kind(), Some(RefusalKind::NotAuthorized(_))) {
        Ok(())
    } else {
        Err(unexpected(what, &error))
    }
}

/// The service must not take the access token any more.
pub(crate) fn is_access_token_refused<T>(what: &str, result: Result<T, Error>) -> Outcome {
    let error = failed(what, result)?;
    if error.is_access_token_refused() { Ok(()) } else { Err(unexpected(what, &error)) }
}

/// The session must be dead.
pub(crate) fn session_ended<T>(what: &str, result: Result<T, Error>) -> Outcome {
    let error = failed(what, result)?;
    if error.ends_session() { Ok(()) } else { Err(unexpected(what, &error)) }
}

fn failed<T>(what: &str, result: Result<T, Error>) -> Outcome<Error> {
    result.err().ok_or_else(|| format!("{what} was not refused").into())
}

fn unexpected(what: &str, error: &Error) -> Box<dyn StdError> {
    format!("{what}: {} ({error:?})", error.with_causes()).into()
}
