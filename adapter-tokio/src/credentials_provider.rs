use std::fmt;
use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use cognito_core::adapter::now;
use cognito_core::{
    Credentials, CredentialsInput, CredentialsKeeper, CredentialsTask, Error, KeptCredentials, Logins, Role,
};

use crate::shared_keeper::{Driver, Ran, Resources, SharedKeeper};
use crate::{BoxFuture, IdentityPoolClient, SessionHandle, Store};

/// Gets and refreshes the AWS credentials of one identity.
///
/// The provider keeps the credentials in memory, and replaces them shortly before they expire. Tasks that
/// need new credentials at the same time share one request. A provider can be cloned and shared between
/// tasks: all clones share the same credentials.
///
/// The provider keeps the identity id in the store, and calls the operation GetId only if the store has no
/// identity id. If the store has no identity id for a user but has the guest's identity id, the user's
/// provider sends the guest's identity id to the service. If the service accepts the id, the user keeps the
/// guest's identity.
///
/// Every method is cancel-safe. Each request for credentials runs in a separate tokio task. If the caller
/// drops the method's future, the task continues. Use a provider inside a tokio runtime.
///
/// ```no_run
/// # use cognito_tokio::{CredentialsProvider, Error, FileStore, Sessions};
/// # use cognito_tokio::{IdentityPool, IdentityPoolClient, IdentityPoolId};
/// # async fn credentials(sessions: &Sessions) -> Result<(), Error> {
/// let id = IdentityPoolId::new("us-east-1:0d4f6c1e-5f1d-4b4e-9a57-2b1f0c3d8e7a")?;
/// let client = IdentityPoolClient::new(IdentityPool::new(id)?);
/// let store = FileStore::new("identities.json");
/// let provider = CredentialsProvider::for_session(client, store, sessions.user("alice"));
/// let credentials = provider.get().await?.credentials;
/// println!("{} is valid until {:?}", credentials.access_key_id, credentials.expires_at);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct CredentialsProvider(Arc<Shared>);

struct Shared {
    client: IdentityPoolClient,
    store: Arc<dyn Store>,
    source: Source,
    keeper: Arc<SharedKeeper<CredentialsKeeper>>,
}

/// The source of the logins that prove the user's identity.
#[derive(Clone)]
enum Source {
    /// The empty set of logins, for a guest.
    Guest,
    /// A session of a user pool. The only login is the ID token of the session.
    Session(SessionHandle),
    /// The logins that a function of the application returns.
    Own(Arc<OwnLogins>),
}

