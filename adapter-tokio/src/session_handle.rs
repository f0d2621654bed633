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

use crate::shared_keeper::{Driver, Ran, SharedKeeper, World};
use crate::{Client, Store};

/// One user's session: a valid token whenever asked.
///
/// Tokens are refreshed ahead of their expiry, once for however many tasks ask, and saved before anybody gets
/// them. A task that is cancelled while it waits stops nothing: a refresh runs to its end in a task of its
/// own. It can be shared and cloned; all handles of one user from one [`Sessions`](crate::Sessions) are the
/// same. Use it within a tokio runtime.
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

/// What all handles of one store share.
pub(crate) struct Shared {
    pub(crate) client: Client,
    pub(crate) store: Box<dyn Store>,
    pub(crate) listeners: Sender<SessionEvent>,
}

impl SessionHandle {
    pub(crate) fn new(username: &str, shared: Arc<Shared>, keeper: Arc<SharedKeeper<SessionKeeper>>) -> Self {
        Self { username: username.to_owned(), shared, keeper }
    }

    /// The user's canonical name.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.username
    }

    pub(crate) fn app_client(&self) -> &AppClient {
        self.shared.client.app_client()
    }

    /// The newest session in memory, with its generation.
    pub(crate) fn newest(&self) -> Option<(Session, u64)> {
        let keeper = self.keeper.lock();
        keeper.newest().map(|session| (session.clone(), keeper.generation()))
    }

    /// The generation of the session in memory; `None` while there is none.
    pub(crate) fn generation(&self) -> Option<u64> {
        let keeper = self.keeper.lock();
        keeper.newest().map(|_| keeper.generation())
    }

    /// The session. Its tokens are refreshed and saved when they expire within the margin. If that fails and
    /// they are still valid, they are returned with the error.
    ///
    /// # Errors
    /// Those of [`SessionOutcome::result`].
    pub async fn get(&self) -> Result<KeptSession, Error> {
        // Valid tokens need no job.
        let usable = self.keeper.lock().usable(now()).cloned();
        match usable {
            Some(session) => Ok(session.into()),
            None => self.session(|| SessionTask::Get).await,
        }
    }

    /// A valid access token.
    ///
    /// # Errors
    /// Those of [`get`](Self::get).
    pub async fn access_token(&self) -> Result<AccessToken, Error> {
        Ok(self.get().await?.session.access_token().clone())
    }

    /// A valid ID token, if the session has one.
    ///
    /// # Errors
    /// Those of [`get`](Self::get).
    pub async fn id_token(&self) -> Result<Option<IdToken>, Error> {
        Ok(self.get().await?.session.id_token().cloned())
    }

    /// The session, refreshed now, so that changed attributes and groups appear in its tokens.
    ///
    /// # Errors
    /// Those of [`get`](Self::get).
    pub async fn refresh(&self) -> Result<KeptSession, Error> {
        self.session(|| SessionTask::Refresh).await
    }

    /// Calls an operation for the user. If the service refuses the access token, the session is refreshed and
    /// the call made once more.
    ///
    /// # Errors
    /// Those of [`get`](Self::get), and those of the call.
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

    /// Calls an operation for the user page by page, from this request on. An error ends the pages.
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

    /// Signs the user out: at the service as far as the scope says, and in the store whatever the service
    /// answers.
    pub async fn sign_out(&self, scope: SignOutScope) -> SignedOut {
        self.outcome(move || SessionTask::SignOut(scope)).await.into()
    }

    /// Removes the session and the device of a user who has been deleted. The service is not asked.
    ///
    /// # Errors
    /// [`Error::Store`] when the store cannot be written.
    pub async fn forget(&self) -> Result<(), Error> {
        self.outcome(|| SessionTask::Forget).await?.result.map(|_| ())
    }

    async fn session(&self, task: impl Fn() -> SessionTask + Send + Sync) -> Result<KeptSession, Error> {
        self.outcome(task).await?.result?.ok_or(Error::NotSignedIn)
    }

    /// Runs a task. Dropping the future stops nothing.
    pub(crate) async fn outcome(&self, task: impl Fn() -> SessionTask + Send + Sync) -> Result<SessionOutcome, Error> {
        let shared = Arc::clone(&self.shared);
        Ok(match self.keeper.run(task, |driver| shared.drive(driver)).await? {
            Ran::Driven(outcome) => outcome,
            Ran::Joined(kept) => kept.into(),
        })
    }
}

impl Shared {
    /// Drives a job to its end, and tells those who listen.
    async fn drive(self: Arc<Self>, driver: Driver<SessionKeeper>) -> Result<SessionOutcome, Error> {
        let outcome = driver.drive(self.world(), async { self.client.seed() }).await?;
        if let Some(event) = &outcome.event {
            // It fails only if nobody listens.
            let _ = self.listeners.send(event.clone());
        }
        Ok(outcome)
    }

    pub(crate) fn world(&self) -> World<'_> {
        World { store: &*self.store, transport: self.client.transport(), arithmetic: self.client.arithmetic() }
    }
}

impl fmt::Debug for SessionHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SessionHandle").field("username", &self.username).finish_non_exhaustive()
    }
}
