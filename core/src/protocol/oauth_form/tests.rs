use alloc::string::ToString;

use proptest::prelude::*;
use serde::Deserialize;

use super::*;
use crate::error::RefusalKind;
use crate::flow::guarded::Guarded;
use crate::flow::{Event, Step};
use crate::protocol::exchange::{Exchange, ReadAnswer};
use crate::protocol::retry::RetryPolicy;
use crate::secret::RefreshToken;
use crate::test_support::{NOW, answer, done, failed, no_answer, sent};

/// A reader of a token response. A token request is not repeatable, because the service accepts an
/// authorization code only once.
struct TokenAnswer;

#[derive(Debug, Deserialize)]
struct Tokens {
    token_type: String,
    expires_in: u32,
    refresh_token: RefreshToken,
}

impl ReadAnswer for TokenAnswer {
    type Output = Tokens;

    fn read(&self, response: &Response, metadata: &Metadata) -> Result<Tokens, Error> {
        OAuthForm::read(response, metadata)
    }
}

/// Writes the example request of RFC 6749, sections 4.1.3 and 2.3.1.
fn code_request() -> Request {
    let endpoint = Endpoint::custom("https://server.example.com/token").unwrap();
    let parameters = [
        ("grant_type", "authorization_code"),
        ("code", "SplxlOBeZQQYbYS6WxSbIA"),
        ("redirect_uri", "https://client.example.com/cb"),
    ];
    let client_secret = ClientSecret::from("gX1fBat3bV");
    let authentication = BasicAuthentication { client_id: "s6BhdRkqt3", client_secret: &client_secret };
    OAuthForm::request(&endpoint, "token", &parameters, Some(authentication))
}

fn token_request() -> Guarded<Exchange<TokenAnswer>> {
    let policy = RetryPolicy { is_repeatable: false, is_urgent: false };
    Guarded::new(Exchange::new(Ok(code_request()), TokenAnswer, policy))
}

fn sent_exchange() -> Guarded<Exchange<TokenAnswer>> {
    let mut exchange = token_request();
    sent(exchange.step(NOW, Event::Start));
    exchange
}

#[test]
fn the_request_matches_the_example_in_rfc_6749() {
    let request = sent(token_request().step(NOW, Event::Start));
    assert_eq!((request.method().as_str(), request.url()), ("POST", "https://server.example.com/token"));
    assert_eq!((request.operation(), request.attempt()), ("token", 1));
    let headers: alloc::vec::Vec<_> = request.headers().iter().collect();
    assert_eq!(
        headers,
        [
            ("content-type", "application/x-www-form-urlencoded"),
            ("accept", "application/json"),
            ("authorization", "Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW"),
        ]
    );
    assert_eq!(
        core::str::from_utf8(request.body()).unwrap(),
        "grant_type=authorization_code&code=SplxlOBeZQQYbYS6WxSbIA&redirect_uri=https%3A%2F%2Fclient%2Eexample%2Ecom%2Fcb"
    );
}

#[test]
fn a_client_without_a_secret_sends_no_authorization() {
    let endpoint = Endpoint::custom("https://server.example.com/token").unwrap();
    let request = OAuthForm::request(&endpoint, "token", &[("client_id", "s6BhdRkqt3")], None);
    assert_eq!((request.headers().get("authorization"), request.body()), (None, &b"client_id=s6BhdRkqt3"[..]));
}

#[test]
fn a_colon_in_a_client_secret_does_not_end_the_client_id() {
    let client_secret = ClientSecret::from("p:w d+é");
    let header = BasicAuthentication { client_id: "a:b", client_secret: &client_secret }.header();
    let pair = STANDARD.decode(header.strip_prefix("Basic ").unwrap()).unwrap();
    assert_eq!(core::str::from_utf8(&pair), Ok("a%3Ab:p%3Aw%20d%2B%C3%A9"));
}

#[test]
fn the_example_response_in_rfc_6749_is_read() {
    let text = r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"example","expires_in":3600,
        "refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA","example_parameter":"example_value"}"#;
    let tokens = done(sent_exchange().step(NOW, answer(200, text)));
    assert_eq!((tokens.token_type.as_str(), tokens.expires_in), ("example", 3600));
    assert_eq!(tokens.refresh_token.expose(), "tGzv3JOkF0XG5Qx2TlKWIA");
}

#[test]
fn an_error_has_a_name_and_an_optional_description() {
    for (status, text, code, message) in [
        (400, r#"{"error":"invalid_request"}"#, "invalid_request", ""),
        (400, r#"{"error":"invalid_grant","error_description":"code spent"}"#, "invalid_grant", "code spent"),
        (401, r#"{"error":"invalid_client","error_description":7}"#, "invalid_client", ""),
    ] {
        let error = failed(sent_exchange().step(NOW, answer(status, text)));
        let refusal = error.refusal().unwrap();
        assert_eq!((refusal.code.as_str(), refusal.message.as_str(), refusal.status), (code, message, status));
        assert_eq!(refusal.kind, RefusalKind::Unknown);
    }
}

#[test]
fn a_response_of_another_form_is_malformed() {
    for (status, text, excerpt) in [
        (400, "<html>blocked</html>", "<html>blocked</html>"),
        (400, "{}", "{}"),
        (400, r#"{"error":7}"#, r#"{"error":7}"#),
        (400, r#"{"error":"a\nb"}"#, r#"{"error":"a\nb"}"#),
        (302, "", ""),
        (200, "", ""),
        (200, "[]", ""),
        (200, r#"{"refresh_token":"m4rk"}"#, ""),
    ] {
        let error = failed(sent_exchange().step(NOW, answer(status, text)));
        let Error::Malformed(malformed) = &error else { panic!("{error:?}") };
        assert_eq!((malformed.status, malformed.excerpt.as_str()), (status, excerpt));
        assert!(!error.to_string().contains("m4rk"));
    }
}

#[test]
fn a_token_request_is_retried_by_the_rule_for_retries() {
    let mut exchange = sent_exchange();
    assert!(matches!(exchange.step(NOW, answer(429, "")), Ok(Step::Wait(_))));
    assert_eq!(sent(exchange.step(NOW, Event::Woke)).attempt(), 2);
    let error = failed(exchange.step(NOW, no_answer("reset")));
    assert!(matches!(error, Error::NotReached(_)), "{error:?}");
}

#[test]
fn debug_shows_no_secret_of_a_form() {
    let debug = alloc::format!("{:?}", code_request());
    assert!(!debug.contains("Splx") && !debug.contains("czZC"), "{debug}");
}

proptest! {
    #[test]
    fn the_buffer_of_a_form_does_not_grow(name in ".{0,20}", value in ".{0,20}") {
        let form = form(&[(&name, &value), ("a", "b")]);
        let length = 4 + 3 * (name.len() + value.len() + 2);
        prop_assert!(form.capacity() == length && form.len() <= length);
        let (first, _) = form.rsplit_once("&a=b").unwrap();
        let (written_name, written_value) = first.split_once('=').unwrap();
        prop_assert_eq!(percent::decode(written_name), Some(name));
        prop_assert_eq!(percent::decode(written_value), Some(value));
    }
}
