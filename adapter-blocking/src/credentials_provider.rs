use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cognito_core::{Credentials, CredentialsKeeper, CredentialsTask, Error, KeptCredentials, Logins, Role};

use crate::keeping::{Keeping, failed};
use crate::{IdentityPoolClient, SessionHandle, Store};
use cognito_core::adapter::now;

/// AWS credentials of one identity: good ones whenever asked.
///
/// They are kept in memory until they are about to expire, and new ones are got once for however many threads ask. The
/// identity's id is kept in the store, so that GetId is called only where none is known. A guest who signs in stays the
/// same identity, if the service will have it so: the provider of a user who has none takes over the guest's from the same
/// store. It can be shared between threads, and cloned; clones are the same.
///
/// ```no_run
/// # use cognito_blocking::{CredentialsProvider, Error, FileStore, IdentityPool, IdentityPoolClient, IdentityPoolId, Sessions};
/// # fn credentials(sessions: &Sessions) -> Result<(), Error> {
/// let id = IdentityPoolId::new("us-east-1:0d4f6c1e-5f1d-4b4e-9a57-2b1f0c3d8e7a")?;
/// let client = IdentityPoolClient::new(IdentityPool::new(id)?);
/// let provider = CredentialsProvider::of_session(client, FileStore::new("identities.json"), sessions.user("alice"));
/// let credentials = provider.get()?.credentials;
/// println!("{} is good until {:?}", credentials.access_key_id, credentials.expires_at);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct CredentialsProvider(Arc<Shared>);

struct Shared {
    client: IdentityPoolClient,
    store: Arc<dyn Store>,
    source: Source,
    keeping: Keeping<CredentialsKeeper>,
    /// Which of the user's sessions the logins were taken from last.
    generation: Mutex<Option<u64>>,
}

/// Where the logins come from.
#[derive(Clone)]
enum Source {
    Guest,
    Session(SessionHandle),
    Own(Arc<dyn Fn() -> Result<Logins, Error> + Send + Sync>),
}

impl CredentialsProvider {
    /// For a guest, whom the identity pool must allow.
    #[must_use]
    pub fn of_guest(client: IdentityPoolClient, store: impl Store + 'static) -> Self {
        let keeper = CredentialsKeeper::of_guest(client.identity_pool());
        Self::new(client, Arc::new(store), Source::Guest, keeper)
    }

    /// For a user of a user pool: the ID token is taken from the session, fresh each time. The credentials end with it.
    #[must_use]
    pub fn of_session(client: IdentityPoolClient, store: impl Store + 'static, session: SessionHandle) -> Self {
        let user_pool_id = session.app_client().user_pool_id();
        let keeper = CredentialsKeeper::of_user_pool(client.identity_pool(), user_pool_id, session.username());
        Self::new(client, Arc::new(store), Source::Session(session), keeper)
    }

    /// For a user of any login provider, or of several. The logins are asked for each time that new credentials are, and
    /// are to have fresh tokens; [`Error::NoLogins`] is for what goes wrong there. `user` is a name that tells this user's
    /// identity from others in the store, and is not sent.
    #[must_use]
    pub fn of_logins(
        client: IdentityPoolClient,
        store: impl Store + 'static,
        user: impl Into<String>,
        logins: impl Fn() -> Result<Logins, Error> + Send + Sync + 'static,
    ) -> Self {
        let keeper = CredentialsKeeper::of_user(client.identity_pool(), user);
        Self::new(client, Arc::new(store), Source::Own(Arc::new(logins)), keeper)
    }

    /// A provider that gives credentials which are good for at least so long, if such can be had, and shares no credentials
    /// with this one. Five minutes if nothing else is said.
    #[must_use]
    pub fn with_margin(self, margin: Duration) -> Self {
        self.with(|keeper| keeper.with_margin(margin))
    }

    /// A provider of this role for the same identity, which shares no credentials with this one.
    #[must_use]
    pub fn with_role(self, role: Role) -> Self {
        self.with(|keeper| keeper.with_role(role))
    }

