use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cognito_core::operation::Context;
use cognito_core::session::{Record, last_user_key, username_of_key};
use cognito_core::{Devices, Error, SessionEvent, SessionKeeper, SessionTask, SignedIn, devices_key};

use tokio::sync::broadcast::{Receiver, Sender, channel};

use crate::keeping::{Keeping, failed};
use crate::session_handle::SessionHandle;
use crate::{Client, Store};

/// The sessions of an app client's users, in a store.
///
/// ```no_run
/// # use cognito_tokio::{Client, Error, FileStore, Sessions, SignedIn, operation::GetUser};
/// # async fn keep(client: Client, signed_in: SignedIn) -> Result<(), Error> {
/// let sessions = Sessions::new(client, FileStore::new("sessions.json"));
/// sessions.save(&signed_in).await?;
/// // Later, or in another process: the tokens are refreshed when it is time.
/// let username = sessions.last_username().await?.ok_or(Error::NotSignedIn)?;
/// let user = sessions.user(&username).call(GetUser::new()).await?;
/// # Ok(()) }
/// ```
///
/// Users go by their canonical name, [`Session::username`](cognito_core::Session::username). Nothing signs a user out but
/// [`SessionHandle::sign_out`] and a refusal of the service that [ends the session](Error::ends_session).
///
/// Beside the sessions are the [devices](Self::devices) that the service remembers. They outlast a session: give them to
/// the next sign-in.
///
/// A session that cannot be saved is kept in memory, used, and saved with the next chance; a program that is about to end
/// calls [`flush`](Self::flush). Cloning is cheap, and clones are the same sessions.
#[derive(Clone)]
pub struct Sessions {
    settings: Settings,
    shared: Arc<Shared>,
}

#[derive(Clone)]
struct Settings {
    margin: Duration,
    context: Context,
    device_name: Option<String>,
}

/// What all handles of one store have in common.
pub(crate) struct Shared {
    pub(crate) client: Client,
    pub(crate) store: Box<dyn Store>,
    users: Mutex<BTreeMap<String, Arc<User>>>,
    listeners: Sender<SessionEvent>,
}

/// One user's keeper.
pub(crate) struct User {
    pub(crate) username: String,
    pub(crate) keeping: Arc<Keeping<SessionKeeper>>,
}

/// So many users are kept in mind before those in whom nobody has an interest are forgotten.
const MANY: usize = 64;

/// So many changes wait for a listener who is slow; then the oldest are dropped.
const CHANGES: usize = 256;

impl Sessions {
    /// The sessions in this store. Tokens are refreshed a minute before they expire.
    #[must_use]
    pub fn new(client: Client, store: impl Store + 'static) -> Self {
        let settings = Settings { margin: Duration::from_secs(60), context: Context::default(), device_name: None };
        let (users, listeners) = (Mutex::default(), channel(CHANGES).0);
        Self { settings, shared: Arc::new(Shared { client, store: Box::new(store), users, listeners }) }
    }

    /// Refreshes tokens so long before they expire.
    #[must_use]
    pub fn with_margin(mut self, margin: Duration) -> Self {
        self.settings.margin = margin;
        self
    }

    /// Sends this along with every refresh.
    #[must_use]
    pub fn with_context(mut self, context: Context) -> Self {
        self.settings.context = context;
        self
    }

    /// Gives this name, for people to read, to a device that a refresh registers.
    #[must_use]
    pub fn with_device_name(mut self, name: impl Into<String>) -> Self {
        self.settings.device_name = Some(name.into());
        self
    }

    /// The session of the user of this canonical name, whether there is one yet or not. All handles of a user share it.
    #[must_use]
    pub fn user(&self, username: &str) -> SessionHandle {
        let mut users = whole(&self.shared.users);
        if users.len() >= MANY && users.len().is_power_of_two() {
            users.retain(|_, user| Arc::strong_count(user) > 1 || !user.keeping.keeper().is_idle());
        }
        let user = users.entry(username.to_owned()).or_insert_with(|| Arc::new(self.new_user(username)));
        SessionHandle::new(Arc::clone(&self.shared), Arc::clone(user))
    }

