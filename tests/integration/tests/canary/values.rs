//! Values that contain secrets, and the records in which these values are stored.

use cognito_core::secret::SecretCode;
use cognito_core::session::web_storage;
use cognito_core::srp::{DeviceVerifier, EphemeralKey, Identity, SrpError};
use cognito_core::storage::Record;
use cognito_core::{Devices, Headers, Request, Response, Session};

use crate::flows::{devices, logins, seed, session};
use crate::marks::{MARK, NAME, Texts, prefixes};
use crate::operations::{app_client, identity_pool};

#[test]
fn debug_of_a_value_shows_no_secret() {
    let mut texts = Texts::default();
    texts.add_debug(&(app_client(), identity_pool(), session(), session().tokens().clone(), logins(), seed()));
    texts.add_debug(&(devices(), devices().to_record(), session().to_record()));
    texts.add_debug(&web_storage::export(&app_client(), &session()));
    texts.add_debug(&web_storage::export_device(&app_client(), devices().iter().next().unwrap()));
    let code = SecretCode::from(MARK);
    texts.add_debug(&(code.otpauth_uri("issuer", "account"), code));
    let headers = || Headers::from_iter([("x-api-key", MARK)]);
    let body = || MARK.as_bytes().to_vec();
    texts.add_debug(&(Request::post("https://example.com", headers(), body()), Response::new(200, headers(), body())));
    texts.assert_no_secret("a value");
}

#[test]
fn srp_arithmetic_shows_no_secret() {
    let mut texts = Texts::default();
    let key = EphemeralKey::from_bytes(MARK.as_bytes()).unwrap();
    let identity = Identity { pool: "QdbSdK39m", user: NAME, password: MARK };
    let exchange = key.exchange(identity, "22cb089ced3d3d89cbba8f0440f29226", "e36e39a5d1f1").unwrap();
    let verifier = DeviceVerifier::from_random_bytes("-group", "us-east-1_0d4f", &[7; 40], &[2; 16]);
    texts.add_debug(&(&key, identity, &exchange, &verifier));
    for secret in [&exchange.private_key()[..], exchange.premaster_secret(), exchange.claim_key()] {
        texts.add_computed_secret(&format!("{secret:?}"));
        texts.add_computed_secret(&secret.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    }
    texts.add_computed_secret(verifier.password().expose());
    texts.add_computed_secret(verifier.password_verifier());
    let errors: Vec<SrpError> = [("m4rk", "2"), ("2", "m4rk"), ("2", "0")]
        .into_iter()
        .map(|(salt, srp_b)| key.exchange(identity, salt, srp_b).unwrap_err())
        .collect();
    errors.iter().for_each(|error| texts.add_report(format!("{error} {error:?}")));
    texts.add_report(format!("{:?}", exchange.claim_signature("m4rk m4rk", "Tue Jan 1 06:06:09 UTC 2019")));
    texts.assert_no_secret("the arithmetic");
}

#[test]
fn the_error_about_a_damaged_record_does_not_quote_it() {
    let mut texts = Texts::default();
    let wrong = [
        r#""m4rk""#,
        r#"["m4rk"]"#,
        r#"{"version":1,"username":["m4rk"]}"#,
        r#"{"version":"m4rk"}"#,
        r#"{"version":1,"username":"n4me","access_token":"m4rk","refresh_token":{"m4rk":1}}"#,
        r#"{"version":1,"username":"n4me","access_token":"m4rk","expires_in":"m4rk"}"#,
        r#"{"version":1,"devices":"m4rk","records":"m4rk"}"#,
        MARK,
    ];
    let valid = [session().to_record(), devices().to_record()]
        .map(|record| String::from_utf8(record.as_bytes().to_vec()).unwrap());
    for text in wrong.into_iter().chain(valid.iter().flat_map(|text| prefixes(text))) {
        let record = Record::new(text.as_bytes().to_vec());
        texts.add_result(&Session::from_record(&record));
        texts.add_result(&Devices::from_record(&record));
    }
    assert!(texts.errors() > 100);
    texts.assert_no_secret("a record");
}
