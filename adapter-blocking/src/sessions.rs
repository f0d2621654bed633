use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::Duration;

use cognito_core::operation::{self, Context};
use cognito_core::session::{Record, last_user_key, session_key, username_of_key};
use cognito_core::{
    Cause, Devices, Error, Event, KeeperEvent, KeeperStep, KeptSession, Plan, RemoteSignOut, Session, SessionKeeper,
    SignOut, SignOutScope, SignedIn, devices_key,
};

use crate::run::{jittered, now};
use crate::{Client, Store, StoreLock};

/// The sessions of an app client's users, in a store.
///
/// ```no_run
/// # use cognito_blocking::{Client, Error, FileStore, Sessions, SignedIn, operation::GetUser};
/// # fn keep(client: Client, signed_in: SignedIn) -> Result<(), Error> {
/// let sessions = Sessions::new(client, FileStore::new("sessions.json"));
/// sessions.save(&signed_in)?;
/// // Later, or in another process: the tokens are refreshed when it is time.
/// let username = sessions.last_username()?.ok_or(Error::NotSignedIn)?;
/// let user = sessions.call(&username, GetUser::new())?;
/// # Ok(()) }
/// ```
///
/// Users go by their canonical name, [`Session::username`]. Nothing signs a user out but [`sign_out`](Self::sign_out) and
/// a refusal of the service that [ends the session](Error::ends_session).
///
/// Beside them are the [devices](Self::devices) that the service remembers. They outlast a session: give them to the next
/// sign-in.
///
/// A session that cannot be saved is kept in memory, used, and saved with the next chance; a program that is about to end
/// calls [`flush`](Self::flush).
pub struct Sessions {
    client: Client,
    store: Arc<dyn Store>,
    margin: Duration,
    context: Context,
    device_name: Option<String>,
    unsaved: Mutex<BTreeMap<String, Unsaved>>,
}

