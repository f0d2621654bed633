use std::fmt;
use std::sync::Arc;

use cognito_core::adapter::now;
use cognito_core::operation::{Paged, SignedIn};
use cognito_core::secret::{AccessToken, IdToken};
use cognito_core::{
    AppClient, Error, KeptSession, RemoteSignOut, Session, SessionEnd, SessionKeeper, SessionTask, SignOut,
    SignOutScope, SignedOut,
};
use futures_util::stream::{self, Stream};

use crate::keeping::{Driver, failed};
use crate::sessions::{Shared, User};

/// One user's session: a valid token whenever asked.
///
/// Tokens are refreshed ahead of their expiry, once for however many tasks ask, and saved before anybody gets them. A task
/// that is cancelled while it waits stops nothing: a refresh runs to its end in a task of its own. It can be shared and
/// cloned; all handles of one user from one [`Sessions`](crate::Sessions) are the same. Use it within a tokio runtime.
///
/// ```no_run
/// # use cognito_tokio::{Error, SessionHandle, operation::ListDevices};
/// # use futures_util::{StreamExt, pin_mut};
/// # async fn list(session: &SessionHandle) -> Result<(), Error> {
/// let header = format!("Bearer {}", session.access_token().await?.expose());
/// let pages = session.pages(ListDevices::new());
/// pin_mut!(pages);
/// while let Some(page) = pages.next().await {
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
    pub async fn get(&self) -> Result<KeptSession, Error> {
        // Good tokens wait for nobody.
        let usable = self.user.keeping.keeper().usable(now()).cloned();
        match usable {
            Some(session) => Ok(session.into()),
            None => self.kept(|| SessionTask::Get).await,
        }
    }

    /// An access token that is good.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn access_token(&self) -> Result<AccessToken, Error> {
        Ok(self.get().await?.session.access_token().clone())
    }

    /// An ID token that is good, if the session has one.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn id_token(&self) -> Result<Option<IdToken>, Error> {
        Ok(self.get().await?.session.id_token().cloned())
    }

    /// The session, refreshed now: with what has changed in attributes and groups.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn refresh(&self) -> Result<KeptSession, Error> {
        self.kept(|| SessionTask::Refresh).await
    }

    /// Calls an operation for the user. When the service refuses the access token as such, which it may have revoked, the
    /// session is refreshed and the call made once more.
    ///
    /// # Errors
    /// As [`get`](Self::get), and what the call fails with.
    pub async fn call<O>(&self, operation: O) -> Result<O::Response, Error>
    where
        O: SignedIn + Clone + Send + 'static,
        O::Response: Send + 'static,
    {
        let session = self.get().await?.session;
        match self.shared.client.call_signed_in(&session, operation.clone()).await {
            Err(error) if error.refuses_access_token() && session.refresh_token().is_some() => {
                let renewed = self.refresh().await?.session;
                self.shared.client.call_signed_in(&renewed, operation).await
            }
            result => result,
        }
    }

    /// Calls an operation for the user page by page, beginning with this one. An error ends it.
    pub fn pages<O>(&self, operation: O) -> impl Stream<Item = Result<O::Response, Error>> + Send + use<O>
    where
        O: Paged + Send + Sync + 'static,
        O::Response: Send + 'static,
    {
        let handle = self.clone();
        stream::unfold(Some(operation), move |next| {
            let handle = handle.clone();
            async move {
                let operation = next?;
                let page = handle.call(operation.clone()).await;
                let next = page.as_ref().ok().and_then(|page| operation.next_page(page));
                Some((page, next))
            }
        })
    }

    /// Signs the user out: at the service as far as the scope says, and in the store whatever the service says.
    pub async fn sign_out(&self, scope: SignOutScope) -> SignedOut {
        let remote = self.sign_out_remotely(scope).await.unwrap_or_else(RemoteSignOut::Failed);
        SignedOut::new(remote, self.work(|| SessionTask::Remove).await.map(|_| ()))
    }

    /// Removes the user's session and device from the store and asks nobody: for a user who has been deleted.
    ///
    /// # Errors
    /// [`Error::Store`]
    pub async fn forget(&self) -> Result<(), Error> {
        let device = self.shared.change_devices(|devices| devices.remove(self.username()).is_some()).await;
        self.work(|| SessionTask::Remove).await?;
        device
    }

    async fn sign_out_remotely(&self, scope: SignOutScope) -> Result<RemoteSignOut, Error> {
        let session = match scope {
            SignOutScope::Local => return Ok(RemoteSignOut::NotAsked),
            // It is done with the access token, which must be good.
            SignOutScope::Global => self.get().await?.session,
            _ => self.newest().await?,
        };
        self.shared.client.run(SignOut::new(self.shared.client.app_client(), &session, scope)).await
    }

    /// The session as it is, whatever its tokens are good for.
    async fn newest(&self) -> Result<Session, Error> {
        let (newest, key) = {
            let keeper = self.user.keeping.keeper();
            (keeper.newest().cloned(), keeper.key().to_owned())
        };
        if let Some(session) = newest {
            return Ok(session);
        }
        let record = self.shared.store.load(&key).await.map_err(failed)?.ok_or(Error::NotSignedIn)?;
        Session::from_record(&record)
    }

    async fn kept(&self, task: impl Fn() -> SessionTask + Send + Sync) -> Result<KeptSession, Error> {
        self.work(task).await?.ok_or(Error::NotSignedIn)
    }

    /// Does a task, or waits for whoever does it. Who stops waiting stops nothing.
    pub(crate) async fn work(
        &self,
        task: impl Fn() -> SessionTask + Send + Sync,
    ) -> Result<Option<KeptSession>, Error> {
        let handle = self.clone();
        self.user.keeping.work(task, |driver| handle.drive(driver), Some).await
    }

    /// Drives the keeper to the end of its work, and takes over what it has to tell of the device.
    async fn drive(self, driver: Driver<SessionKeeper>) -> Result<Option<KeptSession>, Error> {
        let Shared { client, store, .. } = &*self.shared;
        let end = driver.drive(&**store, client.transport(), async { client.seed() }).await?;
        let SessionEnd { mut result, change, .. } = end;
        if let Ok(Some(kept)) = &mut result
            && !kept.device.is_empty()
            && let Err(error) =
                self.shared.change_devices(|devices| devices.update(self.username(), &kept.device)).await
        {
            kept.save_error.get_or_insert(Arc::new(error));
        }
        if let Some(event) = change {
            self.shared.tell(event);
        }
        result
    }
}

impl fmt::Debug for SessionHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SessionHandle").field("username", &self.user.username).finish_non_exhaustive()
    }
}
