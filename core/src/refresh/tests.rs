use alloc::format;
use alloc::string::ToString;

use super::*;
use crate::error::{NotAuthorized, RefusalKind};
use crate::test_support::{NOW, answer, app_client, body, cause, done, failed, refusal, sent};

fn refresh() -> Refresh {
    Refresh::new(&app_client(), "0d4f1c2e", "old refresh")
}

#[test]
fn a_refresh_is_one_request_that_names_no_user() {
    let request = sent(refresh().step(NOW, Event::Start));
    assert_eq!(
        body(&request),
        serde_json::json!({
            "ClientId": "3pu8tnp684l4lmlfoth25ojmd2",
            "AuthFlow": "REFRESH_TOKEN_AUTH",
            "AuthParameters": {"REFRESH_TOKEN": "old refresh"},
        })
    );
}

#[test]
fn an_app_client_with_a_secret_hashes_the_canonical_name() {
    let client = app_client().with_secret("s3cr3t");
    let request = sent(Refresh::new(&client, "0d4f1c2e", "old refresh").step(NOW, Event::Start));
    let hash = client.secret_hash("0d4f1c2e").unwrap();
    assert_eq!(body(&request)["AuthParameters"]["SECRET_HASH"], hash.expose());
}

#[test]
fn the_old_refresh_token_is_kept_when_none_comes() {
    for result in [r#"{"AccessToken":"new"}"#, r#"{"AccessToken":"new","RefreshToken":null}"#] {
        let mut flow = refresh();
        sent(flow.step(NOW, Event::Start));
        let tokens = done(flow.step(NOW, answer(200, &format!(r#"{{"AuthenticationResult":{result}}}"#))));
        assert_eq!(tokens.access_token.expose(), "new");
        assert_eq!(tokens.refresh_token.unwrap().expose(), "old refresh");
    }
}

#[test]
fn a_new_refresh_token_replaces_the_old() {
    let mut flow = refresh();
    sent(flow.step(NOW, Event::Start));
    let text = r#"{"AuthenticationResult":{"AccessToken":"new","RefreshToken":"new refresh"}}"#;
    assert_eq!(done(flow.step(NOW, answer(200, text))).refresh_token.unwrap().expose(), "new refresh");
}

#[test]
fn a_refused_refresh_is_refused_at_once() {
    let mut flow = refresh();
    sent(flow.step(NOW, Event::Start));
    let error = failed(flow.step(NOW, refusal("NotAuthorizedException", "Refresh Token has been revoked")));
    assert_eq!(error.refusal_kind(), Some(RefusalKind::NotAuthorized(NotAuthorized::RefreshTokenRevoked)));
}

#[test]
fn a_refresh_whose_answer_is_lost_is_sent_again() {
    let mut flow = refresh();
    let first = sent(flow.step(NOW, Event::Start));
    assert!(matches!(flow.step(NOW, Event::NoAnswer(cause("reset"))), Ok(Step::Wait(_))));
    assert_eq!(first.body(), sent(flow.step(NOW, Event::Woke)).body());
}

#[test]
fn a_refresh_without_tokens_is_malformed() {
    for text in ["{}", "null", r#"{"AuthenticationResult":null}"#, r#"{"AuthenticationResult":{"IdToken":"x"}}"#] {
        let mut flow = refresh();
        sent(flow.step(NOW, Event::Start));
        assert!(matches!(failed(flow.step(NOW, answer(200, text))), Error::Malformed(_)), "{text}");
    }
}

#[test]
fn an_empty_refresh_token_is_not_sent() {
    let mut flow = Refresh::new(&app_client(), "0d4f1c2e", "");
    assert_eq!(failed(flow.step(NOW, Event::Start)).to_string(), "refresh token: must not be empty");
}

#[test]
fn an_event_before_the_start_changes_nothing() {
    let mut flow = refresh();
    assert!(matches!(failed(flow.step(NOW, Event::Woke)), Error::Misuse(Misuse::NotStarted)));
    sent(flow.step(NOW, Event::Start));
}
