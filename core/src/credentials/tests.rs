use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::configuration::identity_pool::tests::identity_pool;
use crate::error::{NotAuthorized, RefusalKind};
use crate::flow::{Event, Flow, Step};
use crate::http::Request;
use crate::operation::Logins;
use crate::test_support::disorder::{moves, operation, run_to_the_end};
use crate::test_support::{NOW, answer, answer_with, body, done, failed, json, no_answer, refusal, sent};

const IDENTITY: &str = "us-east-1:11111111-1111-4111-8111-111111111111";
const OTHER: &str = "us-east-1:22222222-2222-4222-8222-222222222222";
const LOGINS_DIFFER: &str =
    "Logins don't match. Please include at least one valid login for this identity or identity pool.";
const ROLE: &str = "arn:aws:iam::123456789012:role/Reader";

fn logins() -> Logins {
    Logins::new().with(Logins::GOOGLE, "g00gle")
}

fn identity_response(id: &str) -> Event {
    answer(200, &format!(r#"{{"IdentityId":"{id}"}}"#))
}

fn credentials_response(id: &str) -> Event {
    let expiration = NOW.as_unix_seconds() + 3600;
    answer(
        200,
        &format!(
            r#"{{"IdentityId":"{id}","Credentials":{{"AccessKeyId":"ASIA","SecretKey":"s3cr3t","SessionToken":"t0k3n",
                "Expiration":{expiration}.0}}}}"#
        ),
    )
}

fn assume_role_response() -> Event {
    answer(
        200,
        "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>ASIA</AccessKeyId>\
         <SecretAccessKey>s3cr3t</SecretAccessKey><SessionToken>t0k3n</SessionToken>\
         <Expiration>2019-01-01T07:06:09Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult>\
         </AssumeRoleWithWebIdentityResponse>",
    )
}

/// Runs the flow with these responses, and returns the flow's requests and result.
fn run(
    mut flow: GetCredentials,
    answers: impl IntoIterator<Item = Event>,
) -> (Vec<Request>, Result<Credentials, Error>) {
    let (mut requests, mut answers) = (Vec::new(), answers.into_iter());
    let mut event = Event::Start;
    loop {
        event = match flow.step(NOW, event) {
            Ok(Step::Send(request)) => {
                requests.push(request);
                answers.next().expect("an answer to every request")
            }
            Ok(Step::Wait(_)) => Event::Woke,
            Ok(Step::Done(credentials)) => return (requests, Ok(credentials)),
            Err(error) => return (requests, Err(error)),
        };
    }
}

fn operations(requests: &[Request]) -> Vec<&str> {
    requests.iter().map(Request::operation).collect()
}

