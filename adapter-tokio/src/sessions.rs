use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cognito_core::operation::Context;
use cognito_core::storage::{devices_key, last_user_key, last_username, username_of_key};
use cognito_core::{
    AppClient, ChangeDevices, Devices, Error, KeepersByName, SessionEvent, SessionKeeper, SessionSettings, SessionTask,
    SignedIn,
};

use tokio::sync::broadcast::{Receiver, channel};

use crate::session_handle::{SessionHandle, Shared};
use crate::shared_keeper::{SharedKeeper, drive, store_error};
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
/// Users go by their canonical name, [`Session::username`](cognito_core::Session::username). Nothing signs a
/// user out but [`SessionHandle::sign_out`] and a refusal of the service that [ends the
/// session](Error::ends_session).
///
/// Beside the sessions are the [devices](Self::devices) that the service remembers. They outlast a session:
/// give them to the next sign-in.
///
/// A session that cannot be saved is kept in memory, used, and saved with the next chance; a program that is
/// about to end calls [`flush`](Self::flush). Cloning is cheap, and clones are the same sessions.
#[derive(Clone)]
pub struct Sessions {
    settings: SessionSettings,
    shared: Arc<Shared>,
    keepers: Arc<Mutex<KeepersByName<SharedKeeper<SessionKeeper>>>>,
}

/// The number of events that wait for a slow listener. Then the oldest are dropped.
const MAX_WAITING_EVENTS: usize = 256;

impl Sessions {
    /// The sessions in this store. Tokens are refreshed a minute before they expire.
    #[must_use]
    pub fn new(client: Client, store: impl Store + 'static) -> Self {
        let shared = Shared { client, store: Box::new(store), listeners: channel(MAX_WAITING_EVENTS).0 };
        Self { settings: SessionSettings::default(), shared: Arc::new(shared), keepers: Arc::default() }
    }

    /// Refreshes tokens this long before they expire.
    #[must_use]
    pub fn with_margin(mut self, margin: Duration) -> Self {
        self.settings.margin = margin;
        self
    }

    /// Sends this with every refresh.
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

    /// The session of the user of this canonical name, even if there is none yet. All handles of a user share
    /// it.
    #[must_use]
    pub fn user(&self, username: &str) -> SessionHandle {
        let make = || SharedKeeper::new(SessionKeeper::new(self.app_client(), username, &self.settings));
        let mut keepers = self.keepers.lock().unwrap_or_else(PoisonError::into_inner);
        let keeper = keepers.get_or_insert_with(username, make, |keeper| keeper.lock().is_idle());
        SessionHandle::new(username, Arc::clone(&self.shared), keeper)
    }

    /// Stores the session of a user who has signed in, in place of the earlier one; the user as the last to
    /// have signed in; and the device.
    ///
    /// # Errors
    /// [`Error::Store`]. The session is valid nevertheless, and stays in memory with the device.
    pub async fn save(&self, signed_in: &SignedIn) -> Result<SessionHandle, Error> {
        let handle = self.user(signed_in.session.username());
        handle.outcome(|| SessionTask::Save(Box::new(signed_in.clone()))).await?.result?;
        Ok(handle)
    }

    /// The users who have a session in the store, sorted by key.
    ///
    /// # Errors
    /// [`Error::Store`]
    pub async fn usernames(&self) -> Result<Vec<String>, Error> {
        let keys = self.shared.store.keys().await.map_err(store_error)?;
        Ok(keys.iter().filter_map(|key| username_of_key(self.app_client(), key)).collect())
    }

    /// The user who signed in last. It is a hint for the next start: the session, if there is one, goes by
    /// its own name.
    ///
    /// # Errors
    /// [`Error::Store`]
    pub async fn last_username(&self) -> Result<Option<String>, Error> {
        let record = self.shared.store.load(&last_user_key(self.app_client())).await.map_err(store_error)?;
        Ok(record.as_ref().and_then(last_username))
    }

    /// This machine's devices, for [`SignIn::with_devices`](cognito_core::SignIn::with_devices).
    ///
    /// # Errors
    /// [`Error::Store`]
    pub async fn devices(&self) -> Result<Devices, Error> {
        let record = self.shared.store.load(&devices_key(self.app_client())).await.map_err(store_error)?;
        Devices::from_stored(record.as_ref())
    }

    /// Changes this machine's devices, and stores them if the change returns true: for a device that the user
    /// has had forgotten, or one that was registered late.
    ///
    /// # Errors
    /// [`Error::Store`]
    pub async fn change_devices(&self, change: impl FnOnce(&mut Devices) -> bool + Send) -> Result<(), Error> {
        let mut change = ChangeDevices::new(self.app_client(), change);
        drive(self.shared.world(), Ok(()), |event| change.step(event)).await?
    }

    /// Saves the sessions and devices that could not be saved before.
    ///
    /// # Errors
    /// [`Error::Store`] when one of them cannot be saved this time either. It stays in memory.
    pub async fn flush(&self) -> Result<(), Error> {
        let keepers = self.keepers.lock().unwrap_or_else(PoisonError::into_inner).to_vec();
        for (username, keeper) in keepers {
            if keeper.lock().has_unsaved() {
                let handle = SessionHandle::new(&username, Arc::clone(&self.shared), keeper);
                handle.outcome(|| SessionTask::Flush).await?.result?;
            }
        }
        Ok(())
    }

    /// Receives every event in the life of a session from now on: signed in, refreshed, signed out, expired.
    /// A listener who falls behind by more than 256 events misses the oldest.
    #[must_use]
    pub fn subscribe(&self) -> Receiver<SessionEvent> {
        self.shared.listeners.subscribe()
    }

    fn app_client(&self) -> &AppClient {
        self.shared.client.app_client()
    }
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
