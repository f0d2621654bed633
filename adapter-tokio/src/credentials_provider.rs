use std::fmt;
use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use cognito_core::adapter::now;
use cognito_core::{
    Credentials, CredentialsInput, CredentialsKeeper, CredentialsTask, Error, KeptCredentials, Logins, Role,
};

use crate::shared_keeper::{Driver, Ran, SharedKeeper, World};
use crate::{BoxFuture, IdentityPoolClient, SessionHandle, Store};

/// AWS credentials of one identity: good ones whenever asked.
///
/// They are kept in memory until they are about to expire, and new ones are got once for however many tasks
/// ask. The identity's id is kept in the store, so that GetId is called only where none is known. A guest who
/// signs in stays the same identity, if the service will have it so: the provider of a user who has none
/// takes over the guest's from the same store. A task that is cancelled while it waits stops nothing. It can
/// be shared between tasks, and cloned; clones are the same. Use it within a tokio runtime.
///
/// ```no_run
/// # use cognito_tokio::{CredentialsProvider, Error, FileStore, IdentityPool, IdentityPoolClient, IdentityPoolId, Sessions};
/// # async fn credentials(sessions: &Sessions) -> Result<(), Error> {
/// let id = IdentityPoolId::new("us-east-1:0d4f6c1e-5f1d-4b4e-9a57-2b1f0c3d8e7a")?;
/// let client = IdentityPoolClient::new(IdentityPool::new(id)?);
/// let provider = CredentialsProvider::for_session(client, FileStore::new("identities.json"), sessions.user("alice"));
/// let credentials = provider.get().await?.credentials;
/// println!("{} is good until {:?}", credentials.access_key_id, credentials.expires_at);
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

/// Where the logins come from.
#[derive(Clone)]
enum Source {
    Guest,
    Session(SessionHandle),
    Own(Arc<OwnLogins>),
}

type OwnLogins = dyn Fn() -> BoxFuture<'static, Result<Logins, Error>> + Send + Sync;

impl CredentialsProvider {
    /// For a guest, whom the identity pool must allow.
    #[must_use]
    pub fn for_guest(client: IdentityPoolClient, store: impl Store + 'static) -> Self {
        let keeper = CredentialsKeeper::for_guest(client.identity_pool());
        Self::new(client, Arc::new(store), Source::Guest, keeper)
    }

    /// For a user of a user pool. Each time new credentials are needed, the session gives a fresh ID token.
    /// The credentials end with the session.
    #[must_use]
    pub fn for_session(client: IdentityPoolClient, store: impl Store + 'static, session: SessionHandle) -> Self {
        let user_pool_id = session.app_client().user_pool_id();
        let keeper = CredentialsKeeper::for_user_pool(client.identity_pool(), user_pool_id, session.username());
        Self::new(client, Arc::new(store), Source::Session(session), keeper)
    }

    /// For a user of any login provider, or of several. `logins` is called each time new credentials are
    /// needed, and returns fresh tokens; its failures are [`Error::NoLogins`]. `user` is a name that tells
    /// this user's identity from others in the store. It is not sent.
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

    /// A provider whose credentials are valid for at least this long, if the service gives such. It shares no
    /// credentials with this one. The default is five minutes.
    #[must_use]
    pub fn with_margin(self, margin: Duration) -> Self {
        self.with(|keeper| keeper.with_margin(margin))
    }

    /// A provider of this role for the same identity. It shares no credentials with this one.
    #[must_use]
    pub fn with_role(self, role: Role) -> Self {
        self.with(|keeper| keeper.with_role(role))
    }

    fn with(self, change: impl FnOnce(CredentialsKeeper) -> CredentialsKeeper) -> Self {
        let Shared { client, store, source, keeper } = &*self.0;
        let changed = change(keeper.lock().without_credentials());
        Self::new(client.clone(), Arc::clone(store), source.clone(), changed)
    }

    fn new(client: IdentityPoolClient, store: Arc<dyn Store>, source: Source, keeper: CredentialsKeeper) -> Self {
        Self(Arc::new(Shared { client, store, source, keeper: Arc::new(SharedKeeper::new(keeper)) }))
    }

    /// The credentials, or new ones if they expire within the margin. If the service gives no new ones and
    /// the old ones are still valid, they are returned with the error.
    ///
    /// # Errors
    /// Those of getting them; those of [`SessionHandle::get`]; [`Error::Store`] when the store cannot be
    /// read, so that a guest does not become another one.
    pub async fn get(&self) -> Result<KeptCredentials, Error> {
        if let Some(credentials) = self.usable() {
            return Ok(credentials.into());
        }
        let result = self.credentials(CredentialsTask::Get).await;
        match &self.0.source {
            Source::Session(session) if KeptCredentials::needs_fresh_logins(&result) => {
                session.refresh().await?;
                self.credentials(CredentialsTask::Get).await
            }
            _ => result,
        }
    }

    /// New credentials now, from a session with new tokens, so that changed roles and attributes appear in
    /// them.
    ///
    /// # Errors
    /// Those of [`get`](Self::get).
    pub async fn refresh(&self) -> Result<KeptCredentials, Error> {
        if let Source::Session(session) = &self.0.source {
            session.refresh().await?;
        }
        self.credentials(CredentialsTask::Refresh).await
    }

    /// Forgets the credentials, and the identity id in the store and in memory: for a user who has been
    /// deleted, or a guest who is to be a new one.
    ///
    /// # Errors
    /// [`Error::Store`] when the store cannot be written. The credentials are forgotten nevertheless.
    pub async fn forget(&self) -> Result<(), Error> {
        self.run(CredentialsTask::Forget).await.map(|_| ())
    }

    fn usable(&self) -> Option<Credentials> {
        self.keeper().usable(now()).cloned()
    }

    /// Credentials that are valid for however short a time.
    #[cfg(feature = "aws-credential-types")]
    pub(crate) fn still_valid(&self) -> Option<Credentials> {
        let newest = self.keeper().newest().cloned();
        newest.filter(|newest| newest.is_valid_for(now(), Duration::ZERO))
    }

    /// The keeper, without the credentials of a session that has ended.
    fn keeper(&self) -> MutexGuard<'_, CredentialsKeeper> {
        // The two keepers are not locked at once.
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

    /// Runs a task. Dropping the future stops nothing.
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
        let world = World { store: &**store, transport: client.transport(), arithmetic: client.arithmetic() };
        driver.drive(world, source.input()).await?
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
