//! Panics of stores, transports and login sources.
//!
//! The library adds no secret to the message of such a panic, and copies no such message into an error.

use std::fmt::Debug;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use cognito_core::{Error, Request};

use crate::events::answered;
use crate::flows::{logins, session};
use crate::marks::{NAME, Texts};
use crate::operations::{app_client, identity_pool};
use crate::service::{Fuse, PANIC_MESSAGE, PanickingStore, successful_body};

/// The messages of all panics of this program.
static MESSAGES: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn record_panics() {
    let default_hook = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let message = info.to_string();
        if !message.contains(PANIC_MESSAGE) {
            default_hook(info);
        }
        MESSAGES.lock().unwrap_or_else(PoisonError::into_inner).push(message);
    }));
}

/// Runs code that may panic, and adds its result to `texts` if it returns.
fn add_result_if_returned<T: Debug>(texts: &mut Texts, run: impl FnOnce() -> Result<T, Error>) {
    if let Ok(result) = catch_unwind(AssertUnwindSafe(run)) {
        texts.add_result(&result);
    }
}

#[test]
fn a_panic_of_a_store_or_transport_reveals_no_secret() {
    record_panics();
    let mut texts = Texts::default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut scenes = 0;
    for operation in ["lock", "load", "save", "a request"] {
        blocking_sessions(&mut texts, operation);
        runtime.block_on(tokio_sessions(&mut texts, operation));
        scenes += 2;
    }
    for operation in ["lock", "load", "save", "a request", "logins"] {
        blocking_credentials(&mut texts, operation);
        runtime.block_on(tokio_credentials(&mut texts, operation));
        scenes += 2;
    }
    // The lock is released first, because a failing assertion below takes it again in the panic hook.
    let messages = std::mem::take(&mut *MESSAGES.lock().unwrap_or_else(PoisonError::into_inner));
    let (deliberate, other): (Vec<_>, Vec<_>) = messages.iter().partition(|message| message.contains(PANIC_MESSAGE));
    assert_eq!(deliberate.len(), scenes);
    other.into_iter().for_each(|message| texts.add_report(message.clone()));
    texts.assert_no_secret("a panic");
}

fn blocking_sessions(texts: &mut Texts, operation: &'static str) {
    use cognito_blocking::{Client, Sessions, transport_fn};

    let fuse = Fuse::default();
    let transport = transport_fn(move |request: &Request| {
        if operation == "a request" {
            fuse.blow();
        }
        answered(200, &successful_body(request.operation()))
    });
    let client = Client::with_transport(app_client(), transport);
    let sessions = Sessions::new(client, PanickingStore::at(operation));
    add_result_if_returned(texts, || sessions.save(&session().into()));
    let handle = sessions.user(NAME);
    for _ in 0..3 {
        add_result_if_returned(texts, || handle.get());
        add_result_if_returned(texts, || handle.refresh());
        texts.add_debug(&(&sessions, &handle));
    }
}

async fn tokio_sessions(texts: &mut Texts, operation: &'static str) {
    use cognito_tokio::{Client, Sessions, SpawnBlocking, transport_fn};

    let fuse = Arc::new(Fuse::default());
    let transport = transport_fn(move |request: Request| {
        let fuse = Arc::clone(&fuse);
        async move {
            if operation == "a request" {
                fuse.blow();
            }
            answered(200, &successful_body(request.operation()))
        }
    });
    let client = Client::with_transport(app_client(), transport);
    let sessions = Sessions::new(client, SpawnBlocking::wrap(PanickingStore::at(operation)));
    texts.add_result(&sessions.save(&session().into()).await);
    let handle = sessions.user(NAME);
    for _ in 0..3 {
        texts.add_result(&handle.get().await);
        texts.add_result(&handle.refresh().await);
        texts.add_debug(&(&sessions, &handle));
    }
}

fn blocking_credentials(texts: &mut Texts, operation: &'static str) {
    use cognito_blocking::{CredentialsProvider, IdentityPoolClient, transport_fn};

    let (request_fuse, logins_fuse) = (Fuse::default(), Fuse::default());
    let transport = transport_fn(move |request: &Request| {
        if operation == "a request" {
            request_fuse.blow();
        }
        answered(200, &successful_body(request.operation()))
    });
    let pool = IdentityPoolClient::with_transport(identity_pool(), transport);
    let provider = CredentialsProvider::for_logins(pool, PanickingStore::at(operation), NAME, move || {
        if operation == "logins" {
            logins_fuse.blow();
        }
        Ok(logins())
    });
    for _ in 0..3 {
        add_result_if_returned(texts, || provider.get());
        add_result_if_returned(texts, || provider.refresh());
        texts.add_debug(&provider);
    }
}

async fn tokio_credentials(texts: &mut Texts, operation: &'static str) {
    use cognito_tokio::{CredentialsProvider, IdentityPoolClient, SpawnBlocking, transport_fn};

    let (request_fuse, logins_fuse) = (Arc::new(Fuse::default()), Arc::new(Fuse::default()));
    let transport = transport_fn(move |request: Request| {
        let fuse = Arc::clone(&request_fuse);
        async move {
            if operation == "a request" {
                fuse.blow();
            }
            answered(200, &successful_body(request.operation()))
        }
    });
    let pool = IdentityPoolClient::with_transport(identity_pool(), transport);
    let store = SpawnBlocking::wrap(PanickingStore::at(operation));
    let provider = CredentialsProvider::for_logins(pool, store, NAME, move || {
        let fuse = Arc::clone(&logins_fuse);
        async move {
            if operation == "logins" {
                fuse.blow();
            }
            Ok(logins())
        }
    });
    for _ in 0..3 {
        texts.add_result(&provider.get().await);
        texts.add_result(&provider.refresh().await);
        texts.add_debug(&provider);
    }
}
