use std::fmt;
use std::sync::Arc;

use cognito_core::operation::{Paged, SignedIn};
use cognito_core::secret::{AccessToken, IdToken};
use cognito_core::{
    AppClient, Error, KeptSession, RemoteSignOut, Session, SessionEnd, SessionTask, SignOut, SignOutScope, SignedOut,
};

use crate::keeping::failed;
use crate::sessions::{Shared, User};
use cognito_core::adapter::now;

/// One user's session: a valid token whenever asked.
///
/// Tokens are refreshed ahead of their expiry, once for however many threads ask, and saved before anybody gets them. It
/// can be shared between threads, and cloned; all handles of one user from one [`Sessions`](crate::Sessions) are the same.
///
/// ```no_run
/// # use cognito_blocking::{Error, SessionHandle, operation::ListDevices};
/// # fn list(session: &SessionHandle) -> Result<(), Error> {
/// let header = format!("Bearer {}", session.access_token()?.expose());
/// for page in session.pages(ListDevices::new()) {
///     println!("{} devices", page?.devices.len());
/// }
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct SessionHandle {
    shared: Arc<Shared>,
    user: Arc<User>,
}

impl SessionHandle {
    pub(crate) fn new(shared: Arc<Shared>, user: Arc<User>) -> Self {
        Self { shared, user }
    }

    /// The user's canonical name.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.user.username
    }

    pub(crate) fn app_client(&self) -> &AppClient {
        self.shared.client.app_client()
    }

    /// The session in memory, whatever its tokens are good for, and which of those that the user has had it is.
    pub(crate) fn known(&self) -> Option<(Session, u64)> {
        let keeper = self.user.keeping.keeper();
        keeper.newest().map(|session| (session.clone(), keeper.generation()))
    }

    /// Which session this is, of those that the user has had; none while there is none in memory, which there is from its
    /// first use until it ends.
    pub(crate) fn generation(&self) -> Option<u64> {
        let keeper = self.user.keeping.keeper();
        keeper.newest().map(|_| keeper.generation())
    }

    /// The session. Its tokens are refreshed, and saved, when they expire within the margin; if they cannot be, and are
    /// still good, they come with the reason.
    ///
    /// # Errors
    /// As [`SessionEnd::result`].
    pub fn get(&self) -> Result<KeptSession, Error> {
        // Good tokens wait for nobody.
        let usable = self.user.keeping.keeper().usable(now()).cloned();
        usable.map_or_else(|| self.kept(|| SessionTask::Get), |session| Ok(session.into()))
    }

    /// An access token that is good.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn access_token(&self) -> Result<AccessToken, Error> {
        Ok(self.get()?.session.access_token().clone())
    }

    /// An ID token that is good, if the session has one.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn id_token(&self) -> Result<Option<IdToken>, Error> {
        Ok(self.get()?.session.id_token().cloned())
    }

    /// The session, refreshed now: with what has changed in attributes and groups.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn refresh(&self) -> Result<KeptSession, Error> {
        self.kept(|| SessionTask::Refresh)
    }

    /// Calls an operation for the user. When the service refuses the access token as such, which it may have revoked, the
    /// session is refreshed and the call made once more.
    ///
    /// # Errors
    /// As [`get`](Self::get), and what the call fails with.
    pub fn call<O: SignedIn + Clone>(&self, operation: O) -> Result<O::Response, Error> {
        let session = self.get()?.session;
        match self.shared.client.call_signed_in(&session, operation.clone()) {
            Err(error) if error.refuses_access_token() && session.refresh_token().is_some() => {
                self.shared.client.call_signed_in(&self.refresh()?.session, operation)
            }
            result => result,
        }
    }

    /// Calls an operation for the user page by page, beginning with this one. An error ends it.
    pub fn pages<O: Paged>(&self, operation: O) -> impl Iterator<Item = Result<O::Response, Error>> + use<O> {
        let (handle, mut next) = (self.clone(), Some(operation));
        core::iter::from_fn(move || {
            let operation = next.take()?;
            let page = handle.call(operation.clone());
            next = page.as_ref().ok().and_then(|page| operation.next_page(page));
            Some(page)
        })
    }

    /// Signs the user out: at the service as far as the scope says, and in the store whatever the service says.
    pub fn sign_out(&self, scope: SignOutScope) -> SignedOut {
        let remote = self.sign_out_remotely(scope).unwrap_or_else(RemoteSignOut::Failed);
        SignedOut::new(remote, self.work(|| SessionTask::Remove).map(|_| ()))
    }

    /// Removes the user's session and device from the store and asks nobody: for a user who has been deleted.
    ///
    /// # Errors
    /// [`Error::Store`]
    pub fn forget(&self) -> Result<(), Error> {
        let device = self.shared.change_devices(|devices| devices.remove(self.username()).is_some());
        self.work(|| SessionTask::Remove)?;
        device
    }

    fn sign_out_remotely(&self, scope: SignOutScope) -> Result<RemoteSignOut, Error> {
        let session = match scope {
            SignOutScope::Local => return Ok(RemoteSignOut::NotAsked),
            // It is done with the access token, which must be good.
            SignOutScope::Global => self.get()?.session,
            _ => self.newest()?,
        };
        self.shared.client.run(SignOut::new(self.shared.client.app_client(), &session, scope))
    }

    /// The session as it is, whatever its tokens are good for.
    fn newest(&self) -> Result<Session, Error> {
        let (newest, key) = {
            let keeper = self.user.keeping.keeper();
            (keeper.newest().cloned(), keeper.key().to_owned())
        };
        if let Some(session) = newest {
            return Ok(session);
        }
        let record = self.shared.store.load(&key).map_err(failed)?.ok_or(Error::NotSignedIn)?;
        Session::from_record(&record)
    }

    fn kept(&self, task: impl Fn() -> SessionTask) -> Result<KeptSession, Error> {
        self.work(task)?.ok_or(Error::NotSignedIn)
    }

    /// Does a task, or waits for whoever does it.
    pub(crate) fn work(&self, task: impl Fn() -> SessionTask) -> Result<Option<KeptSession>, Error> {
        self.user.keeping.work(task, || self.drive(), Some)
    }

    /// Drives the keeper to the end of its work, and takes over what it has to tell of the device.
    fn drive(&self) -> Result<Option<KeptSession>, Error> {
        let Shared { client, store, .. } = &*self.shared;
        let end = self.user.keeping.drive(&**store, client.transport(), || client.seed())?;
        let SessionEnd { mut result, change, .. } = end;
        if let Ok(Some(kept)) = &mut result
            && !kept.device.is_empty()
            && let Err(error) = self.shared.change_devices(|devices| devices.update(self.username(), &kept.device))
        {
            kept.save_error.get_or_insert(Arc::new(error));
        }
        if let Some(event) = change {
            self.shared.tell(&event);
        }
        result
    }
}

impl fmt::Debug for SessionHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SessionHandle").field("username", &self.user.username).finish_non_exhaustive()
    }
}
