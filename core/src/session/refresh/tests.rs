use alloc::format;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::error::Misuse;
use crate::test_support::disorder::{moves, operation, run_to_the_end};
use crate::test_support::{NOW, answer, answer_with, app_client, body, done, failed, no_answer, refusal, sent};
use crate::{DeviceRegistration, MAX_ATTEMPTS, Request};

fn session() -> Session {
    let mut tokens = Tokens::new("old access");
    tokens.refresh_token = Some("old refresh".into());
    Session::new("0d4f1c2e", tokens, NOW, None)
}

fn seed() -> Seed {
    Seed::new([7; 32])
}

fn refresh() -> Refresh {
    Refresh::new(&app_client(), &session(), seed())
}

fn refresh_by_initiate_auth() -> Refresh {
    Refresh::new(&app_client().with_refresh_method(RefreshMethod::RefreshTokenAuth), &session(), seed())
}

#[test]
fn a_refresh_is_one_request_without_a_user_name() {
    assert_eq!(
        body(&sent(refresh().step(NOW, Event::Start))),
        serde_json::json!({"ClientId": "3pu8tnp684l4lmlfoth25ojmd2", "RefreshToken": "old refresh"})
    );
    assert_eq!(
        body(&sent(refresh_by_initiate_auth().step(NOW, Event::Start))),
        serde_json::json!({
            "ClientId": "3pu8tnp684l4lmlfoth25ojmd2",
            "AuthFlow": "REFRESH_TOKEN_AUTH",
            "AuthParameters": {"REFRESH_TOKEN": "old refresh"},
        })
    );
}

#[test]
fn each_refresh_method_sends_the_secret_and_the_device_key() {
    let client = app_client().with_secret("s3cr3t");
    let session = session().with_device_key("us-east-1_0d4f");
    let request = body(&sent(Refresh::new(&client, &session, seed()).step(NOW, Event::Start)));
    assert_eq!((&request["ClientSecret"], &request["DeviceKey"]), (&"s3cr3t".into(), &"us-east-1_0d4f".into()));

    let client = client.with_refresh_method(RefreshMethod::RefreshTokenAuth);
    let request = body(&sent(Refresh::new(&client, &session, seed()).step(NOW, Event::Start)));
    let parameters = &request["AuthParameters"];
    assert_eq!(parameters["SECRET_HASH"], client.secret_hash("0d4f1c2e").unwrap().expose());
    assert_eq!(parameters["DEVICE_KEY"], "us-east-1_0d4f");
}

#[test]
fn both_refresh_methods_send_the_client_metadata() {
    let mut context = Context::default();
    context.client_metadata.insert("why".into(), "refresh".into());
    for flow in [refresh(), refresh_by_initiate_auth()] {
        let request = body(&sent(flow.with_context(context.clone()).step(NOW, Event::Start)));
        assert_eq!(request["ClientMetadata"]["why"], "refresh");
    }
}

