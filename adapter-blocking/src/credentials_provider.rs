use std::fmt;
use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use cognito_core::adapter::now;
use cognito_core::{
    Credentials, CredentialsInput, CredentialsKeeper, CredentialsTask, Error, KeptCredentials, Logins, Role,
};

use crate::shared_keeper::{Ran, SharedKeeper};
use crate::{IdentityPoolClient, SessionHandle, Store};

/// Gets and refreshes the AWS credentials of one identity.
///
/// Credentials are kept in memory until shortly before they expire. Threads that need new credentials at the
/// same time share one request. A provider can be cloned and shared between threads: all clones share the
/// same credentials.
///
/// The provider keeps the identity id in the store, and calls the operation GetId only if the store has no
/// identity id. If the store has no identity id for a user, the user's provider uses the guest's identity id.
/// Therefore, a guest who signs in keeps the guest's identity, if the service allows this.
///
/// ```no_run
/// # use cognito_blocking::{CredentialsProvider, Error, FileStore, Sessions};
/// # use cognito_blocking::{IdentityPool, IdentityPoolClient, IdentityPoolId};
/// # fn credentials(sessions: &Sessions) -> Result<(), Error> {
/// let id = IdentityPoolId::new("us-east-1:0d4f6c1e-5f1d-4b4e-9a57-2b1f0c3d8e7a")?;
/// let client = IdentityPoolClient::new(IdentityPool::new(id)?);
/// let store = FileStore::new("identities.json");
/// let provider = CredentialsProvider::for_session(client, store, sessions.user("alice"));
/// let credentials = provider.get()?.credentials;
/// println!("{} is valid until {:?}", credentials.access_key_id, credentials.expires_at);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct CredentialsProvider(Arc<Shared>);

struct Shared {
    client: IdentityPoolClient,
    store: Arc<dyn Store>,
    source: Source,
    keeper: SharedKeeper<CredentialsKeeper>,
}

/// The source of the user's logins.
#[derive(Clone)]
enum Source {
    /// The empty set of logins, for a guest.
    Guest,
    /// A session of a user pool. The only login is the ID token of the session.
    Session(SessionHandle),
    /// The logins that a function of the application returns.
    Own(Arc<dyn Fn() -> Result<Logins, Error> + Send + Sync>),
}

impl CredentialsProvider {
    /// Creates a provider for a guest. The identity pool must allow unauthenticated identities.
    #[must_use]
    pub fn for_guest(client: IdentityPoolClient, store: impl Store + 'static) -> Self {
        let keeper = CredentialsKeeper::for_guest(client.identity_pool());
        Self::new(client, Arc::new(store), Source::Guest, keeper)
    }

    /// Creates a provider for a user of a user pool.
    ///
    /// Before the provider requests new credentials, it gets a valid ID token from the session. When the
    /// session ends, the provider drops the credentials.
    #[must_use]
    pub fn for_session(client: IdentityPoolClient, store: impl Store + 'static, session: SessionHandle) -> Self {
        let user_pool_id = session.app_client().user_pool_id();
        let keeper = CredentialsKeeper::for_user_pool(client.identity_pool(), user_pool_id, session.username());
        Self::new(client, Arc::new(store), Source::Session(session), keeper)
    }

    /// Creates a provider for a user with tokens from one or more login providers.
    ///
    /// The provider calls the function `logins` before each request for new credentials. The function must
    /// return tokens that have not expired. If the function has no such tokens, it must return
    /// [`Error::NoLogins`]. The parameter `user` is the user's name in the store, and must be different for
    /// each user. The provider never sends this name to a service.
    #[must_use]
    pub fn for_logins(
        client: IdentityPoolClient,
        store: impl Store + 'static,
        user: impl Into<String>,
        logins: impl Fn() -> Result<Logins, Error> + Send + Sync + 'static,
    ) -> Self {
        let keeper = CredentialsKeeper::for_user(client.identity_pool(), user);
        Self::new(client, Arc::new(store), Source::Own(Arc::new(logins)), keeper)
    }

    /// Returns a provider that gets new credentials if the current credentials expire within `margin`. The
    /// default margin is five minutes. The provider limits the margin to half of the credentials' lifetime.
    /// The returned provider shares no credentials with the original provider.
    #[must_use]
    pub fn with_margin(self, margin: Duration) -> Self {
        self.with_changed_keeper(|keeper| keeper.with_margin(margin))
    }

    /// Returns a provider that gets credentials for this role. The identity stays the same. The returned
    /// provider shares no credentials with the original provider.
    #[must_use]
    pub fn with_role(self, role: Role) -> Self {
        self.with_changed_keeper(|keeper| keeper.with_role(role))
    }

