use std::fmt;
use std::sync::Arc;

use cognito_core::adapter::now;
use cognito_core::operation::{Paged, TokenAuthorized};
use cognito_core::secret::{AccessToken, IdToken};
use cognito_core::{
    AppClient, Error, KeptSession, Pages, Session, SessionCall, SessionEvent, SessionKeeper, SessionOutcome,
    SessionTask, SignOutScope, SignedOut,
};

use futures_util::stream::{self, Stream};
use tokio::sync::broadcast::Sender;

use crate::shared_keeper::{Driver, Ran, Resources, SharedKeeper};
use crate::{Client, Store};

/// A handle to the session of one user. Before the handle returns the session, it refreshes tokens that are
/// about to expire.
///
/// Tasks that need new tokens at the same time share one refresh. New tokens are saved before any caller gets
/// them. A handle can be cloned and shared between tasks. If the same [`Sessions`](crate::Sessions) returns
/// several handles for one user, the handles share one session.
///
/// Every method is cancel-safe. Each refresh runs in a separate tokio task. If the caller drops the method's
/// future, the task continues. Use a handle inside a tokio runtime.
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
    username: String,
    shared: Arc<Shared>,
    keeper: Arc<SharedKeeper<SessionKeeper>>,
}

/// The client, the store and the event listeners that all handles from one `Sessions` share.
pub(crate) struct Shared {
    pub(crate) client: Client,
    pub(crate) store: Box<dyn Store>,
    pub(crate) listeners: Sender<SessionEvent>,
}

impl SessionHandle {
    pub(crate) fn new(username: &str, shared: Arc<Shared>, keeper: Arc<SharedKeeper<SessionKeeper>>) -> Self {
        Self { username: username.to_owned(), shared, keeper }
    }

    /// Returns the user's canonical name, [`Session::username`].
    #[must_use]
    pub fn username(&self) -> &str {
        &self.username
    }

    pub(crate) fn app_client(&self) -> &AppClient {
        self.shared.client.app_client()
    }

    /// Returns the newest session in memory, and the session's [generation](SessionKeeper::generation).
    pub(crate) fn newest(&self) -> Option<(Session, u64)> {
        let keeper = self.keeper.lock();
        keeper.newest().map(|session| (session.clone(), keeper.generation()))
    }

    /// Returns the generation of the session in memory, or `None` if no session is in memory.
    pub(crate) fn generation(&self) -> Option<u64> {
        let keeper = self.keeper.lock();
        keeper.newest().map(|_| keeper.generation())
    }

    /// Returns the session with valid tokens.
    ///
    /// If the tokens expire within the [margin](crate::Sessions::with_margin), refreshes and saves the tokens
    /// first. If the refresh fails and the old tokens are still valid, returns the session with the old
    /// tokens, together with the error.
    ///
    /// # Errors
    /// Fails with the errors documented at [`SessionOutcome::result`].
    pub async fn get(&self) -> Result<KeptSession, Error> {
        // Valid tokens need no job.
        let usable = self.keeper.lock().usable(now()).cloned();
        match usable {
            Some(session) => Ok(session.into()),
            None => self.session(|| SessionTask::Get).await,
        }
    }

    /// Returns a valid access token. Refreshes the session first if necessary.
    ///
    /// # Errors
    /// Returns the same errors as [`get`](Self::get).
    pub async fn access_token(&self) -> Result<AccessToken, Error> {
        Ok(self.get().await?.session.access_token().clone())
    }

    /// Returns a valid ID token, or `None` if the session has no ID token. Refreshes the session first if
    /// necessary.
    ///
    /// # Errors
    /// Returns the same errors as [`get`](Self::get).
    pub async fn id_token(&self) -> Result<Option<IdToken>, Error> {
        Ok(self.get().await?.session.id_token().cloned())
    }

    /// Refreshes the session even if the tokens are valid, so that the new tokens contain the user's current
    /// attributes and groups.
    ///
    /// # Errors
    /// Returns the same errors as [`get`](Self::get), and [`Error::NoRefreshToken`] if the session has no
    /// refresh token.
    pub async fn refresh(&self) -> Result<KeptSession, Error> {
        self.session(|| SessionTask::Refresh).await
    }

    /// Calls an operation for the user of this session. If the service rejects the access token, refreshes
    /// the session and retries the call once.
    ///
    /// # Errors
    /// Returns the same errors as [`get`](Self::get), and the errors of the operation.
    pub async fn call<O>(&self, operation: O) -> Result<O::Response, Error>
    where
        O: TokenAuthorized + Clone + Send + 'static,
        O::Response: Send + 'static,
    {
        let mut call = SessionCall::new(self.app_client(), operation);
        let mut session = self.get().await?.session;
        loop {
            let result = self.shared.client.run(call.attempt(&session)).await;
            if !call.needs_refresh(&session, &result) {
                return result;
            }
            session = self.refresh().await?.session;
        }
    }

    /// Returns a stream of all pages of an operation's result. The first page is the response to the given
    /// request. The stream calls the operation once for each page. The stream ends after the first error.
    pub fn pages<O>(&self, operation: O) -> impl Stream<Item = Result<O::Response, Error>> + Send + use<O>
    where
        O: Paged + Send + Sync + 'static,
        O::Response: Send + 'static,
    {
        stream::unfold((self.clone(), Pages::new(operation)), |(handle, mut pages)| async move {
            let page = handle.call(pages.request()?).await;
            Some((pages.received(page), (handle, pages)))
        })
    }

    /// Signs the user out.
    ///
    /// The parameter `scope` selects which tokens the service revokes. The session is removed from the store
    /// even if the service cannot be reached.
    pub async fn sign_out(&self, scope: SignOutScope) -> SignedOut {
        self.outcome(move || SessionTask::SignOut(scope)).await.into()
    }

    /// Removes the session and the device of a deleted user from the store. Sends no request to the service.
    ///
    /// # Errors
    /// Returns [`Error::Store`] if the store cannot be written.
    pub async fn forget(&self) -> Result<(), Error> {
        self.outcome(|| SessionTask::Forget).await?.result.map(|_| ())
    }

    async fn session(&self, task: impl Fn() -> SessionTask + Send + Sync) -> Result<KeptSession, Error> {
        self.outcome(task).await?.result?.ok_or(Error::NotSignedIn)
    }

    /// Runs a task. If the caller drops the future of this method, the job continues.
    pub(crate) async fn outcome(&self, task: impl Fn() -> SessionTask + Send + Sync) -> Result<SessionOutcome, Error> {
        let shared = Arc::clone(&self.shared);
        Ok(match self.keeper.run(task, |driver| shared.drive(driver)).await? {
            Ran::Driven(outcome) => outcome,
            Ran::Joined(kept) => kept.into(),
        })
    }
}

impl Shared {
    /// Runs a job until the job ends, and sends the job's event to all listeners.
    async fn drive(self: Arc<Self>, driver: Driver<SessionKeeper>) -> Result<SessionOutcome, Error> {
        let outcome = driver.drive(self.resources(), async { self.client.seed() }).await?;
        if let Some(event) = &outcome.event {
            // Sending fails only if there is no listener.
            let _ = self.listeners.send(event.clone());
        }
        Ok(outcome)
    }

    pub(crate) fn resources(&self) -> Resources<'_> {
        Resources { store: &*self.store, transport: self.client.transport(), compute_pool: self.client.compute_pool() }
    }
}

impl fmt::Debug for SessionHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SessionHandle").field("username", &self.username).finish_non_exhaustive()
    }
}
