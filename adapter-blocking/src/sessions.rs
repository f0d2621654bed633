use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::sleep;
use std::time::Duration;

use cognito_core::operation::SignedIn;
use cognito_core::session::{Record, last_user_key, session_key, username_of_key};
use cognito_core::{
    Cause, Error, Event, KeeperEvent, KeeperStep, KeptSession, RemoteSignOut, Session, SessionKeeper, SignOut,
    SignOutScope,
};

use crate::run::{jittered, now};
use crate::{Client, LockedStore, Store};

/// The sessions of an app client's users, in a store.
///
/// ```no_run
/// # use cognito_blocking::{Client, Error, FileStore, Sessions, SignedIn, operation::GetUser};
/// # fn keep(client: Client, signed_in: SignedIn) -> Result<(), Error> {
/// let sessions = Sessions::new(client, FileStore::new("sessions.json"));
/// sessions.save(&signed_in.session)?;
/// // Later, or in another process: the tokens are refreshed when it is time.
/// let username = sessions.last_username()?.ok_or(Error::NotSignedIn)?;
/// let user = sessions.call(&username, GetUser::new())?;
/// # Ok(()) }
/// ```
///
/// Users go by their canonical name, [`Session::username`]. Nothing signs a user out but [`sign_out`](Self::sign_out) and
/// a refusal of the service that [ends the session](Error::ends_session).
pub struct Sessions {
    client: Client,
    store: Arc<dyn Store>,
    margin: Duration,
    /// Records that could not be saved, by key. The store has older ones.
    unsaved: Mutex<BTreeMap<String, Record>>,
}

/// What became of a sign-out.
#[derive(Debug)]
#[non_exhaustive]
pub struct SignedOut {
    /// At the service.
    pub remote: RemoteSignOut,
    /// In the store: whether the session is gone from it.
    pub local: Result<(), Error>,
}

impl Sessions {
    /// The sessions in this store. Tokens are refreshed a minute before they expire.
    #[must_use]
    pub fn new(client: Client, store: impl Store + 'static) -> Self {
        Self { client, store: Arc::new(store), margin: Duration::from_secs(60), unsaved: Mutex::default() }
    }

    /// Refreshes tokens so long before they expire.
    #[must_use]
    pub fn with_margin(self, margin: Duration) -> Self {
        Self { margin, ..self }
    }

    /// Stores a session, in place of the user's earlier one, and the user as the last to have signed in.
    ///
    /// # Errors
    /// [`Error::Store`]; the session is good all the same.
    pub fn save(&self, session: &Session) -> Result<(), Error> {
        let app_client = self.client.app_client();
        let mut store = self.lock()?;
        self.put(&mut *store, &session_key(app_client, session.username()), &session.to_record())?;
        let last_user = Record::new(session.username().into());
        store.save(&last_user_key(app_client), &last_user).map_err(|error| Error::Store(Arc::new(error)))
    }

    /// The user's session, with tokens that are good for the margin at least: refreshed, and saved, if need be.
    ///
    /// # Errors
    /// As [`SessionKeeper::step`].
    pub fn get(&self, username: &str) -> Result<KeptSession, Error> {
        self.keep(SessionKeeper::new(self.client.app_client(), username, self.margin))
    }

    /// The user's session, refreshed now: with what has changed in attributes and groups.
    ///
    /// # Errors
    /// As [`SessionKeeper::step`].
    pub fn refresh(&self, username: &str) -> Result<KeptSession, Error> {
        self.keep(SessionKeeper::new(self.client.app_client(), username, self.margin).refreshing())
    }

    /// Calls an operation for the user, with the access token of the session.
    ///
    /// # Errors
    /// As [`get`](Self::get), and what the call fails with.
    pub fn call<O: SignedIn>(&self, username: &str, operation: O) -> Result<O::Response, Error> {
        self.client.call_signed_in(&self.get(username)?.session, operation)
    }

    /// The users who have a session in the store, sorted by key.
    ///
    /// # Errors
    /// [`Error::Store`]
    pub fn usernames(&self) -> Result<Vec<String>, Error> {
        let keys = self.lock()?.keys().map_err(|error| Error::Store(Arc::new(error)))?;
        Ok(keys.iter().filter_map(|key| username_of_key(self.client.app_client(), key)).collect())
    }

    /// The user who signed in last. It is a hint for the next start: the session, if there is one, goes by its own name.
    ///
    /// # Errors
    /// [`Error::Store`]
    pub fn last_username(&self) -> Result<Option<String>, Error> {
        let record = self.lock()?.load(&last_user_key(self.client.app_client()));
        let record = record.map_err(|error| Error::Store(Arc::new(error)))?;
        Ok(record.and_then(|record| String::from_utf8(record.as_bytes().to_vec()).ok()))
    }

