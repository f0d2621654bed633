use alloc::format;
use alloc::string::ToString;
use alloc::vec;

use proptest::prelude::*;

use super::*;
use crate::configuration::identity_pool::tests::identity_pool;
use crate::error::{Misuse, NotAuthorized, RefusalKind};
use crate::operation::{AssumeRoleWithWebIdentity, ChangePassword, GetId, GetUser, RevokeToken, SignUp};
use crate::test_support::disorder::{moves, run_to_the_end};
use crate::test_support::{
    NOW, answer, answer_with, app_client, body, done, failed, no_answer, not_sent, refusal, sent,
};
use crate::{Backoff, Cause, Endpoint, Logins, MAX_ATTEMPTS, Request};

/// Creates a call that is not repeatable.
fn sign_up() -> Call<SignUp> {
    Call::new(&app_client(), SignUp::new("alice", "Very$ecur3"))
}

/// Creates a call that is repeatable.
fn get_user() -> Call<GetUser> {
    Call::signed_in(&app_client(), &AccessToken::from("access.token"), GetUser::new())
}

const USER: &str = r#"{"Username":"alice","UserAttributes":[]}"#;

#[test]
fn a_call_sends_one_request_to_the_region_of_the_pool() {
    let request = sent(sign_up().step(NOW, Event::Start));
    assert_eq!(request.url(), "https://cognito-idp.us-east-1.amazonaws.com/");
    let user_agent = format!("cognito-rust/{}", env!("CARGO_PKG_VERSION"));
    for (name, value) in [
        ("content-type", "application/x-amz-json-1.1"),
        ("x-amz-target", "AWSCognitoIdentityProviderService.SignUp"),
        ("cache-control", "no-store"),
        ("user-agent", &user_agent),
    ] {
        assert_eq!(request.headers().get(name), Some(value));
    }
    assert_eq!(
        body(&request),
        serde_json::json!({"ClientId": "3pu8tnp684l4lmlfoth25ojmd2", "Username": "alice", "Password": "Very$ecur3"})
    );
}

#[test]
fn a_custom_endpoint_receives_all_requests_with_headers() {
    let client = app_client()
        .with_endpoint(Endpoint::custom("https://proxy.example.com:8443/cognito").unwrap())
        .with_header("X-Api-Key", "k3y")
        .unwrap()
        .with_user_agent("my-app/1.2")
        .unwrap();
    let requests = [
        sent(Call::new(&client, SignUp::new("alice", "Very$ecur3")).step(NOW, Event::Start)),
        sent(Call::signed_in(&client, &AccessToken::from("t"), GetUser::new()).step(NOW, Event::Start)),
    ];
    for request in requests {
        assert_eq!(request.url(), "https://proxy.example.com:8443/cognito");
        assert_eq!(request.headers().get("x-api-key"), Some("k3y"));
        assert!(request.headers().get("user-agent").unwrap().ends_with(" my-app/1.2"));
    }
}

#[test]
fn a_throttled_call_is_retried_unchanged_after_a_wait() {
    let mut call = sign_up();
    let first = sent(call.step(NOW, Event::Start));
    let wait = call.step(NOW, refusal("TooManyRequestsException", "Too many requests")).unwrap();
    assert!(matches!(wait, Step::Wait(Backoff { at_most_millis: 500 })));
    let second = sent(call.step(NOW, Event::Woke));
    assert_eq!((first.body(), first.url()), (second.body(), second.url()));
    let wait = call.step(NOW, answer(429, "slow down")).unwrap();
    assert!(matches!(wait, Step::Wait(Backoff { at_most_millis: 1000 })));
    sent(call.step(NOW, Event::Woke));
    let error = failed(call.step(NOW, refusal("TooManyRequestsException", "Too many requests")));
    assert_eq!(error.refusal_kind(), Some(RefusalKind::TooManyRequests));
}

#[test]
fn a_call_is_not_retried_after_limit_exceeded() {
    for status in [400, 429, 500] {
        let mut call = get_user();
        sent(call.step(NOW, Event::Start));
        let text =
            r#"{"__type":"LimitExceededException","message":"Attempt limit exceeded, please try after some time."}"#;
        let error = failed(call.step(NOW, answer(status, text)));
        assert_eq!(error.refusal_kind(), Some(RefusalKind::LimitExceeded));
    }
}

