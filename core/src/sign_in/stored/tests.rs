use alloc::string::ToString;
use alloc::vec;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::sign_in::challenge::Challenge;

/// Every kind of challenge, in version 1 of the stored form. Every later version of this crate must be able
/// to read these texts.
const VERSION_1: [(&str, &str); 12] = [
    ("SMS_MFA", include_str!("version_1/sms_mfa.json")),
    ("EMAIL_OTP", include_str!("version_1/email_otp.json")),
    ("SMS_OTP", include_str!("version_1/sms_otp.json")),
    ("SOFTWARE_TOKEN_MFA", include_str!("version_1/software_token_mfa.json")),
    ("SELECT_MFA_TYPE", include_str!("version_1/select_mfa_type.json")),
    ("MFA_SETUP", include_str!("version_1/mfa_setup.json")),
    ("MFA_SETUP, of an app", include_str!("version_1/software_token_setup.json")),
    ("NEW_PASSWORD_REQUIRED", include_str!("version_1/new_password_required.json")),
    ("CUSTOM_CHALLENGE", include_str!("version_1/custom_challenge.json")),
    ("DEVICE_SRP_AUTH", include_str!("version_1/device_srp_auth.json")),
    ("SELECT_CHALLENGE", include_str!("version_1/select_challenge.json")),
    ("TELEPATHY", include_str!("version_1/unknown.json")),
];

