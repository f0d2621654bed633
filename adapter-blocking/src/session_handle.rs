use std::fmt;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

use cognito_core::adapter::now;
use cognito_core::operation::{Paged, TokenAuthorized};
use cognito_core::secret::{AccessToken, IdToken};
use cognito_core::{
    AppClient, Error, KeptSession, Pages, Session, SessionCall, SessionEvent, SessionKeeper, SessionOutcome,
    SessionTask, SignOutScope, SignedOut,
};

use crate::shared_keeper::{Ran, SharedKeeper};
use crate::{Client, Store};

/// One user's session: a valid token whenever asked.
///
/// Tokens are refreshed ahead of their expiry, once for however many threads ask, and saved before anybody
/// gets them. It can be shared between threads, and cloned; all handles of one user from one
/// [`Sessions`](crate::Sessions) are the same.
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
    username: String,
    shared: Arc<Shared>,
    keeper: Arc<SharedKeeper<SessionKeeper>>,
}

/// What all handles of one store share.
pub(crate) struct Shared {
    pub(crate) client: Client,
    pub(crate) store: Box<dyn Store>,
    pub(crate) listeners: Mutex<Vec<Sender<SessionEvent>>>,
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
    pub fn get(&self) -> Result<KeptSession, Error> {
        // Valid tokens need no job.
        let usable = self.keeper.lock().usable(now()).cloned();
        usable.map_or_else(|| self.session(|| SessionTask::Get), |session| Ok(session.into()))
    }

    /// A valid access token.
    ///
    /// # Errors
    /// Those of [`get`](Self::get).
    pub fn access_token(&self) -> Result<AccessToken, Error> {
        Ok(self.get()?.session.access_token().clone())
    }

    /// A valid ID token, if the session has one.
    ///
    /// # Errors
    /// Those of [`get`](Self::get).
    pub fn id_token(&self) -> Result<Option<IdToken>, Error> {
        Ok(self.get()?.session.id_token().cloned())
    }

    /// The session, refreshed now, so that changed attributes and groups appear in its tokens.
    ///
    /// # Errors
    /// Those of [`get`](Self::get).
    pub fn refresh(&self) -> Result<KeptSession, Error> {
        self.session(|| SessionTask::Refresh)
    }

    /// Calls an operation for the user. If the service refuses the access token, the session is refreshed and
    /// the call made once more.
    ///
    /// # Errors
    /// Those of [`get`](Self::get), and those of the call.
    pub fn call<O: TokenAuthorized + Clone>(&self, operation: O) -> Result<O::Response, Error> {
        let mut call = SessionCall::new(self.app_client(), operation);
        let mut session = self.get()?.session;
        loop {
            let result = self.shared.client.run(call.attempt(&session));
            if !call.needs_refresh(&session, &result) {
                return result;
            }
            session = self.refresh()?.session;
        }
    }

    /// Calls an operation for the user page by page, from this request on. An error ends the pages.
    pub fn pages<O: Paged>(&self, operation: O) -> impl Iterator<Item = Result<O::Response, Error>> + use<O> {
        let (handle, mut pages) = (self.clone(), Pages::new(operation));
        std::iter::from_fn(move || Some(pages.received(handle.call(pages.request()?))))
    }

    /// Signs the user out: at the service as far as the scope says, and in the store whatever the service
    /// answers.
    pub fn sign_out(&self, scope: SignOutScope) -> SignedOut {
        self.outcome(|| SessionTask::SignOut(scope)).into()
    }

    /// Removes the session and the device of a user who has been deleted. The service is not asked.
    ///
    /// # Errors
    /// [`Error::Store`] when the store cannot be written.
    pub fn forget(&self) -> Result<(), Error> {
        self.outcome(|| SessionTask::Forget)?.result.map(|_| ())
    }

    fn session(&self, task: impl Fn() -> SessionTask) -> Result<KeptSession, Error> {
        self.outcome(task)?.result?.ok_or(Error::NotSignedIn)
    }

    /// Runs a task, and tells those who listen.
    pub(crate) fn outcome(&self, task: impl Fn() -> SessionTask) -> Result<SessionOutcome, Error> {
        let Shared { client, store, listeners } = &*self.shared;
        match self.keeper.run(task, &**store, client.transport(), || client.seed())? {
            Ran::Joined(kept) => Ok(kept.into()),
            Ran::Driven(outcome) => {
                if let Some(event) = &outcome.event {
                    let mut listeners = listeners.lock().unwrap_or_else(PoisonError::into_inner);
                    listeners.retain(|listener| listener.send(event.clone()).is_ok());
                }
                Ok(outcome)
            }
        }
    }
}

impl fmt::Debug for SessionHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SessionHandle").field("username", &self.username).finish_non_exhaustive()
    }
}