type OwnLogins = dyn Fn() -> BoxFuture<'static, Result<Logins, Error>> + Send + Sync;

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

    /// Creates a credentials provider for a user who has signed in with one or more login providers. The
    /// login providers can be of any kind.
    ///
    /// The credentials provider calls the function `logins` before each request for new credentials. The
    /// function must return fresh tokens, or [`Error::NoLogins`]. `user` is a name that differs for each
    /// user: the identity id is stored under this name. The credentials provider never sends this name to a
    /// service.
    #[must_use]
    pub fn for_logins<F>(
        client: IdentityPoolClient,
        store: impl Store + 'static,
        user: impl Into<String>,
        logins: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<Logins, Error>> + Send + 'static,
    {
        let keeper = CredentialsKeeper::for_user(client.identity_pool(), user);
        let source = Source::Own(Arc::new(move || Box::pin(logins())));
        Self::new(client, Arc::new(store), source, keeper)
    }

    /// Returns a provider with this margin. The provider replaces credentials that expire within the margin.
    /// The default margin is five minutes. If the margin is longer than half of the credentials' lifetime,
    /// the provider uses half of the lifetime as the margin. The returned provider shares no credentials with
    /// the original provider.
    #[must_use]
    pub fn with_margin(self, margin: Duration) -> Self {
        self.with_changed_keeper(|keeper| keeper.with_margin(margin))
    }

    /// Returns a provider with this role and the same identity. The returned provider shares no credentials
    /// with the original provider.
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
        Self(Arc::new(Shared { client, store, source, keeper: Arc::new(SharedKeeper::new(keeper)) }))
    }

    /// Returns valid credentials. If the credentials in memory expire within the [margin](Self::with_margin),
    /// gets new credentials first.
    ///
    /// If the service does not issue new credentials and the old credentials are still valid, returns the old
    /// credentials together with the error.
    ///
    /// # Errors
    /// Returns an error if the service issues no new credentials and no valid credentials are in memory. A
    /// provider with a session also returns the errors of [`SessionHandle::get`].
    ///
    /// Returns [`Error::Store`] if the store cannot be read. In this case, the provider does not request a
    /// new identity id, because a guest would lose the old identity.
    pub async fn get(&self) -> Result<KeptCredentials, Error> {
        if let Some(credentials) = self.usable() {
            return Ok(credentials.into());
        }
        let result = self.credentials(CredentialsTask::Get).await;
        match &self.0.source {
            Source::Session(session) if KeptCredentials::needs_fresh_logins(&result) => match session.refresh().await {
                Ok(_) => self.credentials(CredentialsTask::Get).await,
                Err(error) => KeptCredentials::without_fresh_logins(result, error),
            },
            _ => result,
        }
    }

    /// Gets new credentials even if the old credentials are valid, so that changed roles and attributes take
    /// effect.
    ///
    /// If the provider uses a session that has a refresh token, the provider refreshes the session first.
    ///
    /// # Errors
    /// Returns the same errors as [`get`](Self::get).
    pub async fn refresh(&self) -> Result<KeptCredentials, Error> {
        if let Source::Session(session) = &self.0.source {
            match session.refresh().await {
                Ok(_) | Err(Error::NoRefreshToken) => {}
                Err(error) => return Err(error),
            }
        }
        self.credentials(CredentialsTask::Refresh).await
    }

    /// Drops the credentials in memory, and removes the identity id from the store and from memory.
    ///
    /// Use this method after you delete a user, or to give a guest a new identity.
    ///
    /// # Errors
    /// Returns [`Error::Store`] if the store cannot be written. The credentials in memory are dropped anyway.
    pub async fn forget(&self) -> Result<(), Error> {
        self.run(CredentialsTask::Forget).await.map(|_| ())
    }

    fn usable(&self) -> Option<Credentials> {
        self.keeper().usable(now()).cloned()
    }

    /// Returns the newest credentials in memory if they are still valid. This method ignores the margin.
    #[cfg(feature = "aws-credential-types")]
    pub(crate) fn still_valid(&self) -> Option<Credentials> {
        let newest = self.keeper().newest().cloned();
        newest.filter(|newest| newest.is_valid_for(now(), Duration::ZERO))
    }

    /// Locks the keeper. Drops the credentials if they came from a session that has ended.
    fn keeper(&self) -> MutexGuard<'_, CredentialsKeeper> {
        // To prevent a deadlock, the session's keeper is unlocked before the credentials keeper is locked.
        let generation = if let Source::Session(session) = &self.0.source { Some(session.generation()) } else { None };
        let mut keeper = self.0.keeper.lock();
        if let Some(generation) = generation {
            keeper.end_with_session(generation);
        }
        keeper
    }

    async fn credentials(&self, task: CredentialsTask) -> Result<KeptCredentials, Error> {
        self.run(task).await?.ok_or(Error::NotSignedIn)
    }

    /// Runs a task. If the caller drops the future of this method, the job continues.
    async fn run(&self, task: CredentialsTask) -> Result<Option<KeptCredentials>, Error> {
        let shared = Arc::clone(&self.0);
        Ok(match self.0.keeper.run(|| task, |driver| shared.drive(driver)).await? {
            Ran::Driven(kept) => kept,
            Ran::Joined(kept) => Some(kept),
        })
    }
}

impl Shared {
    async fn drive(self: Arc<Self>, driver: Driver<CredentialsKeeper>) -> Result<Option<KeptCredentials>, Error> {
        let Self { client, store, source, .. } = &*self;
        let resources =
            Resources { store: &**store, transport: client.transport(), compute_pool: client.compute_pool() };
        driver.drive(resources, source.input()).await?
    }
}

impl Source {
    async fn input(&self) -> Result<CredentialsInput, Error> {
        match self {
            Self::Guest => Ok(Logins::new().into()),
            Self::Session(session) => {
                session.get().await?;
                let (newest, generation) = session.newest().ok_or(Error::NotSignedIn)?;
                let logins = Logins::for_session(session.app_client(), &newest)?;
                Ok(CredentialsInput::from_session(logins, generation))
            }
            Self::Own(logins) => logins().await.map(Into::into),
        }
    }
}

impl fmt::Debug for CredentialsProvider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("CredentialsProvider").field("client", &self.0.client).finish_non_exhaustive()
    }
}
