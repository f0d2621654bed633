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

/// A handle to the session of one user. Before the handle returns the session, it refreshes tokens that are
/// about to expire.
///
/// Threads that need new tokens at the same time share one refresh. New tokens are saved before any caller
/// gets them. A handle can be cloned and shared between threads. All handles that the same
/// [`Sessions`](crate::Sessions) returns for one user share one session.
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

/// The client, the store and the event listeners that all handles from one `Sessions` share.
pub(crate) struct Shared {
    pub(crate) client: Client,
    pub(crate) store: Box<dyn Store>,
    pub(crate) listeners: Mutex<Vec<Sender<SessionEvent>>>,
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
    /// If the tokens expire within the [margin](crate::Sessions::with_margin), refreshes the session and
    /// saves the new tokens first. If the refresh fails and the old tokens are still valid, returns the
    /// session with the old tokens, together with the error.
    ///
    /// # Errors
    /// Returns the same errors as [`SessionOutcome::result`].
    pub fn get(&self) -> Result<KeptSession, Error> {
        // Valid tokens need no job.
        let usable = self.keeper.lock().usable(now()).cloned();
        usable.map_or_else(|| self.session(|| SessionTask::Get), |session| Ok(session.into()))
    }

    /// Returns a valid access token. Refreshes the session first if necessary.
    ///
    /// # Errors
    /// Returns the same errors as [`get`](Self::get).
    pub fn access_token(&self) -> Result<AccessToken, Error> {
        Ok(self.get()?.session.access_token().clone())
    }

    /// Returns a valid ID token, or `None` if the session has no ID token. Refreshes the session first if
    /// necessary.
    ///
    /// # Errors
    /// Returns the same errors as [`get`](Self::get).
    pub fn id_token(&self) -> Result<Option<IdToken>, Error> {
        Ok(self.get()?.session.id_token().cloned())
    }

    /// Refreshes the session even if the tokens are valid, so that the new tokens contain changed attributes
    /// and groups.
    ///
    /// # Errors
    /// Returns the same errors as [`get`](Self::get), and [`Error::NoRefreshToken`] if the session has no
    /// refresh token.
    pub fn refresh(&self) -> Result<KeptSession, Error> {
        self.session(|| SessionTask::Refresh)
    }

    /// Calls an operation for the user of this session. If the service rejects the access token, refreshes
    /// the session and retries the call once.
    ///
    /// # Errors
    /// Returns the same errors as [`get`](Self::get), and the errors of the operation.
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

    /// Returns an iterator over the result pages of an operation. The first page is the response to the given
    /// request. The iterator calls the operation once for each page. The iterator ends after the first error.
    pub fn pages<O: Paged>(&self, operation: O) -> impl Iterator<Item = Result<O::Response, Error>> + use<O> {
        let (handle, mut pages) = (self.clone(), Pages::new(operation));
        std::iter::from_fn(move || Some(pages.received(handle.call(pages.request()?))))
    }

    /// Signs the user out.
    ///
    /// The parameter `scope` selects which tokens the service revokes. The session is removed from the store
    /// even if the service cannot be reached.
    pub fn sign_out(&self, scope: SignOutScope) -> SignedOut {
        self.outcome(|| SessionTask::SignOut(scope)).into()
    }

    /// Removes the session and the device of a deleted user from the store. Sends no request to the service.
    ///
    /// # Errors
    /// Returns [`Error::Store`] if the store cannot be written.
    pub fn forget(&self) -> Result<(), Error> {
        self.outcome(|| SessionTask::Forget)?.result.map(|_| ())
    }

    fn session(&self, task: impl Fn() -> SessionTask) -> Result<KeptSession, Error> {
        self.outcome(task)?.result?.ok_or(Error::NotSignedIn)
    }

    /// Runs a task, and sends the resulting event to all listeners.
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
