//! What those hear who watch with `tracing`: which operation, how often, how it ended; and no secret.

use cognito_core::operation::GetUser;
use cognito_core::{AppClient, Endpoint, Error, SignIn, SignInOutcome, UserPoolId};
use cognito_integration_tests::support::ear::Ear;
use cognito_testkit::{Config, Fault, FaultPlan, Server};

const PASSWORD: &str = "Correct-horse-m4rk-1";

fn service() -> (Server, AppClient) {
    let config = format!(
        r#"{{"pools":[{{"clients":[{{"name":"app","generate_secret":true}}],
            "users":[{{"username":"alice","password":"{PASSWORD}"}}]}}]}}"#
    );
    let service = Server::with_config([7; 32], Config::from_json(&config).unwrap()).unwrap();
    let pool = service.with(|simulator| simulator.pools().remove(0));
    let app_client = AppClient::new(UserPoolId::new(&pool.id).unwrap(), &pool.clients[0].id).unwrap();
    let app_client = app_client
        .with_secret(pool.clients[0].secret.clone().unwrap())
        .with_endpoint(Endpoint::custom(&service.url()).unwrap());
    service.plan_fault(FaultPlan::next(Fault::LoseBefore).of("GetUser"));
    (service, app_client)
}

/// Nothing of the tokens or of the password was told.
fn hold_no_secret(lines: &[String], app_client: &AppClient, outcome: &SignInOutcome) {
    let SignInOutcome::SignedIn(signed_in) = outcome else { panic!() };
    let tokens = signed_in.session.tokens();
    let secrets = [tokens.access_token.expose(), tokens.id_token.as_ref().unwrap().expose(), "m4rk"];
    for line in lines {
        assert!(secrets.iter().all(|secret| !line.contains(secret)), "{line}");
        assert!(!line.contains(app_client.client_id()), "{line}");
    }
}

/// The lines without the times and ids in them.
fn told(lines: &[String]) -> Vec<String> {
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

fn assert_told(ear: &Ear) {
    let told = told(&ear.lines());
    assert_eq!(told.len(), expected().len(), "{told:#?}");
    for (line, expected) in told.iter().zip(expected()) {
        assert!(expected.split(' ').all(|word| line.contains(word)), "{line} in place of {expected}");
    }
    let ids = ear.lines().iter().filter(|line| line.contains("request_id=\"") && line.contains("duration_ms=")).count();
    assert_eq!(ids, 3, "{:#?}", ear.lines());
}

#[test]
fn the_blocking_adapter_tells_of_every_request_and_of_no_secret() {
    let (_service, app_client) = service();
    let ear = Ear::of("cognito");
    let outcome = tracing::subscriber::with_default(ear.clone(), || -> Result<_, Error> {
        let client = cognito_blocking::Client::new(app_client.clone());
        let outcome = client.run(SignIn::srp(&app_client, "alice", PASSWORD, client.seed()?))?;
        let SignInOutcome::SignedIn(signed_in) = &outcome else { panic!() };
        client.call_signed_in(&signed_in.session, GetUser::new())?;
        Ok(outcome)
    });
    assert_told(&ear);
    hold_no_secret(&ear.lines(), &app_client, &outcome.unwrap());
}

#[test]
fn the_tokio_adapter_tells_of_every_request_and_of_no_secret() {
    let (_service, app_client) = service();
    let ear = Ear::of("cognito");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let outcome = tracing::subscriber::with_default(ear.clone(), || {
        runtime.block_on(async {
            let client = cognito_tokio::Client::new(app_client.clone());
            let outcome = client.run(SignIn::srp(&app_client, "alice", PASSWORD, client.seed()?)).await?;
            let SignInOutcome::SignedIn(signed_in) = &outcome else { panic!() };
            client.call_signed_in(&signed_in.session, GetUser::new()).await?;
            Ok::<_, Error>(outcome)
        })
    });
    assert_told(&ear);
    hold_no_secret(&ear.lines(), &app_client, &outcome.unwrap());
}
