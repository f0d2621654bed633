use alloc::string::ToString;
use alloc::vec::Vec;

use serde::Deserialize;

use super::*;
use crate::flow::guarded::Guarded;
use crate::flow::{Event, Step};
use crate::protocol::exchange::{Exchange, ReadAnswer};
use crate::protocol::retry::RetryPolicy;
use crate::test_support::{NOW, answer, app_client, done, failed, no_answer, sent};

/// A reader of a key set, as an example of a JSON document.
struct KeySetAnswer;

#[derive(Debug, Deserialize)]
struct KeySet {
    keys: Vec<Key>,
}

#[derive(Debug, Deserialize)]
struct Key {
    kid: String,
}

impl ReadAnswer for KeySetAnswer {
    type Output = KeySet;

    fn read(&self, response: &Response, metadata: &Metadata) -> Result<KeySet, Error> {
        GetJson::read(response, metadata)
    }
}

const URL: &str = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_QdbSdK39m/.well-known/jwks.json";

fn fetch() -> Guarded<Exchange<KeySetAnswer>> {
    let request = GetJson::request(&Endpoint::custom(URL).unwrap(), "jwks.json", None);
    let request = app_client().connection().complete(request);
    let policy = RetryPolicy { is_repeatable: true, is_urgent: false };
    Guarded::new(Exchange::new(Ok(request), KeySetAnswer, policy))
}

fn sent_exchange() -> Guarded<Exchange<KeySetAnswer>> {
    let mut exchange = fetch();
    sent(exchange.step(NOW, Event::Start));
    exchange
}

#[test]
fn the_request_is_a_get_without_a_body() {
    let request = sent(fetch().step(NOW, Event::Start));
    assert_eq!((request.method().as_str(), request.url(), request.body()), ("GET", URL, &b""[..]));
    let names: Vec<_> = request.headers().iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["accept", "cache-control", "user-agent"]);
}

#[test]
fn an_access_token_is_sent_as_a_bearer_token() {
    let endpoint = Endpoint::custom("https://server.example.com/userInfo").unwrap();
    let request = GetJson::request(&endpoint, "userInfo", Some(&AccessToken::from("mF_9.B5f-4.1JqM")));
    // The example of RFC 6750, section 2.1.
    assert_eq!(request.headers().get("authorization"), Some("Bearer mF_9.B5f-4.1JqM"));
    assert!(!alloc::format!("{request:?}").contains("mF_9"));
}

#[test]
fn a_document_is_read() {
    let key_set = done(sent_exchange().step(NOW, answer(200, r#"{"keys":[{"kid":"1","kty":"RSA"},{"kid":"2"}]}"#)));
    assert_eq!(key_set.keys.iter().map(|key| key.kid.as_str()).collect::<Vec<_>>(), ["1", "2"]);
}

#[test]
fn an_error_has_the_form_of_oauth() {
    let text = r#"{"error":"invalid_token","error_description":"Access token is expired"}"#;
    let error = failed(sent_exchange().step(NOW, answer(401, text)));
    assert_eq!(error.refusal().unwrap().code, "invalid_token");
    for (status, text) in
        [(404, r#"{"message":"User pool does not exist."}"#), (403, "<html/>"), (200, "[]"), (200, "")]
    {
        let error = failed(sent_exchange().step(NOW, answer(status, text)));
        assert!(matches!(error, Error::Malformed(_)) && error.to_string().contains(&status.to_string()), "{error:?}");
    }
}

#[test]
fn a_request_whose_response_was_lost_is_retried() {
    let mut exchange = sent_exchange();
    for failure in [no_answer("reset"), answer(503, "")] {
        assert!(matches!(exchange.step(NOW, failure), Ok(Step::Wait(_))));
        sent(exchange.step(NOW, Event::Woke));
    }
    assert!(done(exchange.step(NOW, answer(200, r#"{"keys":[]}"#))).keys.is_empty());
}