#[test]
fn a_guest_gets_an_identity_and_then_credentials() {
    let flow = GetCredentials::new(&identity_pool(), Logins::new());
    let (requests, credentials) = run(flow, [identity_response(IDENTITY), credentials_response(IDENTITY)]);
    assert_eq!(operations(&requests), ["GetId", "GetCredentialsForIdentity"]);
    assert_eq!(body(&requests[1]), json(&format!(r#"{{"IdentityId":"{IDENTITY}"}}"#)));
    let credentials = credentials.unwrap();
    assert_eq!((credentials.identity_id.as_str(), credentials.access_key_id.as_str()), (IDENTITY, "ASIA"));
    assert_eq!((credentials.secret_access_key.expose(), credentials.session_token.expose()), ("s3cr3t", "t0k3n"));
    assert_eq!(credentials.expires_at.as_unix_seconds(), NOW.as_unix_seconds() + 3600);
}

#[test]
fn a_known_identity_id_needs_no_get_id() {
    let flow = GetCredentials::new(&identity_pool(), logins()).with_identity_id(IDENTITY);
    let (requests, credentials) = run(flow, [credentials_response(IDENTITY)]);
    assert_eq!(operations(&requests), ["GetCredentialsForIdentity"]);
    let request = format!(r#"{{"IdentityId":"{IDENTITY}","Logins":{{"accounts.google.com":"g00gle"}}}}"#);
    assert_eq!(body(&requests[0]), json(&request));
    assert!(credentials.is_ok());
}

#[test]
fn the_identity_id_in_the_response_replaces_the_known_one() {
    let flow = GetCredentials::new(&identity_pool(), logins()).with_identity_id(IDENTITY);
    assert_eq!(run(flow, [credentials_response(OTHER)]).1.unwrap().identity_id, OTHER);
}

#[test]
fn an_unknown_identity_id_is_replaced_once() {
    for (code, message) in [
        ("ResourceNotFoundException", "Identity 'x' not found."),
        ("NotAuthorizedException", LOGINS_DIFFER),
        ("NotAuthorizedException", "Access to Identity 'x' is forbidden."),
        ("ResourceConflictException", "Logins are linked to another identity."),
    ] {
        for role in [Role::OfPool, Role::Assumed(AssumedRole::new(ROLE, "alice"))] {
            let flow = GetCredentials::new(&identity_pool(), logins()).with_identity_id(IDENTITY).with_role(role);
            let answers = [refusal(code, message), identity_response(OTHER), refusal(code, message)];
            let (requests, result) = run(flow, answers);
            assert_eq!(operations(&requests)[1], "GetId");
            assert_eq!(body(&requests[2])["IdentityId"], OTHER);
            assert_eq!(
                (requests.len(), result.unwrap_err().refusal().unwrap().code.as_str()),
                (3, code),
                "the flow requests a new identity only once"
            );
        }
    }
}

#[test]
fn other_errors_do_not_replace_the_identity_id() {
    for (message, kind) in [
        ("Invalid login token. Token expired: 1700003601 >= 1700003600", NotAuthorized::LoginTokenExpired),
        ("Token is not from a supported provider of this identity pool.", NotAuthorized::UnsupportedLoginProvider),
    ] {
        let flow = GetCredentials::new(&identity_pool(), logins()).with_identity_id(IDENTITY);
        let (requests, result) = run(flow, [refusal("NotAuthorizedException", message)]);
        assert_eq!(requests.len(), 1);
        assert_eq!(result.unwrap_err().refusal_kind(), Some(RefusalKind::NotAuthorized(kind)));
    }
}

#[test]
fn a_custom_role_is_requested_by_its_arn() {
    let flow = GetCredentials::new(&identity_pool(), logins()).with_role(Role::Custom(ROLE.into()));
    let (requests, _) = run(flow, [identity_response(IDENTITY), credentials_response(IDENTITY)]);
    assert_eq!(body(&requests[1])["CustomRoleArn"], ROLE);
}

#[test]
fn the_basic_flow_assumes_a_role_with_a_token() {
    let mut role = AssumedRole::new(ROLE, "alice");
    role.duration_seconds = Some(900);
    role.policy_arns = vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".into()];
    let flow = GetCredentials::new(&identity_pool(), logins()).with_role(Role::Assumed(role));
    let token = answer(200, &format!(r#"{{"IdentityId":"{OTHER}","Token":"op3nid"}}"#));
    let (requests, credentials) = run(flow, [identity_response(IDENTITY), token, assume_role_response()]);
    assert_eq!(operations(&requests), ["GetId", "GetOpenIdToken", "AssumeRoleWithWebIdentity"]);
    let form = core::str::from_utf8(requests[2].body()).unwrap();
    for part in ["RoleSessionName=alice", "DurationSeconds=900", "WebIdentityToken=op3nid", "PolicyArns.member.1.arn="]
    {
        assert!(form.contains(part), "{form}");
    }
    let credentials = credentials.unwrap();
    assert_eq!((credentials.identity_id.as_str(), credentials.access_key_id.as_str()), (OTHER, "ASIA"));
    assert_eq!(credentials.expires_at.as_unix_seconds(), NOW.as_unix_seconds() + 3600);
}

#[test]
fn an_incomplete_response_is_malformed_and_is_not_quoted() {
    for answers in [
        vec![answer(200, "{}")],
        vec![answer(200, r#"{"IdentityId":"m4rk"}"#)],
        vec![identity_response(IDENTITY), answer(200, "{}")],
        vec![identity_response(IDENTITY), answer(200, r#"{"Credentials":{"SecretKey":"m4rk"}}"#)],
        vec![identity_response(IDENTITY), answer(200, r#"{"Credentials":{"SecretKey":"m4rk","Expiration":"soon"}}"#)],
        vec![identity_response(IDENTITY), answer(200, "<html>m4rk</html>")],
        vec![
            identity_response(IDENTITY),
            answer(
                200,
                r#"{"Credentials":{"AccessKeyId":"m4rk","SecretKey":"","SessionToken":"m4rk","Expiration":1}}"#,
            ),
        ],
    ] {
        let (_, result) = run(GetCredentials::new(&identity_pool(), Logins::new()), answers);
        let error = result.unwrap_err();
        assert!(matches!(error, Error::Malformed(_)), "{error:?}");
        assert!(!format!("{error:?}{}", error.with_causes()).contains("m4rk"));
    }
}

#[test]
fn an_invalid_login_or_identity_id_is_rejected_before_sending() {
    let wrong_region = Logins::new().with("cognito-idp.us-west-2.amazonaws.com/us-east-1_QdbSdK39m", "t");
    for flow in [
        GetCredentials::new(&identity_pool(), wrong_region),
        GetCredentials::new(&identity_pool(), logins()).with_identity_id("alice"),
    ] {
        let (requests, result) = run(flow, []);
        assert!(requests.is_empty() && matches!(result, Err(Error::InvalidInput(_))));
    }
}

#[test]
fn only_repeatable_requests_are_retried_after_a_loss() {
    let flow = GetCredentials::new(&identity_pool(), logins());
    let (requests, credentials) =
        run(flow, [no_answer("lost"), identity_response(IDENTITY), answer(500, "{}"), credentials_response(IDENTITY)]);
    assert_eq!(requests.len(), 4);
    assert!(credentials.is_ok());
    let unlink = crate::operation::UnlinkIdentity::new(IDENTITY, logins(), [Logins::GOOGLE]);
    let mut call = crate::Call::for_identity_pool(&identity_pool(), unlink);
    sent(call.step(NOW, Event::Start));
    failed(call.step(NOW, no_answer("lost")));
}

#[test]
fn an_unavailable_login_provider_causes_a_retry() {
    let down = refusal("ExternalServiceException", "Facebook is not responding");
    let (requests, _) = run(
        GetCredentials::new(&identity_pool(), logins()),
        [down, identity_response(IDENTITY), credentials_response(IDENTITY)],
    );
    assert_eq!(operations(&requests), ["GetId", "GetId", "GetCredentialsForIdentity"]);
}

#[test]
fn expiry_is_measured_by_the_services_clock() {
    let an_hour_behind = answer_with(
        200,
        &[("date", "Tue, 01 Jan 2019 07:06:09 GMT")],
        r#"{"Credentials":{"AccessKeyId":"A","SecretKey":"s","SessionToken":"t","Expiration":1546327269}}"#,
    );
    let mut flow = GetCredentials::new(&identity_pool(), Logins::new()).with_identity_id(IDENTITY);
    sent(flow.step(NOW, Event::Start));
    let credentials = done(flow.step(NOW, an_hour_behind));
    assert_eq!(credentials.clock_drift_seconds, -3600);
    assert!(credentials.is_valid_for(NOW, Duration::from_secs(899)));
    assert!(
        !credentials.is_valid_for(NOW, Duration::from_secs(900)),
        "the service's clock is an hour ahead, so the credentials expire in 15 minutes"
    );
}

/// Returns credentials that the service issued at [`NOW`] for an hour, with this `Date` header.
fn credentials_at(local: Timestamp, date: &str) -> Credentials {
    let text = r#"{"Credentials":{"AccessKeyId":"A","SecretKey":"s","SessionToken":"t","Expiration":1546326369}}"#;
    let mut flow = GetCredentials::new(&identity_pool(), Logins::new()).with_identity_id(IDENTITY);
    sent(flow.step(local, Event::Start));
    done(flow.step(local, answer_with(200, &[("date", date)], text)))
}

#[test]
fn a_date_header_far_from_the_expiry_is_ignored() {
    let (hour, second) = (Duration::from_secs(3600), Duration::from_secs(1));
    for date in ["Thu, 01 Jan 1970 00:00:00 GMT", "Mon, 01 Jan 2018 06:06:09 GMT", "Wed, 01 Jan 2020 06:06:09 GMT"] {
        let credentials = credentials_at(NOW, date);
        assert_eq!(credentials.clock_drift_seconds, 0, "{date}");
        assert!(credentials.is_valid_for(NOW, hour - second) && !credentials.is_valid_for(NOW, hour), "{date}");
    }
}

#[test]
fn no_jump_of_the_clock_makes_credentials_valid_for_years() {
    let epoch = Timestamp::from_unix_seconds(0);
    let date = "Tue, 01 Jan 2019 06:06:09 GMT";
    for (before, after) in [(NOW, epoch), (epoch, NOW)] {
        let credentials = credentials_at(before, date);
        assert!(credentials.is_valid_for(before, Duration::ZERO));
        assert!(!credentials.is_valid_for(after, Duration::ZERO));
    }
}

#[test]
fn no_credentials_are_valid_for_more_than_twelve_hours() {
    for expiration in ["9e300", "99999999999999"] {
        let body = format!(
            r#"{{"Credentials":{{"AccessKeyId":"A","SecretKey":"s","SessionToken":"t","Expiration":{expiration}}}}}"#
        );
        let mut flow = GetCredentials::new(&identity_pool(), Logins::new()).with_identity_id(IDENTITY);
        sent(flow.step(NOW, Event::Start));
        let credentials = done(flow.step(NOW, answer(200, &body)));
        assert_eq!(credentials.expires_at.as_unix_seconds(), NOW.as_unix_seconds() + 12 * 3600);
    }
}

#[test]
fn credentials_are_valid_if_they_outlast_the_margin() {
    let (_, credentials) = run(
        GetCredentials::new(&identity_pool(), Logins::new()),
        [identity_response(IDENTITY), credentials_response(IDENTITY)],
    );
    let credentials = credentials.unwrap();
    for (margin, is_valid) in [(0, true), (3599, true), (3600, false), (u64::MAX, false)] {
        assert_eq!(credentials.is_valid_for(NOW, Duration::from_secs(margin)), is_valid, "{margin}");
    }
}

#[test]
fn debug_does_not_print_secrets() {
    let (_, credentials) = run(
        GetCredentials::new(&identity_pool(), Logins::new()),
        [identity_response(IDENTITY), credentials_response(IDENTITY)],
    );
    let debug = format!("{:?}", credentials.unwrap());
    assert!(debug.contains("ASIA") && !debug.contains("s3cr3t") && !debug.contains("t0k3n"), "{debug}");
}

fn answers(request: &Request) -> Vec<Event> {
    let token = |id: &str| answer(200, &format!(r#"{{"Token":"t","IdentityId":"{id}"}}"#));
    match &*operation(request) {
        "GetId" => vec![identity_response(IDENTITY), identity_response(OTHER)],
        "GetCredentialsForIdentity" => vec![credentials_response(IDENTITY), credentials_response(OTHER)],
        "GetOpenIdToken" => vec![token(IDENTITY), token(OTHER)],
        _ => vec![assume_role_response()],
    }
    .into_iter()
    .chain([
        refusal("ResourceNotFoundException", "Identity 'x' not found."),
        refusal("NotAuthorizedException", LOGINS_DIFFER),
    ])
    .collect()
}

proptest! {
    #[test]
    fn getting_credentials_ends_after_any_events_in_any_order(
        known: bool,
        basic: bool,
        moves in moves(),
    ) {
        let mut flow = GetCredentials::new(&identity_pool(), logins());
        if known {
            flow = flow.with_identity_id(IDENTITY);
        }
        if basic {
            flow = flow.with_role(Role::Assumed(AssumedRole::new(ROLE, "alice")));
        }
        // The flow sends at most four requests: one with the known identity id, GetId, one with the new
        // identity id, and one for the role.
        run_to_the_end(flow, &moves, answers, 4 * crate::MAX_ATTEMPTS as usize)?;
    }
}
