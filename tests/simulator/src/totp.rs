//! Time-based one-time passwords (RFC 6238): SHA-1, six digits, steps of 30 seconds.

use cognito_core::Timestamp;
use data_encoding::BASE32_NOPAD;
use ring::hmac;

use crate::crypto::first_bytes;

const STEP_SECONDS: u64 = 30;

/// The secret that an authenticator app shares with the service.
#[derive(Clone)]
pub(crate) struct Secret(Vec<u8>);

impl Secret {
    pub(crate) fn new(bytes: [u8; 32]) -> Self {
        Self(bytes.to_vec())
    }

    /// Parses a secret as an authenticator app does: Base32 in upper or lower case, with or without padding.
    ///
    /// A secret can have any length, but cannot be empty.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = BASE32_NOPAD.decode(text.trim_end_matches('=').to_uppercase().as_bytes()).ok()?;
        (!bytes.is_empty()).then_some(Self(bytes))
    }

    /// Returns the secret in Base32, as a user types it into an authenticator app.
    pub(crate) fn base32(&self) -> String {
        BASE32_NOPAD.encode(&self.0)
    }

    /// Returns the time step of a code, if it is the current, the previous or the next time step.
    pub(crate) fn step_of(&self, code: &str, now: Timestamp) -> Option<u64> {
        let step = now.as_unix_seconds() / STEP_SECONDS;
        let accepted = [step.saturating_sub(1), step, step.saturating_add(1)];
        accepted.into_iter().find(|step| code == one_time(&self.0, *step))
    }
}

/// Returns the six-digit code for a counter, as in RFC 4226.
fn one_time(secret: &[u8], counter: u64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &counter.to_be_bytes());
    let offset = tag.as_ref().last().map_or(0, |last| usize::from(last & 0x0f));
    let chosen = tag.as_ref().get(offset..).unwrap_or_default();
    let number = u32::from_be_bytes(first_bytes(chosen)) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_match_the_test_vectors_of_rfc_6238() {
        let vectors = [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ];
        for (unix_seconds, code) in vectors {
            assert_eq!(one_time(b"12345678901234567890", unix_seconds / STEP_SECONDS), code);
        }
    }

    #[test]
    fn codes_of_the_adjacent_time_steps_are_accepted() {
        let secret = Secret::new([7; 32]);
        let code = one_time(&[7; 32], 100);
        let accepted = |step: u64| secret.step_of(&code, Timestamp::from_unix_seconds(step * STEP_SECONDS));
        assert_eq!([98, 99, 100, 101, 102].map(accepted), [None, Some(100), Some(100), Some(100), None]);
        assert_eq!(secret.base32().len(), 52);
    }

    #[test]
    fn a_secret_is_parsed_in_either_case_and_with_padding() {
        let secret = Secret::parse("gezdgnbvgy3tqojqgezdgnbvgy3tqojq").expect("a secret");
        assert_eq!(secret.0, b"12345678901234567890");
        assert_eq!(Secret::parse("MY======").expect("a secret").0, b"f");
        assert!(["", "=", "1", "MY!"].into_iter().all(|text| Secret::parse(text).is_none()));
    }
}