#[test]
fn without_a_new_refresh_token_or_device_the_old_ones_stay() {
    for result in [r#"{"AccessToken":"new"}"#, r#"{"AccessToken":"new","RefreshToken":null}"#] {
        let mut flow = Refresh::new(&app_client(), &session().with_device_key("us-east-1_0d4f"), seed());
        sent(flow.step(NOW, Event::Start));
        let session = done(flow.step(NOW, answer(200, &format!(r#"{{"AuthenticationResult":{result}}}"#)))).session;
        assert_eq!(session.access_token().expose(), "new");
        assert_eq!(session.refresh_token().unwrap().expose(), "old refresh");
        assert_eq!((session.username(), session.device_key()), ("0d4f1c2e", Some("us-east-1_0d4f")));
    }
}

#[test]
fn a_new_refresh_token_replaces_the_old_one() {
    for mut flow in [refresh(), refresh_by_initiate_auth()] {
        sent(flow.step(NOW, Event::Start));
        let text = r#"{"AuthenticationResult":{"AccessToken":"new","RefreshToken":"new refresh"}}"#;
        assert_eq!(done(flow.step(NOW, answer(200, text))).session.refresh_token().unwrap().expose(), "new refresh");
    }
}

#[test]
fn a_new_device_is_registered() {
    for mut flow in [refresh(), refresh_by_initiate_auth()] {
        sent(flow.step(NOW, Event::Start));
        let request = body(&sent(flow.step(NOW, answer(200, NEW_DEVICE))));
        assert_eq!((&request["AccessToken"], &request["DeviceKey"]), (&"new".into(), &"k".into()));
        let signed_in = done(flow.step(NOW, answer(200, "{}")));
        let DeviceRegistration::Confirmed(confirmed) = signed_in.device.registration else { panic!() };
        assert_eq!((confirmed.record.username(), signed_in.session.device_key()), ("0d4f1c2e", Some("k")));
    }
}

const NEW_DEVICE: &str = r#"{"AuthenticationResult":{"AccessToken":"new",
    "NewDeviceMetadata":{"DeviceKey":"k","DeviceGroupKey":"-g"}}}"#;

#[test]
fn a_failed_registration_does_not_lose_the_tokens() {
    let mut flow = refresh().with_device_name("laptop");
    sent(flow.step(NOW, Event::Start));
    let request = body(&sent(flow.step(NOW, answer(200, NEW_DEVICE))));
    assert_eq!(request["DeviceName"], "laptop");
    let signed_in = done(flow.step(NOW, refusal("InvalidParameterException", "no")));
    assert_eq!(signed_in.session.access_token().expose(), "new");
    assert!(matches!(signed_in.device.registration, DeviceRegistration::Failed(_)));
}

#[test]
fn an_unknown_device_is_omitted_in_one_retry_and_reported() {
    for method in [RefreshMethod::GetTokensFromRefreshToken, RefreshMethod::RefreshTokenAuth] {
        let client = app_client().with_refresh_method(method);
        let mut flow = Refresh::new(&client, &session().with_device_key("us-east-1_0d4f"), seed());
        sent(flow.step(NOW, Event::Start));
        let gone = || refusal("ResourceNotFoundException", "Device does not exist.");
        let request = sent(flow.step(NOW, gone()));
        assert!(!String::from_utf8_lossy(request.body()).contains("us-east-1_0d4f"));
        let renewed = r#"{"AuthenticationResult":{"AccessToken":"new"}}"#;
        let refreshed = done(flow.step(NOW, answer(200, renewed)));
        assert_eq!(refreshed.device.gone_device_key.as_deref(), Some("us-east-1_0d4f"));
        assert_eq!(refreshed.session.device_key(), None, "the next refresh does not name the device");

        let mut flow = Refresh::new(&client, &session().with_device_key("us-east-1_0d4f"), seed());
        sent(flow.step(NOW, Event::Start));
        sent(flow.step(NOW, gone()));
        assert_eq!(
            failed(flow.step(NOW, gone())).refusal_kind(),
            Some(RefusalKind::ResourceNotFound),
            "the flow omits the device only once"
        );
    }
}

#[test]
fn a_refresh_measures_the_clock_drift_again() {
    let mut flow = refresh();
    sent(flow.step(NOW, Event::Start));
    let date = [("Date", "Tue, 01 Jan 2019 06:05:09 GMT")];
    let text = r#"{"AuthenticationResult":{"AccessToken":"new"}}"#;
    assert_eq!(done(flow.step(NOW, answer_with(200, &date, text))).session.clock_drift_seconds(), 60);
}

#[test]
fn an_invalid_refresh_token_ends_the_session_without_a_retry() {
    for (code, message) in [
        ("NotAuthorizedException", "Refresh Token has been revoked"),
        ("NotAuthorizedException", "Refresh Token has expired"),
        ("NotAuthorizedException", "Invalid Refresh Token."),
        ("RefreshTokenReuseException", "Refresh Token has been reused"),
        ("UserNotFoundException", "User does not exist."),
        ("PasswordResetRequiredException", ""),
        ("UserNotConfirmedException", ""),
    ] {
        let mut flow = refresh();
        sent(flow.step(NOW, Event::Start));
        assert!(failed(flow.step(NOW, refusal(code, message))).ends_session(), "{code} {message}");
    }
}

#[test]
fn other_errors_do_not_end_the_session() {
    for event in [
        refusal("NotAuthorizedException", "Unable to verify secret hash for client 3pu8"),
        refusal("NotAuthorizedException", "User is disabled."),
        refusal("NotAuthorizedException", "PreTokenGeneration failed"),
        refusal("ResourceNotFoundException", "User pool client 3pu8 does not exist."),
        refusal("UserLambdaValidationException", ""),
        refusal("LimitExceededException", ""),
        refusal("ForbiddenException", "Request not allowed due to WAF block."),
        refusal("QuantumException", ""),
        answer(403, "<html>Blocked</html>"),
        answer(200, "{}"),
    ] {
        let mut flow = refresh();
        sent(flow.step(NOW, Event::Start));
        assert!(!failed(flow.step(NOW, event.clone())).ends_session(), "{event:?}");
    }
    for error in [Error::NotSignedIn, Error::store("full disk")] {
        assert!(!error.ends_session());
    }
}

#[test]
fn a_disabled_refresh_method_is_reported_with_the_other_one() {
    let other = RefreshMethod::RefreshTokenAuth;
    for (mut flow, choose, code, message) in [
        (refresh(), other, "UnknownOperationException", ""),
        (refresh(), other, "OperationNotEnabledException", "GetTokensFromRefreshToken is not enabled"),
        (
            refresh_by_initiate_auth(),
            RefreshMethod::GetTokensFromRefreshToken,
            "InvalidParameterException",
            "REFRESH_TOKEN_AUTH flow not enabled for this client",
        ),
        (
            refresh_by_initiate_auth(),
            RefreshMethod::GetTokensFromRefreshToken,
            "NotAuthorizedException",
            "Refresh token rotation is enabled for this client",
        ),
    ] {
        sent(flow.step(NOW, Event::Start));
        let error = failed(flow.step(NOW, refusal(code, message)));
        assert!(matches!(&error, Error::RefreshNotEnabled(advice) if advice.choose == choose), "{error:?}");
        assert!(!error.ends_session());
    }
}

#[test]
fn a_refresh_with_a_lost_response_is_retried_immediately() {
    for mut flow in [refresh(), refresh_by_initiate_auth()] {
        let first = sent(flow.step(NOW, Event::Start));
        for attempt in [2, 3] {
            let again = sent(flow.step(NOW, no_answer("reset")));
            assert_eq!((again.body(), again.attempt()), (first.body(), attempt));
        }
        assert!(matches!(failed(flow.step(NOW, no_answer("reset"))), Error::NotReached(_)));
    }
}

#[test]
fn a_response_without_an_access_token_is_malformed() {
    for text in ["{}", "null", r#"{"AuthenticationResult":null}"#, r#"{"AuthenticationResult":{"IdToken":"x"}}"#] {
        let mut flow = refresh_by_initiate_auth();
        sent(flow.step(NOW, Event::Start));
        assert!(matches!(failed(flow.step(NOW, answer(200, text))), Error::Malformed(_)), "{text}");
    }
}

#[test]
fn a_session_without_a_refresh_token_cannot_be_refreshed() {
    let session = Session::new("0d4f1c2e", Tokens::new("access"), NOW, None);
    let mut flow = Refresh::new(&app_client(), &session, seed());
    assert!(matches!(failed(flow.step(NOW, Event::Start)), Error::NoRefreshToken));
}

#[test]
fn a_secret_hash_over_an_empty_user_name_is_an_error() {
    let mut tokens = Tokens::new("access");
    tokens.refresh_token = Some("refresh".into());
    let client = app_client().with_secret("s3cr3t").with_refresh_method(RefreshMethod::RefreshTokenAuth);
    let mut flow = Refresh::new(&client, &Session::new("", tokens, NOW, None), seed());
    assert_eq!(failed(flow.step(NOW, Event::Start)).to_string(), "username: must not be empty");
}

#[test]
fn an_event_before_the_start_changes_nothing() {
    let mut flow = refresh();
    assert!(matches!(failed(flow.step(NOW, Event::Woke)), Error::Misuse(Misuse::NotStarted)));
    sent(flow.step(NOW, Event::Start));
}

fn answers(request: &Request) -> Vec<Event> {
    if operation(request) == "ConfirmDevice" {
        return vec![answer(200, "{}"), answer(200, r#"{"UserConfirmationNecessary":true}"#)];
    }
    let device = r#""NewDeviceMetadata":{"DeviceKey":"us-east-1_new","DeviceGroupKey":"-g"}"#;
    vec![
        answer(200, r#"{"AuthenticationResult":{"AccessToken":"new","RefreshToken":"r"}}"#),
        answer(200, &format!(r#"{{"AuthenticationResult":{{"AccessToken":"new",{device}}}}}"#)),
        answer(200, r#"{"AuthenticationResult":{"AccessToken":"new","NewDeviceMetadata":{}}}"#),
        refusal("ResourceNotFoundException", "Device does not exist."),
    ]
}

proptest! {
    #[test]
    fn a_refresh_ends_after_any_events_in_any_order(
        has_device: bool,
        by_initiate_auth: bool,
        moves in moves(),
    ) {
        let session = if has_device { session().with_device_key("us-east-1_0d4f") } else { session() };
        let client = match by_initiate_auth {
            true => app_client().with_refresh_method(RefreshMethod::RefreshTokenAuth),
            false => app_client(),
        };
        // The flow sends at most three requests: the refresh with the device, the refresh without the device,
        // and ConfirmDevice.
        run_to_the_end(Refresh::new(&client, &session, seed()), &moves, answers, 3 * MAX_ATTEMPTS as usize)?;
    }
}