#[test]
fn only_a_repeatable_call_is_retried_after_a_failure() {
    let failures = || {
        [
            refusal("InternalErrorException", "Something went wrong"),
            answer(500, r#"{"__type":"InternalErrorException"}"#),
            answer(503, "<html>Service Unavailable</html>"),
            no_answer("connection reset"),
        ]
    };
    for failure in failures() {
        let mut call = get_user();
        sent(call.step(NOW, Event::Start));
        assert!(matches!(call.step(NOW, failure), Ok(Step::Wait(_))));
    }
    for failure in failures() {
        let mut call = sign_up();
        sent(call.step(NOW, Event::Start));
        failed(call.step(NOW, failure));
    }
}

#[test]
fn any_request_that_was_not_sent_is_retried() {
    let mut call = sign_up();
    sent(call.step(NOW, Event::Start));
    for _ in 1..MAX_ATTEMPTS {
        assert!(matches!(call.step(NOW, not_sent("no route")), Ok(Step::Wait(_))));
        sent(call.step(NOW, Event::Woke));
    }
    let error = failed(call.step(NOW, not_sent("no route")));
    let Error::NotReached(not_reached) = &error else { panic!("{error:?}") };
    assert!(!not_reached.may_have_arrived);
    assert_eq!(error.with_causes().to_string(), "no response (the request was not sent): no route");
}

#[test]
fn a_request_may_have_arrived_if_any_attempt_may_have() {
    let mut call = get_user();
    sent(call.step(NOW, Event::Start));
    for event in [no_answer("timed out"), not_sent("no route")] {
        call.step(NOW, event).unwrap();
        sent(call.step(NOW, Event::Woke));
    }
    let Error::NotReached(error) = failed(call.step(NOW, not_sent("no route"))) else { panic!() };
    assert!(error.may_have_arrived);
}

#[test]
fn the_name_of_an_error_is_found_in_body_and_headers() {
    for (headers, text, code, message) in [
        (&[][..], r#"{"__type":"CodeMismatchException","message":"m"}"#, "CodeMismatchException", "m"),
        (&[], r#"{"__type":"com.amazonaws#CodeMismatchException","Message":"m"}"#, "CodeMismatchException", "m"),
        (&[], r#"{"code":"CodeMismatchException"}"#, "CodeMismatchException", ""),
        (&[("X-Amzn-ErrorType", "CodeMismatchException:http://x/")], "{}", "CodeMismatchException", ""),
        (
            &[("x-amzn-errortype", "CodeMismatchException,x"), ("x-amzn-errormessage", "m")],
            "",
            "CodeMismatchException",
            "m",
        ),
        (
            &[("x-amzn-errortype", "OtherException")],
            r#"{"__type":"CodeMismatchException"}"#,
            "CodeMismatchException",
            "",
        ),
        (&[], r#"{"__type":"CodeMismatchException","message":["x"],"code":400}"#, "CodeMismatchException", ""),
        (&[], r#"{"__type":"x","__type":"CodeMismatchException"}"#, "CodeMismatchException", ""),
        (&[("x-amzn-errortype", "CodeMismatchException")], r#"{"__type":""}"#, "CodeMismatchException", ""),
    ] {
        let mut call = sign_up();
        sent(call.step(NOW, Event::Start));
        let error = failed(call.step(NOW, answer_with(400, headers, text)));
        let refusal = error.refusal().unwrap();
        assert_eq!((refusal.code.as_str(), refusal.message.as_str()), (code, message), "{text}");
        assert_eq!((refusal.kind, refusal.status), (RefusalKind::CodeMismatch, 400));
    }
}

#[test]
fn a_refusal_is_bounded_and_on_one_line() {
    let mut call = sign_up();
    sent(call.step(NOW, Event::Start));
    let text = serde_json::json!({"__type": "UserLambdaValidationException", "message": "\n\u{1b}[31m".repeat(5000)});
    let error = failed(call.step(NOW, answer(400, &text.to_string())));
    assert_eq!(error.refusal().unwrap().message.chars().count(), 4096);
    assert!(!error.with_causes().to_string().contains(['\n', '\u{1b}']));

    let mut call = sign_up();
    sent(call.step(NOW, Event::Start));
    let text = serde_json::json!({"__type": "x".repeat(900_000)}).to_string();
    assert!(matches!(failed(call.step(NOW, answer(400, &text))), Error::Malformed(_)));
}

#[test]
fn a_throttled_request_was_not_processed() {
    let mut call = sign_up();
    sent(call.step(NOW, Event::Start));
    for event in [refusal("TooManyRequestsException", ""), not_sent("no route")] {
        call.step(NOW, event).unwrap();
        sent(call.step(NOW, Event::Woke));
    }
    let Error::NotReached(error) = failed(call.step(NOW, not_sent("no route"))) else { panic!() };
    assert!(!error.may_have_arrived);
}

#[test]
fn the_request_id_is_kept() {
    let mut call = sign_up();
    sent(call.step(NOW, Event::Start));
    let headers = [("x-amzn-RequestId", "0d4f")];
    let error = failed(call.step(NOW, answer_with(400, &headers, r#"{"__type":"NotAuthorizedException"}"#)));
    let refusal = error.refusal().unwrap();
    assert_eq!(refusal.request_id.as_deref(), Some("0d4f"));
    assert_eq!(refusal.kind, RefusalKind::NotAuthorized(NotAuthorized::Other));
}

#[test]
fn a_response_of_another_server_is_malformed() {
    let page = "<html>\n<body>Blocked by\u{7} Example Proxy</body></html>";
    let long = "x".repeat(1_000_000);
    for (status, text, excerpt) in [
        (403, page, "<html> <body>Blocked by  Example Proxy</body></html>"),
        (400, "", ""),
        (400, r#"{"message":"x"}"#, r#"{"message":"x"}"#),
        (400, r#"{"__type":"Code"#, r#"{"__type":"Code"#),
        (400, "null", "null"),
        (400, "[]", "[]"),
        (404, &long, &long[..200]),
        (302, "moved", "moved"),
        (200, "", ""),
        (200, "{}", ""),
        (200, page, ""),
        (200, r#"{"UserConfirmed":"s3cr3t"}"#, ""),
        (200, r#"{"UserConfirmed":"#, ""),
    ] {
        let mut call = sign_up();
        sent(call.step(NOW, Event::Start));
        let Error::Malformed(malformed) = failed(call.step(NOW, answer(status, text))) else {
            panic!("{status} {text}")
        };
        assert_eq!((malformed.status, malformed.excerpt.as_str()), (status, excerpt));
        assert!(!malformed.to_string().contains("s3cr3t"), "{malformed}");
    }
}

#[test]
fn an_empty_body_is_valid_for_an_operation_without_result() {
    let mut call = Call::new(&app_client(), RevokeToken::new("refresh"));
    sent(call.step(NOW, Event::Start));
    done(call.step(NOW, answer(200, "")));
}

#[test]
fn the_first_error_sticks() {
    let mut call = sign_up();
    sent(call.step(NOW, Event::Start));
    let first = failed(call.step(NOW, refusal("UsernameExistsException", "User already exists"))).to_string();
    for event in [Event::Start, Event::Woke, answer(200, r#"{"UserConfirmed":true,"UserSub":"x"}"#)] {
        assert_eq!(failed(call.step(NOW, event)).to_string(), first);
    }
}

#[test]
fn an_event_out_of_turn_is_misuse_and_changes_nothing() {
    let misuse = |step| match failed(step) {
        Error::Misuse(misuse) => misuse,
        error => panic!("{error:?}"),
    };
    let mut call = get_user();
    assert_eq!(misuse(call.step(NOW, Event::Woke)), Misuse::NotStarted);
    assert_eq!(misuse(call.step(NOW, answer(200, USER))), Misuse::NotStarted);
    sent(call.step(NOW, Event::Start));
    assert_eq!(misuse(call.step(NOW, Event::Start)), Misuse::AwaitsAnswer);
    assert_eq!(misuse(call.step(NOW, Event::Woke)), Misuse::AwaitsAnswer);
    call.step(NOW, not_sent("no route")).unwrap();
    assert_eq!(misuse(call.step(NOW, answer(200, USER))), Misuse::AwaitsWaking);
    sent(call.step(NOW, Event::Woke));
    assert_eq!(done(call.step(NOW, answer(200, USER))).username, "alice");
    assert_eq!(misuse(call.step(NOW, Event::Start)), Misuse::Finished);
}

#[test]
fn debug_and_errors_show_no_secret() {
    let client = app_client().with_secret("m4rk-client");
    let change = ChangePassword::new("m4rk-old", "m4rk-new");
    let debug = format!("{change:?}");
    let mut call = Call::signed_in(&client, &AccessToken::from("m4rk-token"), change);
    let request = sent(call.step(NOW, Event::Start));
    let received = answer(200, r#"{"m4rk-name":"m4rk-value","#);
    let debug = format!("{debug} {call:?} {request:?} {client:?} {received:?}");
    let error = failed(call.step(NOW, received));
    let debug = format!("{debug} {error:?} {} {call:?}", error.with_causes());
    assert!(!debug.contains("m4rk"), "{debug}");
}

/// Regression: this crate accepted a JSON array in place of a JSON object.
#[test]
fn a_list_in_place_of_an_object_is_malformed() {
    for body in [r#"["alice"]"#, " \n[]", r#""alice""#, "null", "1"] {
        let mut call = get_user();
        sent(call.step(NOW, Event::Start));
        assert!(matches!(failed(call.step(NOW, answer(200, body))), Error::Malformed(_)), "{body}");
    }
}

/// Regression: this crate accepted error names that contain control characters. Such a name could clear a
/// terminal or add a false line to a log.
#[test]
fn an_error_whose_name_has_control_characters_is_malformed() {
    for name in ["Not\u{1b}[31mAuthorizedException", "Not\nAuthorized", "Nöt"] {
        let body = serde_json::json!({ "__type": name }).to_string();
        let mut call = sign_up();
        sent(call.step(NOW, Event::Start));
        let error = failed(call.step(NOW, answer(400, &body)));
        assert!(matches!(error, Error::Malformed(_)), "{error:?}");
        assert!(!error.with_causes().to_string().contains(['\u{1b}', '\n']), "{error}");
    }
}

proptest! {
    #[test]
    fn a_call_ends_after_any_events_in_any_order(moves in moves()) {
        let most = MAX_ATTEMPTS as usize;
        let with = |text: &'static str| move |_: &Request| vec![answer(200, text), answer(200, "{}")];
        run_to_the_end(get_user(), &moves, with(USER), most)?;
        run_to_the_end(sign_up(), &moves, with(r#"{"UserConfirmed":false,"UserSub":"0d4f"}"#), most)?;
        let pool = identity_pool();
        let get_id = GetId::new(pool.id().as_str(), Logins::new());
        run_to_the_end(Call::for_identity_pool(&pool, get_id), &moves, with(r#"{"IdentityId":"i"}"#), most)?;
        let assume = AssumeRoleWithWebIdentity::new("arn:aws:iam::123456789012:role/Guest", "alice", "token");
        run_to_the_end(Call::for_identity_pool(&pool, assume), &moves, with("<AssumeRoleWithWebIdentityResponse>\
            <AssumeRoleWithWebIdentityResult/></AssumeRoleWithWebIdentityResponse>"), most)?;
    }
}

#[test]
fn flows_can_be_sent_between_threads() {
    fn is_send<T: Send>() {}
    is_send::<Call<SignUp>>();
    is_send::<crate::SignIn>();
    is_send::<crate::RegisterDevice>();
    is_send::<crate::Refresh>();
    fn is_send_and_sync<T: Send + Sync>() {}
    is_send_and_sync::<crate::AppClient>();
    is_send_and_sync::<Error>();
    is_send_and_sync::<Cause>();
}
