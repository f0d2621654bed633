//! Prints an error with all its causes on one line.

use alloc::string::{String, ToString};
use core::error::Error as StdError;
use core::fmt;
use core::iter::successors;

use super::Error;

/// The text of an error and all its causes, on one line: `error: cause: cause of the cause`.
///
/// Each error of this project prints only its own message and returns its cause from
/// [`source`](StdError::source). Errors of other crates often repeat the message of their cause. Therefore a
/// cause is omitted if the previous message ends with the message of this cause.
///
/// ```
/// use cognito_core::Error;
///
/// let error = Error::store("the disk is full");
/// assert_eq!(error.to_string(), "the store failed");
/// assert_eq!(error.with_causes().to_string(), "the store failed: the disk is full");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct WithCauses<'a>(&'a (dyn StdError + 'static));

impl<'a> WithCauses<'a> {
    /// Creates a value that prints this error with all its causes.
    #[must_use]
    pub fn new(error: &'a (dyn StdError + 'static)) -> Self {
        Self(error)
    }
}

impl Error {
    /// Returns a value that prints the error and all its causes on one line.
    #[must_use]
    pub fn with_causes(&self) -> WithCauses<'_> {
        WithCauses(self)
    }
}

impl fmt::Display for WithCauses<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut printed: Option<String> = None;
        for error in successors(Some(self.0), |error| (**error).source()) {
            let text = error.to_string();
            match &printed {
                Some(before) if before.ends_with(&text) => continue,
                Some(_) => write!(formatter, ": {text}")?,
                None => formatter.write_str(&text)?,
            }
            printed = Some(text);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use alloc::boxed::Box;
    use alloc::sync::Arc;

    use super::*;
    use crate::error::{NotReached, RefreshNotEnabled, Refusal, RefusalKind, StartAgain};
    use crate::refresh_method::RefreshMethod;
    use crate::test_support::cause;

    #[derive(Debug)]
    struct Layer(&'static str, Option<Box<Layer>>);

    impl fmt::Display for Layer {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str(self.0)
        }
    }

    impl StdError for Layer {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            self.1.as_deref().map(|layer| layer as _)
        }
    }

    fn layers(texts: &[&'static str]) -> Layer {
        let mut layers = texts.iter().rev().fold(None, |inner, text| Some(Box::new(Layer(text, inner))));
        *layers.take().unwrap()
    }

    #[test]
    fn causes_that_were_already_printed_are_omitted() {
        for (texts, printed) in [
            (&["a"][..], "a"),
            (&["a", "b", "c"], "a: b: c"),
            (&["a: b: c", "b: c", "c"], "a: b: c"),
            (&["a", "b: c", "c", "d"], "a: b: c: d"),
            (&["a", "", "b"], "a: b"),
        ] {
            assert_eq!(WithCauses::new(&layers(texts)).to_string(), printed);
        }
    }

    #[test]
    fn every_error_with_a_cause_prints_it_once() {
        let refusal = Refusal {
            kind: RefusalKind::Unknown,
            code: "NoException".into(),
            message: "no".into(),
            status: 400,
            request_id: None,
        };
        let start_again = StartAgain { refusal: refusal.clone(), gone_device_key: None };
        let (chosen, choose) = (RefreshMethod::GetTokensFromRefreshToken, RefreshMethod::RefreshTokenAuth);
        let not_enabled = RefreshNotEnabled { chosen, choose, refusal };
        let why = || cause("why");
        for (error, printed) in [
            (Error::NoLogins(why()), "cannot get the logins for the identity pool: why"),
            (Error::Store(why()), "the store failed: why"),
            (Error::NoRandomness(why()), "the operating system returned no random bytes: why"),
            (NotReached::new(true, why()).into(), "no response (the request may have arrived): why"),
            (Error::Store(Arc::new(layers(&["a", "b"]))), "the store failed: a: b"),
            (Error::StartAgain(Box::new(start_again)), "the sign-in cannot continue, start a new one: NoException: no"),
            (
                Error::RefreshNotEnabled(Box::new(not_enabled)),
                "token refresh with GetTokensFromRefreshToken is not enabled for this app client: use RefreshTokenAuth: \
                 NoException: no",
            ),
        ] {
            assert_eq!(error.with_causes().to_string(), printed);
            let own = error.to_string();
            assert!(printed.starts_with(&own) && printed != own && error.source().is_some(), "{own}");
        }
    }

    #[test]
    fn the_cause_of_an_error_can_be_downcast() {
        for error in [Error::Store(Arc::new(layers(&["a"]))), NotReached::new(false, Arc::new(layers(&["a"]))).into()] {
            assert!(error.source().is_some_and(|cause| cause.is::<Layer>()));
        }
    }
}
