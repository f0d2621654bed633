//! Values that hold secrets, and what is stored of them.

use cognito_core::secret::SecretCode;
use cognito_core::session::web_storage;
use cognito_core::srp::{DeviceVerifier, EphemeralKey, Identity, SrpError};
use cognito_core::storage::Record;
use cognito_core::{Devices, Headers, Request, Response, Session};

use crate::flows::{devices, logins, seed, session};
use crate::marks::{MARK, NAME, Texts, beginnings};
use crate::operations::{app_client, identity_pool};

#[test]
fn no_value_that_holds_secrets_shows_them() {
    let mut texts = Texts::default();
    texts.show(&(app_client(), identity_pool(), session(), session().tokens().clone(), logins(), seed()));
    texts.show(&(devices(), devices().to_record(), session().to_record()));
    texts.show(&web_storage::export(&app_client(), &session()));
    texts.show(&web_storage::export_device(&app_client(), devices().iter().next().unwrap()));
    let code = SecretCode::from(MARK);
    texts.show(&(code.otpauth_uri("issuer", "account"), code));
    let headers = || Headers::from_iter([("x-api-key", MARK)]);
    let body = || MARK.as_bytes().to_vec();
    texts.show(&(Request::new("https://example.com", headers(), body()), Response::new(200, headers(), body())));
    texts.hold_no_secret("a value");
}

#[test]
fn the_arithmetic_shows_nothing_of_what_it_is_about() {
    let mut texts = Texts::default();
    let key = EphemeralKey::from_bytes(MARK.as_bytes()).unwrap();
    let identity = Identity { pool: "QdbSdK39m", user: NAME, password: MARK };
    let exchange = key.exchange(identity, "22cb089ced3d3d89cbba8f0440f29226", "e36e39a5d1f1").unwrap();
    let verifier = DeviceVerifier::from_random_bytes("-group", "us-east-1_0d4f", &[7; 40], &[2; 16]);
    texts.show(&(&key, identity, &exchange, &verifier));
    for secret in [&exchange.private_key()[..], exchange.premaster_secret(), exchange.claim_key()] {
        texts.computed(&format!("{secret:?}"));
        texts.computed(&secret.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    }
    texts.computed(verifier.password().expose());
    texts.computed(verifier.password_verifier());
    let errors: Vec<SrpError> = [("m4rk", "2"), ("2", "m4rk"), ("2", "0")]
        .into_iter()
        .map(|(salt, srp_b)| key.exchange(identity, salt, srp_b).unwrap_err())
        .collect();
    errors.iter().for_each(|error| texts.tell(format!("{} {error:?}", error.with_causes())));
    texts.tell(format!("{:?}", exchange.claim_signature("m4rk m4rk", "Tue Jan 1 06:06:09 UTC 2019")));
    texts.hold_no_secret("the arithmetic");
}

#[test]
fn a_damaged_record_is_not_quoted() {
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
    let whole = [session().to_record(), devices().to_record()]
        .map(|record| String::from_utf8(record.as_bytes().to_vec()).unwrap());
    for text in wrong.into_iter().chain(whole.iter().flat_map(|text| beginnings(text))) {
        let record = Record::new(text.as_bytes().to_vec());
        texts.come_to(&Session::from_record(&record));
        texts.come_to(&Devices::from_record(&record));
    }
    assert!(texts.errors() > 100);
    texts.hold_no_secret("a record");
}
