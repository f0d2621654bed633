//! The output of `tracing`: each request with its operation, attempt and result, and no secret.
//!
//! These tests are a separate program because `tracing` caches for the whole process whether a subscriber
//! exists.

use cognito_blocking::TransportSettings;
use cognito_core::operation::GetUser;
use cognito_core::{AppClient, Error, SignInOutcome};
use cognito_integration_tests::support::adapter::{Adapter, Blocking, Tokio};
use cognito_integration_tests::support::service::{app_client, service};
use cognito_integration_tests::support::trace_recorder::TraceRecorder;
use cognito_testkit::{Fault, FaultPlan};

const PASSWORD: &str = "Correct-horse-m4rk-1";

/// Checks that no line contains a token, the password or the client id.
#[track_caller]
fn assert_no_secret(lines: &[String], app_client: &AppClient, outcome: &SignInOutcome) {
    let SignInOutcome::SignedIn(signed_in) = outcome else { panic!() };
    let tokens = signed_in.session.tokens();
    let secrets = [tokens.access_token.expose(), tokens.id_token.as_ref().unwrap().expose(), "m4rk"];
    for line in lines {
        assert!(secrets.iter().all(|secret| !line.contains(secret)), "{line}");
        assert!(!line.contains(app_client.client_id()), "{line}");
    }
}

/// Returns the first four words of each line, without durations and request ids.
fn stable_parts(lines: &[String]) -> Vec<String> {
    let stable = |word: &&str| !word.starts_with("duration_ms") && !word.starts_with("request_id");
    lines.iter().map(|line| line.split(' ').filter(stable).take(4).collect::<Vec<_>>().join(" ")).collect()
}

fn expected() -> Vec<&'static str> {
    vec![
        r#"span cognito operation="InitiateAuth" attempt=1"#,
        "DEBUG message=answered status=200",
        r#"span cognito operation="RespondToAuthChallenge" attempt=1"#,
        "DEBUG message=answered status=200",
        r#"span cognito operation="GetUser" attempt=1"#,
        "WARN message=no answer",
        r#"span cognito operation="GetUser" attempt=2"#,
        "DEBUG message=answered status=200",
    ]
}

#[track_caller]
fn assert_every_request_is_traced(recorder: &TraceRecorder) {
    let lines = stable_parts(&recorder.lines());
    assert_eq!(lines.len(), expected().len(), "{lines:#?}");
    for (line, expected) in lines.iter().zip(expected()) {
        assert!(expected.split(' ').all(|word| line.contains(word)), "{line} instead of {expected}");
    }
    let ids =
        recorder.lines().iter().filter(|line| line.contains("request_id=\"") && line.contains("duration_ms=")).count();
    assert_eq!(ids, 3, "{:#?}", recorder.lines());
}

fn traces_every_request<A: Adapter>() {
    let service = service(|config| config.pools[0].users[0].password = Some(PASSWORD.to_owned()));
    service.plan_fault(FaultPlan::next(Fault::LoseBefore).for_operation("GetUser"));
    let app_client = app_client(&service);
    let recorder = TraceRecorder::for_targets("cognito");
    let outcome = tracing::subscriber::with_default(recorder.clone(), || -> Result<_, Error> {
        let client = A::new(app_client.clone(), &TransportSettings::default());
        let outcome = client.srp("alice", PASSWORD)?;
        let SignInOutcome::SignedIn(signed_in) = &outcome else { panic!() };
        client.call_signed_in(&signed_in.session, GetUser::new())?;
        Ok(outcome)
    });
    assert_every_request_is_traced(&recorder);
    assert_no_secret(&recorder.lines(), &app_client, &outcome.unwrap());
}

#[test]
fn the_blocking_adapter_traces_every_request_and_no_secret() {
    traces_every_request::<Blocking>();
}

#[test]
fn the_tokio_adapter_traces_every_request_and_no_secret() {
    traces_every_request::<Tokio>();
}
