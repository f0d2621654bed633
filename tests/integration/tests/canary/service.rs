//! A fake service behind a transport, and stores and transports that panic.

use std::collections::BTreeMap;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cognito_blocking::{MemoryStore, Store, StoreLock};
use cognito_core::storage::Record;
use cognito_core::{Request, SendOutcome};

use crate::events::{answered, cause};
use crate::flows::{CREDENTIALS, IDENTITY, TOKENS, challenge_answer};

/// A fake service that answers each operation after five different failures of that operation.
#[derive(Default)]
pub(crate) struct Service(Mutex<BTreeMap<String, usize>>);

impl Service {
    pub(crate) fn answer(&self, request: &Request) -> SendOutcome {
        let mut counts = self.0.lock().unwrap();
        let times = counts.entry(request.operation().to_owned()).or_default();
        *times += 1;
        let body = successful_body(request.operation());
        match times {
            1 => SendOutcome::NotSent(cause()),
            2 => answered(200, &body[..body.len() / 2]),
            3 => answered(400, r#"{"__type":"InternalErrorException","message":"no"}"#),
            4 => answered(503, "<html>busy</html>"),
            5 => SendOutcome::NoAnswer(cause()),
            _ => answered(200, &body),
        }
    }
}

/// Returns the body of the successful answer to an operation.
pub(crate) fn successful_body(operation: &str) -> String {
    match operation {
        "InitiateAuth" => challenge_answer("PASSWORD_VERIFIER"),
        "RespondToAuthChallenge" | "GetTokensFromRefreshToken" => TOKENS.to_owned(),
        "GetUser" => r#"{"Username":"n4me","UserAttributes":[{"Name":"email","Value":"m4rk"}]}"#.to_owned(),
        "GetId" => IDENTITY.to_owned(),
        "GetCredentialsForIdentity" => CREDENTIALS.to_owned(),
        "ConfirmDevice" | "RevokeToken" | "GlobalSignOut" => "{}".to_owned(),
        other => panic!("the fake service does not support {other}"),
    }
}

/// The message with which a store, a transport or a login source panics. The library does not control such a
/// message.
pub(crate) const PANIC_MESSAGE: &str = "a panic outside the library with the secret m4rk";

/// A trigger that panics the first time that it is used.
#[derive(Default)]
pub(crate) struct Fuse(AtomicBool);

impl Fuse {
    pub(crate) fn blow(&self) {
        assert!(self.0.swap(true, Ordering::SeqCst), "{PANIC_MESSAGE}");
    }
}

/// A store that panics at the first use of one operation.
pub(crate) struct PanickingStore {
    operation: &'static str,
    fuse: Fuse,
    store: MemoryStore,
}

impl PanickingStore {
    pub(crate) fn at(operation: &'static str) -> Self {
        Self { operation, fuse: Fuse::default(), store: MemoryStore::new() }
    }

    fn panic_if_at(&self, operation: &str) {
        if self.operation == operation {
            self.fuse.blow();
        }
    }
}

impl Store for PanickingStore {
    fn load(&self, key: &str) -> io::Result<Option<Record>> {
        self.panic_if_at("load");
        self.store.load(key)
    }

    fn save(&self, key: &str, record: &Record) -> io::Result<()> {
        self.panic_if_at("save");
        self.store.save(key, record)
    }

    fn remove(&self, key: &str) -> io::Result<()> {
        self.panic_if_at("remove");
        self.store.remove(key)
    }

    fn keys(&self) -> io::Result<Vec<String>> {
        self.store.keys()
    }

    fn lock(&self, key: &str, max_wait: Duration) -> io::Result<Box<dyn StoreLock>> {
        self.panic_if_at("lock");
        self.store.lock(key, max_wait)
    }
}