    fn with_changed_keeper(self, change: impl FnOnce(CredentialsKeeper) -> CredentialsKeeper) -> Self {
        let Shared { client, store, source, keeper } = &*self.0;
        let changed = change(keeper.lock().without_credentials());
        Self::new(client.clone(), Arc::clone(store), source.clone(), changed)
    }

    fn new(client: IdentityPoolClient, store: Arc<dyn Store>, source: Source, keeper: CredentialsKeeper) -> Self {
        Self(Arc::new(Shared { client, store, source, keeper: SharedKeeper::new(keeper) }))
    }

    /// Returns valid credentials. If the credentials in memory expire within the [margin](Self::with_margin),
    /// gets new credentials first.
    ///
    /// If the service does not issue new credentials and the old credentials are still valid, returns the old
    /// credentials together with the error.
    ///
    /// # Errors
    /// Returns an error if the provider has no valid credentials, and the service does not issue new
    /// credentials. A provider with a session also returns the errors of [`SessionHandle::get`].
    ///
    /// Returns [`Error::Store`] if the store cannot be read. The provider never replaces an identity id that
    /// it cannot read, because a guest with a new identity id is a different guest.
    pub fn get(&self) -> Result<KeptCredentials, Error> {
        if let Some(credentials) = self.usable() {
            return Ok(credentials.into());
        }
        let result = self.credentials(CredentialsTask::Get);
        match &self.0.source {
            Source::Session(session) if KeptCredentials::needs_fresh_logins(&result) => match session.refresh() {
                Ok(_) => self.credentials(CredentialsTask::Get),
                Err(error) => KeptCredentials::without_fresh_logins(result, error),
            },
            _ => result,
        }
    }

    /// Gets new credentials even if the old credentials are valid, so that changed roles and attributes take
    /// effect.
    ///
    /// If the provider uses a session, refreshes the session first. A session without a refresh token is not
    /// refreshed.
    ///
    /// # Errors
    /// Returns the same errors as [`get`](Self::get).
    pub fn refresh(&self) -> Result<KeptCredentials, Error> {
        if let Source::Session(session) = &self.0.source {
            match session.refresh() {
                Ok(_) | Err(Error::NoRefreshToken) => {}
                Err(error) => return Err(error),
            }
        }
        self.credentials(CredentialsTask::Refresh)
    }

    /// Drops the credentials in memory, and removes the identity id from the store and from memory.
    ///
    /// Use this method after you delete a user, or to give a guest a new identity.
    ///
    /// # Errors
    /// Returns [`Error::Store`] if the store cannot be written. Even if the store cannot be written, the
    /// credentials in memory are dropped.
    pub fn forget(&self) -> Result<(), Error> {
        self.run(CredentialsTask::Forget).map(|_| ())
    }

    fn usable(&self) -> Option<Credentials> {
        self.keeper().usable(now()).cloned()
    }

    /// Locks the keeper. If the session of the credentials has ended, drops the credentials.
    fn keeper(&self) -> MutexGuard<'_, CredentialsKeeper> {
        // To prevent a deadlock, the session's keeper is unlocked before the credentials keeper is locked.
        let generation = if let Source::Session(session) = &self.0.source { Some(session.generation()) } else { None };
        let mut keeper = self.0.keeper.lock();
        if let Some(generation) = generation {
            keeper.end_with_session(generation);
        }
        keeper
    }

    fn credentials(&self, task: CredentialsTask) -> Result<KeptCredentials, Error> {
        self.run(task)?.ok_or(Error::NotSignedIn)
    }

    fn run(&self, task: CredentialsTask) -> Result<Option<KeptCredentials>, Error> {
        let Shared { client, store, source, keeper } = &*self.0;
        match keeper.run(|| task, &**store, client.transport(), || source.input())? {
            Ran::Driven(output) => output,
            Ran::Joined(kept) => Ok(Some(kept)),
        }
    }
}

impl Source {
    fn input(&self) -> Result<CredentialsInput, Error> {
        match self {
            Self::Guest => Ok(Logins::new().into()),
            Self::Session(session) => {
                session.get()?;
                let (newest, generation) = session.newest().ok_or(Error::NotSignedIn)?;
                let logins = Logins::for_session(session.app_client(), &newest)?;
                Ok(CredentialsInput::from_session(logins, generation))
            }
            Self::Own(logins) => logins().map(Into::into),
        }
    }
}

impl fmt::Debug for CredentialsProvider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("CredentialsProvider").field("client", &self.0.client).finish_non_exhaustive()
    }
}
