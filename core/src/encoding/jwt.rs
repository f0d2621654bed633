//! Reads the payload of a JWT ([RFC 7519](https://www.rfc-editor.org/rfc/rfc7519)). This module does not
//! check the signature.

use alloc::collections::BTreeMap;
use alloc::string::String;

use serde::de::IgnoredAny;
use zeroize::Zeroizing;

use crate::encoding::lenient_base64;

/// Returns the JSON object in the payload of a JWT, unchanged, or `None` if the token cannot be decoded. The
/// payload is base64 in the URL-safe alphabet, with or without padding.
pub(crate) fn payload(token: &str) -> Option<Zeroizing<String>> {
    let bytes = lenient_base64::decode_url_safe(token.split('.').nth(1)?)?;
    let json = match String::from_utf8(bytes) {
        Ok(json) => Zeroizing::new(json),
        Err(error) => {
            drop(Zeroizing::new(error.into_bytes()));
            return None;
        }
    };
    let is_object = serde_json::from_str::<BTreeMap<String, IgnoredAny>>(&json).is_ok();
    is_object.then_some(json)
}