    /// Signs the user out: at the service as far as the scope says, and in the store whatever the service says.
    pub fn sign_out(&self, username: &str, scope: SignOutScope) -> SignedOut {
        let remote = self.sign_out_remotely(username, scope).unwrap_or_else(RemoteSignOut::Failed);
        SignedOut { remote, local: self.forget(username) }
    }

    /// Removes the user's session from the store and asks nobody: for a user who has been deleted.
    ///
    /// # Errors
    /// [`Error::Store`]
    pub fn forget(&self, username: &str) -> Result<(), Error> {
        let app_client = self.client.app_client();
        let (key, last_user) = (session_key(app_client, username), last_user_key(app_client));
        self.unsaved().remove(&key);
        let mut store = self.lock()?;
        let forget = |store: &mut dyn LockedStore| {
            store.remove(&key)?;
            let is_last = store.load(&last_user)?.is_some_and(|record| record.as_bytes() == username.as_bytes());
            if is_last { store.remove(&last_user) } else { Ok(()) }
        };
        forget(&mut *store).map_err(|error| Error::Store(Arc::new(error)))
    }

    fn sign_out_remotely(&self, username: &str, scope: SignOutScope) -> Result<RemoteSignOut, Error> {
        let session = match scope {
            SignOutScope::Local => return Ok(RemoteSignOut::NotAsked),
            // It is done with the access token, which must be good.
            SignOutScope::Global => self.get(username)?.session,
            _ => {
                let record = self.load(&mut *self.lock()?, &session_key(self.client.app_client(), username));
                let record = record.map_err(Error::Store)?.ok_or(Error::NotSignedIn)?;
                Session::from_record(&record)?
            }
        };
        self.client.run(SignOut::new(self.client.app_client(), &session, scope))
    }

    /// Drives a keeper to its end, under the store's lock.
    fn keep(&self, mut keeper: SessionKeeper) -> Result<KeptSession, Error> {
        let mut store = self.lock()?;
        let mut event = KeeperEvent::Start;
        loop {
            event = match keeper.step(now(), event)? {
                KeeperStep::Load(key) => KeeperEvent::Loaded(self.load(&mut *store, &key)),
                KeeperStep::Save(key, record) => KeeperEvent::Stored(self.put_or_keep(&mut *store, key, record)),
                KeeperStep::Remove(key) => {
                    self.unsaved().remove(&key);
                    KeeperEvent::Stored(store.remove(&key).map_err(cause))
                }
                KeeperStep::Send(request) => KeeperEvent::Flow(self.client.transport().send(&request)),
                KeeperStep::Wait(backoff) => {
                    sleep(jittered(backoff));
                    KeeperEvent::Flow(Event::Woke)
                }
                KeeperStep::Done(kept) => return Ok(kept),
            };
        }
    }

    fn lock(&self) -> Result<Box<dyn LockedStore + '_>, Error> {
        self.store.lock().map_err(|error| Error::Store(Arc::new(error)))
    }

    /// What the store has, or what it should have if it could not be written: then it is tried once more.
    fn load(&self, store: &mut dyn LockedStore, key: &str) -> Result<Option<Record>, Cause> {
        let unsaved = self.unsaved().get(key).cloned();
        match unsaved {
            Some(record) => {
                // It is the newest either way. What became of it is told by the next save.
                let _ = self.put_or_keep(store, key.to_owned(), record.clone());
                Ok(Some(record))
            }
            None => store.load(key).map_err(cause),
        }
    }

    fn put(&self, store: &mut dyn LockedStore, key: &str, record: &Record) -> Result<(), Error> {
        self.put_or_keep(store, key.to_owned(), record.clone()).map_err(Error::Store)
    }

    /// Saves a record, and keeps it in memory for as long as it cannot be saved.
    fn put_or_keep(&self, store: &mut dyn LockedStore, key: String, record: Record) -> Result<(), Cause> {
        match store.save(&key, &record) {
            Ok(()) => {
                self.unsaved().remove(&key);
                Ok(())
            }
            Err(error) => {
                self.unsaved().insert(key, record);
                Err(cause(error))
            }
        }
    }

    fn unsaved(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Record>> {
        self.unsaved.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn cause(error: io::Error) -> Cause {
    Arc::new(error)
}

impl fmt::Debug for Sessions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Sessions")
            .field("client", &self.client)
            .field("margin", &self.margin)
            .finish_non_exhaustive()
    }
}