/// Returns the challenge that the entry `kind` of [`VERSION_1`] contains.
fn sample(kind: &str) -> Challenge {
    let canonical = "0d4f1c2e-5a6b-4c7d-8e9f-001122334455";
    let pending_of = |name, parameters: &[(&str, &str)]| Pending {
        name,
        names: UserNames { username: "alice".into(), aliases: Vec::new() },
        session: Some("AYABeC1-y8qooiuysEv0uM4wAqQ".into()),
        parameters: parameters.iter().copied().collect(),
        available_challenges: Vec::new(),
        gone_device_key: None,
        endpoint: None,
        software_token: None,
    };
    let code = |name, medium, destination| {
        pending_of(name, &[("CODE_DELIVERY_DELIVERY_MEDIUM", medium), ("CODE_DELIVERY_DESTINATION", destination)])
    };
    match kind {
        "SMS_MFA" => {
            let mut pending = code(ChallengeName::SmsMfa, "SMS", "+*******1234");
            pending.parameters.insert("USER_ID_FOR_SRP", canonical);
            let aliases = vec!["alice".into(), "alice@example.com".into()];
            pending.names = UserNames { username: canonical.into(), aliases };
            pending
        }
        "EMAIL_OTP" => code(ChallengeName::EmailOtp, "EMAIL", "a***@e***"),
        "SMS_OTP" => code(ChallengeName::SmsOtp, "SMS", "+*******1234"),
        "SOFTWARE_TOKEN_MFA" => {
            let mut pending = pending_of(ChallengeName::SoftwareTokenMfa, &[("FRIENDLY_DEVICE_NAME", "\"phone\"\n")]);
            pending.names.username = "zoë 🦀".into();
            pending
        }
        "SELECT_MFA_TYPE" => {
            pending_of(ChallengeName::SelectMfaType, &[("MFAS_CAN_CHOOSE", r#"["SMS_MFA","SOFTWARE_TOKEN_MFA"]"#)])
        }
        "MFA_SETUP" => {
            pending_of(ChallengeName::MfaSetup, &[("MFAS_CAN_SETUP", r#"["SOFTWARE_TOKEN_MFA","EMAIL_OTP"]"#)])
        }
        "MFA_SETUP, of an app" => {
            let pending = pending_of(ChallengeName::MfaSetup, &[("MFAS_CAN_SETUP", r#"["SOFTWARE_TOKEN_MFA"]"#)]);
            let friendly_device_name = Some("phone".into());
            let software_token = SoftwareToken { secret_code: "JBSWY3DPEHPK3PXP".into(), friendly_device_name };
            Pending { software_token: Some(software_token), ..pending }
        }
        "NEW_PASSWORD_REQUIRED" => {
            let required = ("requiredAttributes", r#"["userAttributes.nickname"]"#);
            pending_of(
                ChallengeName::NewPasswordRequired,
                &[required, ("userAttributes", r#"{"email":"alice@example.com"}"#)],
            )
        }
        "CUSTOM_CHALLENGE" => pending_of(ChallengeName::CustomChallenge, &[("question", "1+1")]),
        "DEVICE_SRP_AUTH" => Pending {
            session: None,
            gone_device_key: Some("us-east-1_a1b2c3d4-5678-90ab-cdef-112233445566".into()),
            ..pending_of(ChallengeName::DeviceSrpAuth, &[])
        },
        "SELECT_CHALLENGE" => {
            let unknown = ChallengeName::Unknown("TELEPATHY".into());
            let available = [ChallengeName::PasswordSrp, ChallengeName::WebAuthn, ChallengeName::EmailOtp, unknown];
            Pending { available_challenges: available.into(), ..pending_of(ChallengeName::SelectChallenge, &[]) }
        }
        "TELEPATHY" => pending_of(ChallengeName::Unknown("TELEPATHY".into()), &[("THOUGHT", "blue")]),
        other => panic!("{other}"),
    }
    .into()
}

#[test]
fn every_challenge_stored_by_version_1_can_be_read() {
    for (kind, stored) in VERSION_1 {
        assert_eq!(serde_json::from_str::<Challenge>(stored).unwrap(), sample(kind), "{kind}");
    }
}

#[test]
fn every_challenge_is_stored_in_the_form_of_version_1() {
    for (kind, stored) in VERSION_1 {
        assert_eq!(serde_json::to_string(&sample(kind)).unwrap(), stored.trim_end(), "{kind}");
    }
}

#[test]
fn unknown_members_are_ignored_and_optional_ones_may_be_absent() {
    for (kind, stored) in VERSION_1 {
        let mut members: Value = serde_json::from_str(stored).unwrap();
        members["unknown_member"] = json!({"a": [1]});
        assert_eq!(serde_json::from_value::<Challenge>(members).unwrap(), sample(kind), "{kind}");
    }
    let minimal: Challenge = serde_json::from_str(r#"{"version":1,"name":"SMS_MFA","username":"alice"}"#).unwrap();
    assert_eq!((minimal.username(), minimal.parameters().is_empty()), ("alice", true));
}

#[test]
fn unsupported_versions_are_rejected_without_showing_content() {
    for (kind, stored) in VERSION_1 {
        let mut members: Value = serde_json::from_str(stored).unwrap();
        for version in [json!(2), json!(0), json!(u32::MAX), json!("1"), json!(null)] {
            members["version"] = version;
            let error = serde_json::from_str::<Challenge>(&members.to_string()).unwrap_err();
            assert!(error.is_data(), "{kind}: {error}");
            assert!(!error.to_string().contains("AYAB"), "{error}");
        }
    }
    let later = serde_json::from_str::<Challenge>(r#"{"version":2,"name":"SMS_MFA","username":"alice"}"#).unwrap_err();
    assert!(later.to_string().starts_with("the stored challenge has an unsupported version"), "{later}");
}

fn name() -> impl Strategy<Value = ChallengeName> {
    let names = VERSION_1.map(|(kind, _)| kind);
    let others = ["PASSWORD_VERIFIER", "DEVICE_PASSWORD_VERIFIER", "WEB_AUTHN", "PASSWORD"];
    let known: Vec<&str> = names.into_iter().chain(others).collect();
    let named = |name: String| serde_json::from_value(Value::from(name)).unwrap();
    prop_oneof![4 => prop::sample::select(known).prop_map(str::to_string), 1 => any::<String>()].prop_map(named)
}

proptest! {
    #[test]
    fn any_challenge_is_read_back_unchanged(
        name in name(),
        names in prop::collection::vec(any::<String>(), 1..4),
        session: Option<String>,
        parameters in prop::collection::btree_map(any::<String>(), any::<String>(), 0..4),
        available_challenges in prop::collection::vec(name(), 0..4),
        gone_device_key: Option<String>,
        secret_code: Option<String>,
        friendly_device_name: Option<String>,
    ) {
        let software_token = secret_code.filter(|_| name == ChallengeName::MfaSetup).map(|secret| SoftwareToken {
            secret_code: secret.into(),
            friendly_device_name,
        });
        let pending = Pending {
            name,
            names: UserNames { username: names[0].clone(), aliases: names[1..].to_vec() },
            session: session.map(Into::into),
            parameters: parameters.into_iter().collect(),
            available_challenges,
            gone_device_key,
            endpoint: None,
            software_token,
        };
        let challenge = Challenge::from(pending);
        let stored = serde_json::to_string(&challenge).unwrap();
        prop_assert_eq!(serde_json::from_str::<Challenge>(&stored).unwrap(), challenge);
    }
}
