//! The text of the QR code by which an authenticator app takes a secret.

use alloc::string::String;

use crate::encoding::percent;
use crate::secret::{OtpauthUri, SecretCode};

impl SecretCode {
    /// The `otpauth://` URI of this secret, for a QR code. `issuer` is the application as the app is to show it, and
    /// `account_name` the user. It holds the secret.
    ///
    /// <https://github.com/google/google-authenticator/wiki/Key-Uri-Format>
    ///
    /// ```
    /// use cognito_core::secret::SecretCode;
    ///
    /// let uri = SecretCode::from("JBSWY3DPEHPK3PXP").otpauth_uri("Example & Co", "alice@example.com");
    /// assert_eq!(
    ///     uri.expose(),
    ///     "otpauth://totp/Example%20%26%20Co:alice%40example.com?secret=JBSWY3DPEHPK3PXP&issuer=Example%20%26%20Co"
    /// );
    /// ```
    #[must_use]
    pub fn otpauth_uri(&self, issuer: &str, account_name: &str) -> OtpauthUri {
        let parts = ["otpauth://totp/", issuer, account_name, "?secret=", self.expose(), "&issuer=", issuer];
        // Large enough from the start: a text that grows leaves its old contents behind.
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

    fn decoded(text: &str) -> String {
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
    fn without_an_issuer_there_is_the_account_alone() {
        let uri = SecretCode::from("JBSWY3DP").otpauth_uri("", "alice");
        assert_eq!(uri.expose(), "otpauth://totp/alice?secret=JBSWY3DP");
    }

    proptest! {
        #[test]
        fn nothing_in_a_name_becomes_a_part_of_the_uri(issuer in ".{1,20}", account in ".{0,20}") {
            let uri = SecretCode::from("JBSWY3DP").otpauth_uri(&issuer, &account);
            let path = uri.expose().strip_prefix("otpauth://totp/").unwrap();
            let (label, query) = path.split_once('?').unwrap();
            let (shown_issuer, shown_account) = label.split_once(':').unwrap();
            prop_assert_eq!((decoded(shown_issuer), decoded(shown_account)), (issuer.clone(), account));
            let (secret, query_issuer) = query.split_once('&').unwrap();
            prop_assert_eq!((secret, decoded(query_issuer)), ("secret=JBSWY3DP", alloc::format!("issuer={issuer}")));
        }
    }
}