    fn new_user(&self, username: &str) -> User {
        let Settings { margin, context, device_name } = self.settings.clone();
        let keeper = SessionKeeper::new(self.shared.client.app_client(), username, margin).with_context(context);
        let keeper = match device_name {
            Some(name) => keeper.with_device_name(name),
            None => keeper,
        };
        User { username: username.to_owned(), keeping: Arc::new(Keeping::new(keeper)) }
    }

    /// Stores the session of a user who has signed in, in place of the earlier one, and the user as the last to have
    /// signed in; and what the sign-in has learned of the device.
    ///
    /// # Errors
    /// [`Error::Store`]; the session is good all the same, and kept in memory.
    pub async fn save(&self, signed_in: &SignedIn) -> Result<SessionHandle, Error> {
        let session = &signed_in.session;
        let handle = self.user(session.username());
        handle.work(|| SessionTask::Save(Box::new(session.clone()))).await?;
        self.change_devices(|devices| devices.update(session.username(), &signed_in.device)).await?;
        Ok(handle)
    }

    /// The users who have a session in the store, sorted by key.
    ///
    /// # Errors
    /// [`Error::Store`]
    pub async fn usernames(&self) -> Result<Vec<String>, Error> {
        let keys = self.shared.store.keys().await.map_err(failed)?;
        Ok(keys.iter().filter_map(|key| username_of_key(self.shared.client.app_client(), key)).collect())
    }

    /// The user who signed in last. It is a hint for the next start: the session, if there is one, goes by its own name.
    ///
    /// # Errors
    /// [`Error::Store`]
    pub async fn last_username(&self) -> Result<Option<String>, Error> {
        let key = last_user_key(self.shared.client.app_client());
        let record = self.shared.store.load(&key).await.map_err(failed)?;
        Ok(record.and_then(|record| String::from_utf8(record.as_bytes().to_vec()).ok()))
    }

    /// This machine's devices, for [`SignIn::with_devices`](cognito_core::SignIn::with_devices).
    ///
    /// # Errors
    /// [`Error::Store`]
    pub async fn devices(&self) -> Result<Devices, Error> {
        self.shared.devices().await
    }

    /// Changes this machine's devices, and stores them if the change says that it has changed anything: for a device that
    /// the user has had forgotten, or one that was registered late.
    ///
    /// # Errors
    /// [`Error::Store`]
    pub async fn change_devices(&self, change: impl FnOnce(&mut Devices) -> bool + Send) -> Result<(), Error> {
        self.shared.change_devices(change).await
    }

    /// Tries once more to save what could not be saved.
    ///
    /// # Errors
    /// [`Error::Store`] when something still cannot; it stays in memory.
    pub async fn flush(&self) -> Result<(), Error> {
        let users: Vec<_> = whole(&self.shared.users).values().map(Arc::clone).collect();
        let unsaved = users.into_iter().filter(|user| user.keeping.keeper().has_unsaved());
        for user in unsaved {
            SessionHandle::new(Arc::clone(&self.shared), user).work(|| SessionTask::Flush).await?;
        }
        Ok(())
    }

    /// Tells of every change to a session from now on: signed in, refreshed, signed out, expired. Who falls behind by more
    /// than 256 misses the oldest.
    #[must_use]
    pub fn subscribe(&self) -> Receiver<SessionEvent> {
        self.shared.listeners.subscribe()
    }
}

impl Shared {
    async fn devices(&self) -> Result<Devices, Error> {
        let key = devices_key(self.client.app_client());
        let record: Option<Record> = self.store.load(&key).await.map_err(failed)?;
        record.map_or_else(|| Ok(Devices::new()), |record| Devices::from_record(&record))
    }

    pub(crate) async fn change_devices(&self, change: impl FnOnce(&mut Devices) -> bool + Send) -> Result<(), Error> {
        let key = devices_key(self.client.app_client());
        let _lock = self.store.lock(&key).await.map_err(failed)?;
        let mut devices = self.devices().await?;
        if !change(&mut devices) {
            return Ok(());
        }
        let record = devices.to_record();
        self.store.save(&key, &record).await.map_err(failed)
    }

    /// Tells those who listen, if anybody does.
    pub(crate) fn tell(&self, event: SessionEvent) {
        let _ = self.listeners.send(event);
    }
}

/// Whatever panics elsewhere leaves what is behind these mutexes whole.
fn whole<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Sessions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Sessions")
            .field("client", &self.shared.client)
            .field("margin", &self.settings.margin)
            .finish_non_exhaustive()
    }
}
