//! The `tracing` output, the errors and the `Debug` output of both adapters.

use std::fs;

use cognito_core::operation::GetUser;
use cognito_core::{Logins, Request, SignIn, SignOutScope};

use crate::flows::{devices, logins, seed, session};
use crate::marks::{MARK, NAME, Texts};
use crate::operations::{app_client, identity_pool};
use crate::service::Service;
use cognito_integration_tests::support::files::session_file;
use cognito_integration_tests::support::trace_recorder::TraceRecorder;

/// The number of repetitions of each action. The requests of one action fail fewer times in total.
const TIMES: usize = 16;

/// Adds all `tracing` output to `texts`, and checks that no text contains a secret.
fn assert_no_secret(whose: &str, texts: &mut Texts, recorder: &TraceRecorder) {
    let lines = recorder.lines();
    for operation in
        ["InitiateAuth", "RespondToAuthChallenge", "GetTokensFromRefreshToken", "GetUser", "GetCredentialsForIdentity"]
    {
        assert!(lines.iter().any(|line| line.contains(operation)), "{whose} did not send {operation}");
    }
    lines.into_iter().for_each(|line| texts.add_report(line));
    texts.assert_no_secret(whose);
}

#[test]
fn the_blocking_adapter_traces_and_shows_no_secret() {
    let (recorder, mut texts) = (TraceRecorder::for_targets(""), Texts::default());
    tracing::subscriber::with_default(recorder.clone(), || use_blocking_adapter(&mut texts));
    assert_no_secret("the blocking adapter", &mut texts, &recorder);
}

fn use_blocking_adapter(texts: &mut Texts) {
    use cognito_blocking::{
        Client, CredentialsProvider, FileStore, IdentityPoolClient, MemoryStore, Sessions, transport_fn,
    };

    let service = Service::default();
    let client = Client::with_transport(app_client(), transport_fn(move |request: &Request| service.answer(request)));
    for _ in 0..TIMES {
        let flow = SignIn::srp(client.app_client(), NAME, MARK, seed()).with_devices(devices());
        texts.add_result(&client.run(flow));
        texts.add_result(&client.call_signed_in(&session(), GetUser::new()));
    }
    let path = session_file("canary_blocking");
    let sessions = Sessions::new(client.clone(), FileStore::new(&path));
    let events = sessions.subscribe();
    let handle = sessions.save(&session().into()).unwrap();
    for _ in 0..TIMES {
        texts.add_result(&handle.get());
        texts.add_result(&handle.refresh());
        texts.add_result(&handle.call(GetUser::new()));
        texts.add_result(&handle.access_token());
    }
    texts.add_debug(&(&client, &sessions, &handle, events.try_iter().collect::<Vec<_>>()));
    let service = Service::default();
    let pool = IdentityPoolClient::with_transport(
        identity_pool(),
        transport_fn(move |request: &Request| service.answer(request)),
    );
    let provider = CredentialsProvider::for_logins(pool.clone(), MemoryStore::new(), NAME, || Ok(logins()));
    for _ in 0..TIMES {
        texts.add_result(&provider.get());
        texts.add_result(&provider.refresh());
    }
    texts.add_debug(&(&pool, &provider));
    for scope in [SignOutScope::Revoke, SignOutScope::Global] {
        texts.add_debug(&handle.sign_out(scope));
    }
    // Another program has written invalid data with marks into the file.
    for text in [r#"{"version":1,"records":"m4rk"}"#, r#"{"version":"m4rk"}"#, r#"{"version":1,"records":{"m"#, MARK] {
        fs::write(&path, text).unwrap();
        texts.add_result(&sessions.usernames());
        texts.add_result(&sessions.user(NAME).get());
        texts.add_result(&sessions.devices());
    }
    let no_logins = || -> Result<Logins, _> { Err(cognito_core::Error::NotSignedIn) };
    let provider = CredentialsProvider::for_logins(pool, FileStore::new(&path), NAME, no_logins);
    texts.add_result(&provider.get());
}

#[test]
fn the_tokio_adapter_traces_and_shows_no_secret() {
    let (recorder, mut texts) = (TraceRecorder::for_targets(""), Texts::default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tracing::subscriber::with_default(recorder.clone(), || runtime.block_on(use_tokio_adapter(&mut texts)));
    assert_no_secret("the tokio adapter", &mut texts, &recorder);
}

async fn use_tokio_adapter(texts: &mut Texts) {
    use cognito_tokio::{
        Client, CredentialsProvider, FileStore, IdentityPoolClient, MemoryStore, Sessions, transport_fn,
    };

    let service = Service::default();
    let transport = transport_fn(move |request: Request| std::future::ready(service.answer(&request)));
    let client = Client::with_transport(app_client(), transport);
    for _ in 0..TIMES {
        let flow = SignIn::srp(client.app_client(), NAME, MARK, seed()).with_devices(devices());
        texts.add_result(&client.run(flow).await);
        texts.add_result(&client.call_signed_in(&session(), GetUser::new()).await);
    }
    let path = session_file("canary_tokio");
    let sessions = Sessions::new(client.clone(), FileStore::new(&path));
    let handle = sessions.save(&session().into()).await.unwrap();
    for _ in 0..TIMES {
        texts.add_result(&handle.get().await);
        texts.add_result(&handle.refresh().await);
        texts.add_result(&handle.call(GetUser::new()).await);
        texts.add_result(&handle.access_token().await);
    }
    texts.add_debug(&(&client, &sessions, &handle));
    let service = Service::default();
    let send = move |request: Request| std::future::ready(service.answer(&request));
    let pool = IdentityPoolClient::with_transport(identity_pool(), transport_fn(send));
    let provider = CredentialsProvider::for_logins(pool.clone(), MemoryStore::new(), NAME, || async { Ok(logins()) });
    for _ in 0..TIMES {
        texts.add_result(&provider.get().await);
        texts.add_result(&provider.refresh().await);
    }
    texts.add_debug(&(&pool, &provider));
    for scope in [SignOutScope::Revoke, SignOutScope::Global] {
        texts.add_debug(&handle.sign_out(scope).await);
    }
    fs::write(&path, r#"{"version":1,"records":"m4rk"}"#).unwrap();
    texts.add_result(&sessions.usernames().await);
    texts.add_result(&sessions.user(NAME).get().await);
}
