//! A service behind a transport, and what may break beside it.

use std::collections::BTreeMap;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use cognito_blocking::{MemoryStore, Store, StoreLock};
use cognito_core::storage::Record;
use cognito_core::{Event, Request};

use crate::events::{answer, cause};
use crate::flows::{CREDENTIALS, IDENTITY, TOKENS, asks};

/// Answers every operation, after each has failed in every way.
#[derive(Default)]
pub(crate) struct Service(Mutex<BTreeMap<String, usize>>);

impl Service {
    pub(crate) fn answer(&self, request: &Request) -> Event {
        let mut asked = self.0.lock().unwrap();
        let times = asked.entry(request.operation().to_owned()).or_default();
        *times += 1;
        let body = whole(request.operation());
        match times {
            1 => Event::NotSent(cause()),
            2 => answer(200, &body[..body.len() / 2]),
            3 => answer(400, r#"{"__type":"InternalErrorException","message":"no"}"#),
            4 => answer(503, "<html>busy</html>"),
            5 => Event::NoAnswer(cause()),
            _ => answer(200, &body),
        }
    }
}

pub(crate) fn whole(operation: &str) -> String {
    match operation {
        "InitiateAuth" => asks("PASSWORD_VERIFIER"),
        "RespondToAuthChallenge" | "GetTokensFromRefreshToken" => TOKENS.to_owned(),
        "GetUser" => r#"{"Username":"n4me","UserAttributes":[{"Name":"email","Value":"m4rk"}]}"#.to_owned(),
        "GetId" => IDENTITY.to_owned(),
        "GetCredentialsForIdentity" => CREDENTIALS.to_owned(),
        "ConfirmDevice" | "RevokeToken" | "GlobalSignOut" => "{}".to_owned(),
        other => panic!("the service knows no {other}"),
    }
}

/// What a store, a transport or a source of logins says when it panics: its own words, of which the library knows nothing.
pub(crate) const OWN_WORDS: &str = "a fault of somebody else's, who tells m4rk";

/// Panics the first time.
#[derive(Default)]
pub(crate) struct Fuse(AtomicBool);

impl Fuse {
    pub(crate) fn blow(&self) {
        assert!(self.0.swap(true, Ordering::SeqCst), "{OWN_WORDS}");
    }
}

/// A store that panics at the first of these operations.
pub(crate) struct PanickingStore {
    operation: &'static str,
    fuse: Fuse,
    store: MemoryStore,
}

impl PanickingStore {
    pub(crate) fn at(operation: &'static str) -> Self {
        Self { operation, fuse: Fuse::default(), store: MemoryStore::new() }
    }

    fn reach(&self, operation: &str) {
        if self.operation == operation {
            self.fuse.blow();
        }
    }
}

impl Store for PanickingStore {
    fn load(&self, key: &str) -> io::Result<Option<Record>> {
        self.reach("load");
        self.store.load(key)
    }

    fn save(&self, key: &str, record: &Record) -> io::Result<()> {
        self.reach("save");
        self.store.save(key, record)
    }

    fn remove(&self, key: &str) -> io::Result<()> {
        self.reach("remove");
        self.store.remove(key)
    }

    fn keys(&self) -> io::Result<Vec<String>> {
        self.store.keys()
    }

    fn lock(&self, key: &str) -> io::Result<Box<dyn StoreLock>> {
        self.reach("lock");
        self.store.lock(key)
    }
}
