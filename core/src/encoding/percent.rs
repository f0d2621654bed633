//! Percent-encoding ([RFC 3986 section 2.1](https://www.rfc-editor.org/rfc/rfc3986#section-2.1)).

use alloc::string::String;
use alloc::vec::Vec;

/// Letters, digits and these characters stay unencoded in forms and in file names. The characters `-` and `_`
/// are valid in file names on every operating system.
pub(crate) const FORM: &str = "-_";

/// Letters, digits and these characters stay unencoded in URLs: they are the unreserved characters of
/// [RFC 3986 section 2.3](https://www.rfc-editor.org/rfc/rfc3986#section-2.3).
pub(crate) const UNRESERVED: &str = "-._~";

pub(crate) fn encode(text: &str, plain: &str) -> String {
    let mut encoded = String::new();
    encode_into(&mut encoded, text, plain);
    encoded
}

/// Percent-encodes `text`, and appends the result to `encoded`. Letters, digits and the ASCII characters in
/// `plain` stay unencoded. Every other byte is encoded as `%` and two hexadecimal digits.
pub(crate) fn encode_into(encoded: &mut String, text: &str, plain: &str) {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    let digit = |value: u8| DIGITS.get(usize::from(value)).copied().unwrap_or('0');
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || plain.as_bytes().contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
}

pub(crate) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if character == '%' {
            bytes.push(u8::from_str_radix(rest.get(1..3)?, 16).ok()?);
            rest = rest.get(3..)?;
        } else {
            bytes.extend_from_slice(rest.get(..character.len_utf8())?.as_bytes());
            rest = rest.get(character.len_utf8()..)?;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text_survives_encoding_and_decoding(text in any::<String>()) {
            for (plain, alphabet) in [(FORM, "-_%"), (UNRESERVED, "-._~%")] {
                let encoded = encode(&text, plain);
                let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || alphabet.as_bytes().contains(&byte);
                prop_assert!(encoded.bytes().all(is_plain));
                prop_assert_eq!(decode(&encoded), Some(text.clone()));
            }
        }
    }
}
