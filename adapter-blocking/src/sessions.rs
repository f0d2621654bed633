use std::fmt;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cognito_core::operation::Context;
use cognito_core::storage::{devices_key, last_user_key, last_username, username_of_key};
use cognito_core::{
    AppClient, ChangeDevices, Devices, Error, KeepersByName, SessionEvent, SessionKeeper, SessionSettings, SessionTask,
    SignedIn,
};

use crate::session_handle::{SessionHandle, Shared};
use crate::shared_keeper::{SharedKeeper, drive, store_error};
use crate::{Client, Store};

/// The sessions of all users of one app client. A store keeps the sessions.
///
/// ```no_run
/// # use cognito_blocking::{Client, Error, FileStore, Sessions, SignedIn};
/// # use cognito_blocking::operation::GetUser;
/// # fn keep(client: Client, signed_in: SignedIn) -> Result<(), Error> {
/// let sessions = Sessions::new(client, FileStore::new("sessions.json"));
/// sessions.save(&signed_in)?;
/// // Later, or in another process: the tokens are refreshed before they expire.
/// let username = sessions.last_username()?.ok_or(Error::NotSignedIn)?;
/// let user = sessions.user(&username).call(GetUser::new())?;
/// # Ok(()) }
/// ```
///
/// The user's canonical name, [`Session::username`](cognito_core::Session::username), identifies a session. A
/// user stays signed in until the application calls [`SessionHandle::sign_out`] or [`SessionHandle::forget`],
/// or until the service returns an error that [ends the session](Error::ends_session).
///
/// The store also contains this machine's [devices](Self::devices). The devices stay in the store after a
/// session ends: pass the devices to the next sign-in.
///
/// If a session cannot be saved, the session stays in memory and remains usable. The next job for this
/// session tries to save the session again. Before the program ends, call [`flush`](Self::flush). Cloning a
/// `Sessions` is cheap: all clones share the same sessions.
#[derive(Clone)]
pub struct Sessions {
    settings: SessionSettings,
    shared: Arc<Shared>,
    keepers: Arc<Mutex<KeepersByName<SharedKeeper<SessionKeeper>>>>,
}

impl Sessions {
    /// Creates a `Sessions` that keeps the sessions of this client's users in the given store. By default,
    /// tokens are refreshed one minute before they expire.
    #[must_use]
    pub fn new(client: Client, store: impl Store + 'static) -> Self {
        let shared = Shared { client, store: Box::new(store), listeners: Mutex::default() };
        Self { settings: SessionSettings::default(), shared: Arc::new(shared), keepers: Arc::default() }
    }

    /// Sets the margin. A handle refreshes tokens that expire within the margin. The default margin is one
    /// minute.
    #[must_use]
    pub fn with_margin(mut self, margin: Duration) -> Self {
        self.settings.margin = margin;
        self
    }

    /// Sets the context data that is sent with every refresh.
    #[must_use]
    pub fn with_context(mut self, context: Context) -> Self {
        self.settings.context = context;
        self
    }

    /// Sets the display name of a device that a refresh registers at the service.
    #[must_use]
    pub fn with_device_name(mut self, name: impl Into<String>) -> Self {
        self.settings.device_name = Some(name.into());
        self
    }

    /// Returns a handle to the session of the user with this canonical name, even if the user is not signed
    /// in. All handles of one user share one session.
    #[must_use]
    pub fn user(&self, username: &str) -> SessionHandle {
        let make = || SharedKeeper::new(SessionKeeper::new(self.app_client(), username, &self.settings));
        let mut keepers = self.keepers.lock().unwrap_or_else(PoisonError::into_inner);
        let keeper = keepers.get_or_insert_with(username, make, |keeper| keeper.lock().is_idle());
        SessionHandle::new(username, Arc::clone(&self.shared), keeper)
    }

    /// Saves the result of a sign-in: the session, the device, and the name that
    /// [`last_username`](Self::last_username) returns. The new session replaces an earlier session of the
    /// same user.
    ///
    /// # Errors
    /// Returns [`Error::Store`] if the store cannot be read or written. The session stays valid. The session
    /// and the changes to the device stay in memory.
    pub fn save(&self, signed_in: &SignedIn) -> Result<SessionHandle, Error> {
        let handle = self.user(signed_in.session.username());
        handle.outcome(|| SessionTask::Save(Box::new(signed_in.clone())))?.result?;
        Ok(handle)
    }

    /// Returns the names of the users who have a session in the store. The names are sorted by the storage
    /// keys of the sessions.
    ///
    /// # Errors
    /// Returns [`Error::Store`] if the store cannot be read.
    pub fn usernames(&self) -> Result<Vec<String>, Error> {
        let keys = self.shared.store.keys().map_err(store_error)?;
        Ok(keys.iter().filter_map(|key| username_of_key(self.app_client(), key)).collect())
    }

    /// Returns the name of the user who signed in last. A program can suggest this name at its next start.
    ///
    /// The user may have signed out after that sign-in.
    ///
    /// # Errors
    /// Returns [`Error::Store`] if the store cannot be read.
    pub fn last_username(&self) -> Result<Option<String>, Error> {
        let record = self.shared.store.load(&last_user_key(self.app_client())).map_err(store_error)?;
        Ok(record.as_ref().and_then(last_username))
    }

    /// Returns this machine's remembered devices. Pass the devices to
    /// [`SignIn::with_devices`](cognito_core::SignIn::with_devices) before a sign-in.
    ///
    /// # Errors
    /// Returns [`Error::Store`] if the store cannot be read, or if the record of the devices is invalid.
    pub fn devices(&self) -> Result<Devices, Error> {
        let record = self.shared.store.load(&devices_key(self.app_client())).map_err(store_error)?;
        Devices::from_stored(record.as_ref())
    }

    /// Locks this machine's devices in the store, reads them, and passes them to `change`. If `change`
    /// returns true, saves the devices.
    ///
    /// Use this method if the user removes a device at the service, or if a device is registered some time
    /// after the sign-in.
    ///
    /// # Errors
    /// Returns [`Error::Store`] if the store cannot be locked, read or written.
    pub fn change_devices(&self, change: impl FnOnce(&mut Devices) -> bool) -> Result<(), Error> {
        let mut change = ChangeDevices::new(self.app_client(), change);
        let Shared { client, store, .. } = &*self.shared;
        drive(&**store, client.transport(), Duration::ZERO, Ok(()), |event| change.step(event))?
    }

    /// Saves all sessions and devices that could not be saved earlier.
    ///
    /// # Errors
    /// Stops at the first session or device that still cannot be saved, and returns [`Error::Store`]. Unsaved
    /// sessions and devices stay in memory.
    pub fn flush(&self) -> Result<(), Error> {
        let keepers = self.keepers.lock().unwrap_or_else(PoisonError::into_inner).to_vec();
        for (username, keeper) in keepers {
            if keeper.lock().has_unsaved() {
                let handle = SessionHandle::new(&username, Arc::clone(&self.shared), keeper);
                handle.outcome(|| SessionTask::Flush)?.result?;
            }
        }
        Ok(())
    }

    /// Returns the receiver of a new channel. The channel transmits all future events of all sessions:
    /// sign-ins, refreshes, sign-outs and expiries.
    #[must_use]
    pub fn subscribe(&self) -> Receiver<SessionEvent> {
        let (sender, receiver) = channel();
        self.shared.listeners.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
        receiver
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
