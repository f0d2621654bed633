//! Decodes base64 from other programs, with or without padding.

use alloc::vec::Vec;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const CONFIG: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, CONFIG);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, CONFIG);

/// Decodes base64 in the standard or the URL-safe alphabet.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok().or_else(|| decode_url_safe(text))
}

/// Decodes base64 in the URL-safe alphabet only.
pub(crate) fn decode_url_safe(text: &str) -> Option<Vec<u8>> {
    URL_SAFE.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    use super::{Engine, Vec, decode, decode_url_safe};

    proptest! {
        #[test]
        fn both_alphabets_decode_with_and_without_padding(bytes: Vec<u8>) {
            for engine in [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD] {
                prop_assert_eq!(decode(&engine.encode(&bytes)), Some(bytes.clone()));
            }
            for engine in [URL_SAFE, URL_SAFE_NO_PAD] {
                prop_assert_eq!(decode_url_safe(&engine.encode(&bytes)), Some(bytes.clone()));
            }
        }

        #[test]
        fn two_texts_of_the_same_bytes_differ_only_in_padding(text in "[A-Za-z0-9+/_-]{0,12}={0,2}") {
            if let Some(bytes) = decode(&text) {
                let text = text.trim_end_matches('=');
                prop_assert!([STANDARD_NO_PAD, URL_SAFE_NO_PAD].iter().any(|engine| engine.encode(&bytes) == text));
            }
        }
    }
}