/// A record that could not be saved.
#[derive(Clone)]
struct Unsaved {
    record: Record,
    /// What the store had under the key then; none if that could not be read either. Once it has something else, somebody
    /// has signed in or out elsewhere, and this record is no longer the newest.
    instead_of: Option<Option<Record>>,
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
        Self {
            client,
            store: Arc::new(store),
            margin: Duration::from_secs(60),
            context: Context::default(),
            device_name: None,
            unsaved: Mutex::default(),
        }
    }

    /// Refreshes tokens so long before they expire.
    #[must_use]
    pub fn with_margin(self, margin: Duration) -> Self {
        Self { margin, ..self }
    }

    /// Sends this along with every refresh.
    #[must_use]
    pub fn with_context(self, context: Context) -> Self {
        Self { context, ..self }
    }

    /// Gives this name, for people to read, to a device that a refresh registers.
    #[must_use]
    pub fn with_device_name(self, name: impl Into<String>) -> Self {
        Self { device_name: Some(name.into()), ..self }
    }

    /// Stores the session of a user who has signed in, in place of the earlier one, and the user as the last to have
    /// signed in; and what the sign-in has learned of the device.
    ///
    /// # Errors
    /// [`Error::Store`]; the session is good all the same, and kept in memory.
    pub fn save(&self, signed_in: &SignedIn) -> Result<(), Error> {
        let session = &signed_in.session;
        let key = self.key(session.username());
        {
            let _lock = self.lock(&key)?;
            self.put(&key, &session.to_record()).map_err(Error::Store)?;
        }
        let last_user = Record::new(session.username().into());
        self.store.save(&last_user_key(self.client.app_client()), &last_user).map_err(failed)?;
        self.change_devices(|devices| devices.update(session.username(), &signed_in.device))
    }

    /// This machine's devices, for [`SignIn::with_devices`](cognito_core::SignIn::with_devices).
    ///
    /// # Errors
    /// [`Error::Store`]
    pub fn devices(&self) -> Result<Devices, Error> {
        self.load_devices().map_err(failed)?.map_or_else(|| Ok(Devices::new()), |record| Devices::from_record(&record))
    }

    /// Changes this machine's devices, and stores them if the change says that it has changed anything: for a device that
    /// the user has had forgotten, or one that was registered late.
    ///
    /// # Errors
    /// [`Error::Store`]
    pub fn change_devices(&self, change: impl FnOnce(&mut Devices) -> bool) -> Result<(), Error> {
        let key = devices_key(self.client.app_client());
        let _lock = self.lock(&key)?;
        let mut devices = self.devices()?;
        if change(&mut devices) { self.store.save(&key, &devices.to_record()).map_err(failed) } else { Ok(()) }
    }

    /// The user's session. Its tokens are refreshed, and saved, when they expire within the margin; if they cannot be, and
    /// are still good, they come with the reason.
    ///
    /// # Errors
    /// As [`SessionKeeper::step`].
    pub fn get(&self, username: &str) -> Result<KeptSession, Error> {
        match self.peek(&self.key(username)) {
            // Good tokens wait for nobody.
            Ok(Some(session)) if session.plan(now(), self.margin) == Plan::Use => Ok(session.into()),
            _ => self.keep(username, self.keeper(username)?),
        }
    }

    /// The user's session, refreshed now: with what has changed in attributes and groups.
    ///
    /// # Errors
    /// As [`SessionKeeper::step`].
    pub fn refresh(&self, username: &str) -> Result<KeptSession, Error> {
        self.keep(username, self.keeper(username)?.refreshing())
    }

    /// Calls an operation for the user, with the access token of the session. When the service refuses the token as such,
    /// which it may have revoked, the session is refreshed and the call made once more.
    ///
    /// # Errors
    /// As [`get`](Self::get), and what the call fails with.
    pub fn call<O: operation::SignedIn + Clone>(&self, username: &str, operation: O) -> Result<O::Response, Error> {
        let session = self.get(username)?.session;
        match self.client.call_signed_in(&session, operation.clone()) {
            Err(error) if error.refuses_access_token() && session.refresh_token().is_some() => {
                self.client.call_signed_in(&self.refresh(username)?.session, operation)
            }
            result => result,
        }
    }

    /// The users who have a session in the store, sorted by key.
    ///
    /// # Errors
    /// [`Error::Store`]
    pub fn usernames(&self) -> Result<Vec<String>, Error> {
        let keys = self.store.keys().map_err(failed)?;
        Ok(keys.iter().filter_map(|key| username_of_key(self.client.app_client(), key)).collect())
    }

    /// The user who signed in last. It is a hint for the next start: the session, if there is one, goes by its own name.
    ///
    /// # Errors
    /// [`Error::Store`]
    pub fn last_username(&self) -> Result<Option<String>, Error> {
        let record = self.store.load(&last_user_key(self.client.app_client())).map_err(failed)?;
        Ok(record.and_then(|record| String::from_utf8(record.as_bytes().to_vec()).ok()))
    }

    /// Signs the user out: at the service as far as the scope says, and in the store whatever the service says.
    pub fn sign_out(&self, username: &str, scope: SignOutScope) -> SignedOut {
        let remote = self.sign_out_remotely(username, scope).unwrap_or_else(RemoteSignOut::Failed);
        SignedOut { remote, local: self.remove(username) }
    }

    /// Removes the user's session and device from the store and asks nobody: for a user who has been deleted.
    ///
    /// # Errors
    /// [`Error::Store`]
    pub fn forget(&self, username: &str) -> Result<(), Error> {
        let device = self.change_devices(|devices| devices.remove(username).is_some());
        self.remove(username)?;
        device
    }

    fn remove(&self, username: &str) -> Result<(), Error> {
        let (key, last_user) = (self.key(username), last_user_key(self.client.app_client()));
        // Under the lock, so that no refresh that is under way saves it again.
        let lock = self.lock(&key);
        self.unsaved().remove(&key);
        let _lock = lock?;
        self.store.remove(&key).map_err(failed)?;
        let is_last = self.store.load(&last_user).map_err(failed)?;
        if is_last.is_some_and(|record| record.as_bytes() == username.as_bytes()) {
            self.store.remove(&last_user).map_err(failed)?;
        }
        Ok(())
    }

    /// Tries once more to save what could not be saved.
    ///
    /// # Errors
    /// [`Error::Store`] when something still cannot; it stays in memory.
    pub fn flush(&self) -> Result<(), Error> {
        let keys: Vec<String> = self.unsaved().keys().cloned().collect();
        for key in keys {
            let _lock = self.lock(&key)?;
            self.settle(&key).map_err(failed)?;
        }
        Ok(())
    }

    fn key(&self, username: &str) -> String {
        session_key(self.client.app_client(), username)
    }

    fn keeper(&self, username: &str) -> Result<SessionKeeper, Error> {
        let keeper = SessionKeeper::new(self.client.app_client(), username, self.margin, self.client.seed()?);
        let keeper = keeper.with_context(self.context.clone());
        Ok(match &self.device_name {
            Some(name) => keeper.with_device_name(name),
            None => keeper,
        })
    }

    fn sign_out_remotely(&self, username: &str, scope: SignOutScope) -> Result<RemoteSignOut, Error> {
        let session = match scope {
            SignOutScope::Local => return Ok(RemoteSignOut::NotAsked),
            // It is done with the access token, which must be good.
            SignOutScope::Global => self.get(username)?.session,
            _ => self.peek(&self.key(username))?.ok_or(Error::NotSignedIn)?,
        };
        self.client.run(SignOut::new(self.client.app_client(), &session, scope))
    }

    /// Drives a keeper to its end, and takes over what it has to tell of the device.
    fn keep(&self, username: &str, keeper: SessionKeeper) -> Result<KeptSession, Error> {
        let mut kept = self.drive(username, keeper)?;
        if !kept.device.is_empty()
            && let Err(error) = self.change_devices(|devices| devices.update(username, &kept.device))
        {
            kept.save_error.get_or_insert(Arc::new(error));
        }
        Ok(kept)
    }

    /// Drives a keeper to its end, under the lock on its key.
    fn drive(&self, username: &str, mut keeper: SessionKeeper) -> Result<KeptSession, Error> {
        let _lock = self.lock(&self.key(username))?;
        let mut event = KeeperEvent::Start;
        loop {
            event = match keeper.step(now(), event)? {
                KeeperStep::Load(key) => KeeperEvent::Loaded(self.load(&key)),
                KeeperStep::Save(key, record) => KeeperEvent::Stored(self.put(&key, &record)),
                KeeperStep::Remove(key) => {
                    self.unsaved().remove(&key);
                    KeeperEvent::Stored(self.store.remove(&key).map_err(cause))
                }
                KeeperStep::Send(request) => KeeperEvent::Flow(self.client.transport().send(&request)),
                KeeperStep::Wait(backoff) => {
                    sleep(jittered(backoff));
                    KeeperEvent::Flow(Event::Woke)
                }
                KeeperStep::Done(kept) => return Ok(*kept),
            };
        }
    }

    fn load_devices(&self) -> io::Result<Option<Record>> {
        self.store.load(&devices_key(self.client.app_client()))
    }

    fn lock(&self, key: &str) -> Result<Box<dyn StoreLock + '_>, Error> {
        self.store.lock(key).map_err(failed)
    }

    /// The newest session, read without the lock.
    fn peek(&self, key: &str) -> Result<Option<Session>, Error> {
        let record = self.newest(key).map_err(failed)?;
        record.map(|record| Session::from_record(&record)).transpose()
    }

    /// The newest record, after what could not be saved has had another chance.
    fn load(&self, key: &str) -> Result<Option<Record>, Cause> {
        // What cannot be settled stays in memory, and is the newest.
        let _ = self.settle(key);
        self.newest(key).map_err(cause)
    }

    fn newest(&self, key: &str) -> io::Result<Option<Record>> {
        let unsaved = self.unsaved().get(key).cloned();
        unsaved.map_or_else(|| self.store.load(key), |unsaved| Ok(Some(unsaved.record)))
    }

    /// Saves what could not be saved, or drops it where the store has something newer by now.
    fn settle(&self, key: &str) -> io::Result<()> {
        let unsaved = self.unsaved().get(key).cloned();
        let Some(unsaved) = unsaved else { return Ok(()) };
        let held = self.store.load(key)?;
        if unsaved.instead_of.is_none_or(|seen| seen == held) {
            self.store.save(key, &unsaved.record)?;
        }
        self.unsaved().remove(key);
        Ok(())
    }

    /// Saves a record, and keeps it in memory for as long as it cannot be saved.
    fn put(&self, key: &str, record: &Record) -> Result<(), Cause> {
        let saved = self.store.save(key, record);
        let held = if saved.is_err() { self.store.load(key).ok() } else { None };
        let mut unsaved = self.unsaved();
        match saved {
            Ok(()) => {
                unsaved.remove(key);
                Ok(())
            }
            Err(error) => {
                unsaved.insert(key.to_owned(), Unsaved { record: record.clone(), instead_of: held });
                Err(cause(error))
            }
        }
    }

    fn unsaved(&self) -> MutexGuard<'_, BTreeMap<String, Unsaved>> {
        self.unsaved.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn cause(error: io::Error) -> Cause {
    Arc::new(error)
}

fn failed(error: io::Error) -> Error {
    Error::Store(cause(error))
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
