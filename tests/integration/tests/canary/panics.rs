//! Stores, transports and sources of logins that panic. Their words are their own; the library adds none with a secret, and
//! takes none of theirs over into an error.

use std::fmt::Debug;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use cognito_core::{Error, Request};

use crate::events::answered;
use crate::flows::{logins, session};
use crate::marks::{NAME, Texts};
use crate::operations::{app_client, identity_pool};
use crate::service::{Fuse, OWN_WORDS, PanickingStore, whole};

/// What all panics of this program have said.
static HEARD: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn listen() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let words = info.to_string();
        if !words.contains(OWN_WORDS) {
            usual(info);
        }
        HEARD.lock().unwrap_or_else(PoisonError::into_inner).push(words);
    }));
}

/// What has come of what panics, if it has come to an end at all.
fn come_to<T: Debug>(texts: &mut Texts, run: impl FnOnce() -> Result<T, Error>) {
    if let Ok(result) = catch_unwind(AssertUnwindSafe(run)) {
        texts.come_to(&result);
    }
}

#[test]
fn panics_of_others_bring_no_secret_to_light() {
    listen();
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
    // Not under the lock: what fails from here on is heard too.
    let heard = std::mem::take(&mut *HEARD.lock().unwrap_or_else(PoisonError::into_inner));
    let (theirs, ours): (Vec<_>, Vec<_>) = heard.iter().partition(|words| words.contains(OWN_WORDS));
    assert_eq!(theirs.len(), scenes);
    ours.into_iter().for_each(|words| texts.tell(words.clone()));
    texts.hold_no_secret("a panic");
}

fn blocking_sessions(texts: &mut Texts, operation: &'static str) {
    use cognito_blocking::{Client, Sessions, transport_fn};

    let fuse = Fuse::default();
    let transport = transport_fn(move |request: &Request| {
        if operation == "a request" {
            fuse.blow();
        }
        answered(200, &whole(request.operation()))
    });
    let client = Client::with_transport(app_client(), transport);
    let sessions = Sessions::new(client, PanickingStore::at(operation));
    come_to(texts, || sessions.save(&session().into()));
    let handle = sessions.user(NAME);
    for _ in 0..3 {
        come_to(texts, || handle.get());
        come_to(texts, || handle.refresh());
        texts.show(&(&sessions, &handle));
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
            answered(200, &whole(request.operation()))
        }
    });
    let client = Client::with_transport(app_client(), transport);
    let sessions = Sessions::new(client, SpawnBlocking::wrap(PanickingStore::at(operation)));
    texts.come_to(&sessions.save(&session().into()).await);
    let handle = sessions.user(NAME);
    for _ in 0..3 {
        texts.come_to(&handle.get().await);
        texts.come_to(&handle.refresh().await);
        texts.show(&(&sessions, &handle));
    }
}

fn blocking_credentials(texts: &mut Texts, operation: &'static str) {
    use cognito_blocking::{CredentialsProvider, IdentityPoolClient, transport_fn};

    let (of_request, of_logins) = (Fuse::default(), Fuse::default());
    let transport = transport_fn(move |request: &Request| {
        if operation == "a request" {
            of_request.blow();
        }
        answered(200, &whole(request.operation()))
    });
    let pool = IdentityPoolClient::with_transport(identity_pool(), transport);
    let provider = CredentialsProvider::for_logins(pool, PanickingStore::at(operation), NAME, move || {
        if operation == "logins" {
            of_logins.blow();
        }
        Ok(logins())
    });
    for _ in 0..3 {
        come_to(texts, || provider.get());
        come_to(texts, || provider.refresh());
        texts.show(&provider);
    }
}

async fn tokio_credentials(texts: &mut Texts, operation: &'static str) {
    use cognito_tokio::{CredentialsProvider, IdentityPoolClient, SpawnBlocking, transport_fn};

    let (of_request, of_logins) = (Arc::new(Fuse::default()), Arc::new(Fuse::default()));
    let transport = transport_fn(move |request: Request| {
        let fuse = Arc::clone(&of_request);
        async move {
            if operation == "a request" {
                fuse.blow();
            }
            answered(200, &whole(request.operation()))
        }
    });
    let pool = IdentityPoolClient::with_transport(identity_pool(), transport);
    let store = SpawnBlocking::wrap(PanickingStore::at(operation));
    let provider = CredentialsProvider::for_logins(pool, store, NAME, move || {
        let fuse = Arc::clone(&of_logins);
        async move {
            if operation == "logins" {
                fuse.blow();
            }
            Ok(logins())
        }
    });
    for _ in 0..3 {
        texts.come_to(&provider.get().await);
        texts.come_to(&provider.refresh().await);
        texts.show(&provider);
    }
}
