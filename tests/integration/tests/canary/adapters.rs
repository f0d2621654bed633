//! Both adapters: what they tell those who watch with `tracing`, what they fail with, and what they show of themselves.

use std::fs;

use cognito_core::operation::GetUser;
use cognito_core::{Logins, Request, SignIn, SignOutScope};

use crate::flows::{devices, logins, seed, session};
use crate::marks::{MARK, NAME, Texts};
use crate::operations::{app_client, identity_pool};
use crate::service::Service;
use cognito_integration_tests::support::ear::Ear;
use cognito_integration_tests::support::files::session_file;

/// More often than all the requests of an action can fail.
const TIMES: usize = 16;

/// What was told in the meantime, of whatever target.
fn hold_no_secret(whose: &str, texts: &mut Texts, ear: &Ear) {
    let lines = ear.lines();
    for operation in
        ["InitiateAuth", "RespondToAuthChallenge", "GetTokensFromRefreshToken", "GetUser", "GetCredentialsForIdentity"]
    {
        assert!(lines.iter().any(|line| line.contains(operation)), "{whose} did not send {operation}");
    }
    lines.into_iter().for_each(|line| texts.tell(line));
    texts.hold_no_secret(whose);
}

#[test]
fn the_blocking_adapter_tells_and_shows_no_secret() {
    let (ear, mut texts) = (Ear::of(""), Texts::default());
    tracing::subscriber::with_default(ear.clone(), || blocking(&mut texts));
    hold_no_secret("the blocking adapter", &mut texts, &ear);
}

fn blocking(texts: &mut Texts) {
    use cognito_blocking::{Client, CredentialsProvider, FileStore, IdentityPoolClient, MemoryStore, Sessions};

    let service = Service::default();
    let client = Client::with_transport(app_client(), move |request: &Request| service.answer(request));
    for _ in 0..TIMES {
        let flow = SignIn::srp(client.app_client(), NAME, MARK, seed()).with_devices(devices());
        texts.come_to(&client.run(flow));
        texts.come_to(&client.call_signed_in(&session(), GetUser::new()));
    }
    let path = session_file("canary_blocking");
    let sessions = Sessions::new(client.clone(), FileStore::new(&path));
    let events = sessions.subscribe();
    let handle = sessions.save(&session().into()).unwrap();
    for _ in 0..TIMES {
        texts.come_to(&handle.get());
        texts.come_to(&handle.refresh());
        texts.come_to(&handle.call(GetUser::new()));
        texts.come_to(&handle.access_token());
    }
    texts.show(&(&client, &sessions, &handle, events.try_iter().collect::<Vec<_>>()));
    let service = Service::default();
    let pool = IdentityPoolClient::with_transport(identity_pool(), move |request: &Request| service.answer(request));
    let provider = CredentialsProvider::for_logins(pool.clone(), MemoryStore::new(), NAME, || Ok(logins()));
    for _ in 0..TIMES {
        texts.come_to(&provider.get());
        texts.come_to(&provider.refresh());
    }
    texts.show(&(&pool, &provider));
    for scope in [SignOutScope::Revoke, SignOutScope::Global] {
        texts.show(&handle.sign_out(scope));
    }
    // A file that somebody else has written in has the marks in it.
    for text in [r#"{"version":1,"records":"m4rk"}"#, r#"{"version":"m4rk"}"#, r#"{"version":1,"records":{"m"#, MARK] {
        fs::write(&path, text).unwrap();
        texts.come_to(&sessions.usernames());
        texts.come_to(&sessions.user(NAME).get());
        texts.come_to(&sessions.devices());
    }
    let no_logins = || -> Result<Logins, _> { Err(cognito_core::Error::NotSignedIn) };
    let provider = CredentialsProvider::for_logins(pool, FileStore::new(&path), NAME, no_logins);
    texts.come_to(&provider.get());
}

#[test]
fn the_tokio_adapter_tells_and_shows_no_secret() {
    let (ear, mut texts) = (Ear::of(""), Texts::default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tracing::subscriber::with_default(ear.clone(), || runtime.block_on(on_tokio(&mut texts)));
    hold_no_secret("the tokio adapter", &mut texts, &ear);
}

async fn on_tokio(texts: &mut Texts) {
    use cognito_tokio::{Client, CredentialsProvider, FileStore, IdentityPoolClient, MemoryStore, Sessions};

    let service = Service::default();
    let send = move |request: Request| std::future::ready(service.answer(&request));
    let client = Client::with_transport(app_client(), send);
    for _ in 0..TIMES {
        let flow = SignIn::srp(client.app_client(), NAME, MARK, seed()).with_devices(devices());
        texts.come_to(&client.run(flow).await);
        texts.come_to(&client.call_signed_in(&session(), GetUser::new()).await);
    }
    let path = session_file("canary_tokio");
    let sessions = Sessions::new(client.clone(), FileStore::new(&path));
    let handle = sessions.save(&session().into()).await.unwrap();
    for _ in 0..TIMES {
        texts.come_to(&handle.get().await);
        texts.come_to(&handle.refresh().await);
        texts.come_to(&handle.call(GetUser::new()).await);
        texts.come_to(&handle.access_token().await);
    }
    texts.show(&(&client, &sessions, &handle));
    let service = Service::default();
    let send = move |request: Request| std::future::ready(service.answer(&request));
    let pool = IdentityPoolClient::with_transport(identity_pool(), send);
    let provider = CredentialsProvider::for_logins(pool.clone(), MemoryStore::new(), NAME, || async { Ok(logins()) });
    for _ in 0..TIMES {
        texts.come_to(&provider.get().await);
        texts.come_to(&provider.refresh().await);
    }
    texts.show(&(&pool, &provider));
    for scope in [SignOutScope::Revoke, SignOutScope::Global] {
        texts.show(&handle.sign_out(scope).await);
    }
    fs::write(&path, r#"{"version":1,"records":"m4rk"}"#).unwrap();
    texts.come_to(&sessions.usernames().await);
    texts.come_to(&sessions.user(NAME).get().await);
}
