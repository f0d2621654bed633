//! The `otpauth://` URI, which an authenticator app reads from a QR code.

use alloc::string::String;

use crate::encoding::percent;
use crate::secret::{OtpauthUri, SecretCode};

impl SecretCode {
    /// Returns the `otpauth://` URI of this secret. Show the URI to the user as a QR code. The authenticator
    /// app shows `issuer` as the name of your application, and `account_name` as the name of the user. The
    /// URI contains the secret in plain text.
    ///
    /// <https://github.com/google/google-authenticator/wiki/Key-Uri-Format>
    ///
    /// ```
    /// use cognito_core::secret::SecretCode;
    ///
    /// let secret = SecretCode::from("JBSWY3DPEHPK3PXP");
    /// let uri = secret.otpauth_uri("Example & Co", "alice@example.com");
    /// assert_eq!(
    ///     uri.expose(),
    ///     "otpauth://totp/Example%20%26%20Co:alice%40example.com\
    ///      ?secret=JBSWY3DPEHPK3PXP&issuer=Example%20%26%20Co"
    /// );
    /// ```
    #[must_use]
    pub fn otpauth_uri(&self, issuer: &str, account_name: &str) -> OtpauthUri {
        let parts = ["otpauth://totp/", issuer, account_name, "?secret=", self.expose(), "&issuer=", issuer];
        // The capacity is large enough from the start, because a string that grows leaves a copy of the
        // secret in freed memory.
        let mut uri = String::with_capacity(parts.iter().map(|part| part.len() * 3).sum());
        uri.push_str("otpauth://totp/");
        if !issuer.is_empty() {
            percent::encode_into(&mut uri, issuer, percent::UNRESERVED);
            uri.push(':');
        }
        percent::encode_into(&mut uri, account_name, percent::UNRESERVED);
        uri.push_str("?secret=");
        percent::encode_into(&mut uri, self.expose(), percent::UNRESERVED);
        if !issuer.is_empty() {
            uri.push_str("&issuer=");
            percent::encode_into(&mut uri, issuer, percent::UNRESERVED);
        }
        OtpauthUri::new(uri)
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    fn percent_decoded(text: &str) -> String {
        let mut bytes = Vec::new();
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            if byte == b'%' {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                bytes.push(u8::from_str_radix(core::str::from_utf8(&digits).unwrap(), 16).unwrap());
            } else {
                bytes.push(byte);
            }
        }
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn without_an_issuer_the_uri_has_only_the_account_name() {
        let uri = SecretCode::from("JBSWY3DP").otpauth_uri("", "alice");
        assert_eq!(uri.expose(), "otpauth://totp/alice?secret=JBSWY3DP");
    }

    proptest! {
        #[test]
        fn special_characters_in_names_are_escaped(issuer in ".{1,20}", account in ".{0,20}") {
            let uri = SecretCode::from("JBSWY3DP").otpauth_uri(&issuer, &account);
            let path = uri.expose().strip_prefix("otpauth://totp/").unwrap();
            let (label, query) = path.split_once('?').unwrap();
            let (shown_issuer, shown_account) = label.split_once(':').unwrap();
            prop_assert_eq!((percent_decoded(shown_issuer), percent_decoded(shown_account)), (issuer.clone(), account));
            let (secret, query_issuer) = query.split_once('&').unwrap();
            prop_assert_eq!((secret, percent_decoded(query_issuer)), ("secret=JBSWY3DP", alloc::format!("issuer={issuer}")));
        }
    }
}