    fn with(self, change: impl FnOnce(CredentialsKeeper) -> CredentialsKeeper) -> Self {
        let Shared { client, store, source, keeping, .. } = &*self.0;
        let keeper = keeping.keeper().anew();
        Self::new(client.clone(), Arc::clone(store), source.clone(), change(keeper))
    }

    fn new(client: IdentityPoolClient, store: Arc<dyn Store>, source: Source, keeper: CredentialsKeeper) -> Self {
        let keeping = Keeping::new(keeper);
        Self(Arc::new(Shared { client, store, source, keeping, generation: Mutex::default() }))
    }

    /// The credentials, new ones if those that there are expire within the margin; if new ones cannot be had, and the old
    /// are still good, these come with the reason.
    ///
    /// # Errors
    /// What getting them fails with; what [`SessionHandle::get`] does; [`Error::Store`] when the store cannot be read, so
    /// that a guest does not become another one.
    pub fn get(&self) -> Result<KeptCredentials, Error> {
        if let Some(credentials) = self.usable() {
            return Ok(credentials.into());
        }
        let result = self.work(CredentialsTask::Get);
        match &self.0.source {
            // The service's clock knows better than ours.
            Source::Session(session) if says_expired(&result) => {
                session.refresh()?;
                self.work(CredentialsTask::Get)
            }
            _ => result,
        }
    }

    /// New credentials now, of a session from new tokens: with what has changed in roles and attributes.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn refresh(&self) -> Result<KeptCredentials, Error> {
        if let Source::Session(session) = &self.0.source {
            session.refresh()?;
        }
        self.work(CredentialsTask::Refresh)
    }

    /// Forgets the credentials, here and now, and the identity's id in the store: for a user who has been deleted, or a
    /// guest who is to be a new one.
    ///
    /// # Errors
    /// [`Error::Store`]
    pub fn forget(&self) -> Result<(), Error> {
        let Shared { store, keeping, .. } = &*self.0;
        let key = keeping.keeper().key();
        let lock = store.lock(&key);
        keeping.keeper().forget();
        let _lock = lock.map_err(failed)?;
        store.remove(&key).map_err(failed)
    }

    /// Good credentials, unless the session that they came from has ended: then they are forgotten.
    fn usable(&self) -> Option<Credentials> {
        let mut keeper = self.0.keeping.keeper();
        if self.0.has_ended() {
            keeper.forget_credentials();
        }
        keeper.usable(now()).cloned()
    }

    fn work(&self, task: CredentialsTask) -> Result<KeptCredentials, Error> {
        let Shared { client, store, keeping, .. } = &*self.0;
        let drive = || keeping.drive(&**store, client.transport(), || self.0.logins())?;
        keeping.work(|| task, drive, |kept| kept)
    }
}

impl Shared {
    fn logins(&self) -> Result<Logins, Error> {
        match &self.source {
            Source::Guest => Ok(Logins::new()),
            Source::Session(session) => {
                session.get()?;
                let (session_now, generation) = session.known().ok_or(Error::NotSignedIn)?;
                *self.generation() = Some(generation);
                Ok(Logins::of_session(session.app_client(), &session_now)?)
            }
            Source::Own(logins) => logins(),
        }
    }

    /// Whether the session that the logins came from has ended.
    fn has_ended(&self) -> bool {
        match &self.source {
            Source::Session(session) => session.generation().is_none_or(|now| *self.generation() != Some(now)),
            Source::Guest | Source::Own(_) => false,
        }
    }

    fn generation(&self) -> MutexGuard<'_, Option<u64>> {
        self.generation.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the service took the login token to have expired.
fn says_expired(result: &Result<KeptCredentials, Error>) -> bool {
    let error = result.as_ref().map_or_else(Some, |kept| kept.refresh_error.as_ref());
    error.is_some_and(Error::refuses_expired_login)
}

impl fmt::Debug for CredentialsProvider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("CredentialsProvider").field("client", &self.0.client).finish_non_exhaustive()
    }
}
