//! Lists of names in the parameters of a challenge.
//!
//! The value of every parameter is a text. The service writes a list as JSON. Other servers write a list in
//! the notation of their programming language, for example `['SOFTWARE_TOKEN_MFA']` or
//! `[SMS_MFA, EMAIL_OTP]`.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value;

use crate::operation::ChallengeName;

/// Reads a list of names. This function ignores empty strings, and members that are not strings. The returned
/// list is empty if the text has an unknown form.
pub(super) fn names(text: &str) -> Vec<String> {
    match serde_json::from_str(text) {
        Ok(Value::Array(members)) => {
            members.iter().filter_map(Value::as_str).filter(|name| !name.is_empty()).map(ToOwned::to_owned).collect()
        }
        Ok(Value::String(text)) => printed_names(&text),
        Ok(_) => Vec::new(),
        Err(_) => printed_names(text),
    }
}

/// Reads a list of second factors, and removes duplicates. Cognito's documentation calls codes by e-mail
/// EMAIL_MFA, and Cognito's API calls these codes EMAIL_OTP. This function reads both names as `EmailOtp`.
pub(super) fn factors(text: &str) -> Vec<ChallengeName> {
    let mut factors = Vec::new();
    for factor in names(text).iter().map(|name| factor(name)) {
        if !factors.contains(&factor) {
            factors.push(factor);
        }
    }
    factors
}

fn factor(name: &str) -> ChallengeName {
    if name == "EMAIL_MFA" { ChallengeName::EmailOtp } else { ChallengeName::from(name) }
}

/// Reads names that are separated by commas, with or without brackets and quotes. If the text has a different
/// form, returns an empty list.
fn printed_names(text: &str) -> Vec<String> {
    let is_name = |name: &&str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte))
    };
    let text = text.trim();
    let inner = match (text.strip_prefix('['), text.strip_suffix(']')) {
        (Some(_), Some(_)) => text.get(1..text.len() - 1).unwrap_or_default(),
        (None, None) => text,
        _ => return Vec::new(),
    };
    let names = inner.trim().trim_end_matches(',').split(',').map(|name| name.trim().trim_matches(['\'', '"']));
    let names: Option<Vec<String>> = names.map(|name| is_name(&name).then(|| name.to_owned())).collect();
    names.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_list_of_another_server_is_read() {
        let both = [ChallengeName::SoftwareTokenMfa, ChallengeName::SmsMfa];
        for text in [
            r#"["SOFTWARE_TOKEN_MFA","SMS_MFA"]"#,
            r#"["SOFTWARE_TOKEN_MFA","SMS_MFA","SMS_MFA",7,null,""]"#,
            "['SOFTWARE_TOKEN_MFA', 'SMS_MFA']",
            "['SOFTWARE_TOKEN_MFA', 'SMS_MFA',]",
            r#""['SOFTWARE_TOKEN_MFA', 'SMS_MFA']""#,
            "[SOFTWARE_TOKEN_MFA, SMS_MFA]",
            " SOFTWARE_TOKEN_MFA,SMS_MFA ",
        ] {
            assert_eq!(factors(text), both, "{text}");
        }
        assert_eq!(factors("['SOFTWARE_TOKEN_MFA']"), [ChallengeName::SoftwareTokenMfa]);
        assert_eq!(
            factors(r#"["EMAIL_MFA","TELEPATHY"]"#),
            [ChallengeName::EmailOtp, ChallengeName::Unknown("TELEPATHY".to_string())]
        );
        assert_eq!(names("['userAttributes.custom:x']"), ["userAttributes.custom:x"]);
    }

    #[test]
    fn an_empty_list_and_an_unknown_form_are_no_factors() {
        for text in ["", " ", "[]", "['']", "null", "[1]", "{}", "{\"a\":1}", "<html>", "no factor", "[SMS_MFA", "]["] {
            assert_eq!(factors(text), [], "{text}");
        }
    }

    proptest! {
        #[test]
        fn reading_any_text_as_a_list_does_not_panic(text in ".{0,40}|[\\[\\]'\", A-Z_]{0,20}") {
            prop_assert!(names(&text).iter().all(|name| !name.is_empty()));
        }
    }
}
