//! The two adapters, as one.

use std::io;

use cognito_core::operation::{GetUser, GetUserResponse, Public, TokenAuthorized};
use cognito_core::secret::AccessToken;
use cognito_core::{
    AppClient, Call, Credentials, Error, Flow, IdentityPool, Role, Seed, SignIn, SignInOutcome, SignOutScope, SignedIn,
    SignedOut,
};
use tokio::runtime::{Builder, Runtime};

use crate::case::Case;
use crate::expect::{self, Outcome};

#[derive(Debug, Clone, Copy)]
pub(crate) enum Adapter {
    Blocking,
    Tokio,
}

pub(crate) enum Client {
    Blocking(cognito_blocking::Client),
    Tokio(Runtime, cognito_tokio::Client),
}

impl Client {
    pub(crate) fn new(adapter: Adapter, app_client: AppClient) -> io::Result<Self> {
        Ok(match adapter {
            Adapter::Blocking => Self::Blocking(cognito_blocking::Client::new(app_client)),
            Adapter::Tokio => {
                let runtime = Builder::new_current_thread().enable_all().build()?;
                Self::Tokio(runtime, cognito_tokio::Client::new(app_client))
            }
        })
    }

    /// The same adapter, configured otherwise.
    pub(crate) fn with(&self, app_client: AppClient) -> io::Result<Self> {
        let adapter = match self {
            Self::Blocking(_) => Adapter::Blocking,
            Self::Tokio(..) => Adapter::Tokio,
        };
        Self::new(adapter, app_client)
    }

    pub(crate) fn app_client(&self) -> &AppClient {
        match self {
            Self::Blocking(client) => client.app_client(),
            Self::Tokio(_, client) => client.app_client(),
        }
    }

    pub(crate) fn seed(&self) -> Result<Seed, Error> {
        match self {
            Self::Blocking(client) => client.seed(),
            Self::Tokio(_, client) => client.seed(),
        }
    }

    pub(crate) fn run<F>(&self, flow: F) -> Result<F::Output, Error>
    where
        F: Flow + Send + 'static,
        F::Output: Send + 'static,
    {
        match self {
            Self::Blocking(client) => client.run(flow),
            Self::Tokio(runtime, client) => runtime.block_on(client.run(flow)),
        }
    }

    pub(crate) fn call<O>(&self, operation: O) -> Result<O::Response, Error>
    where
        O: Public + Send + 'static,
        O::Response: Send + 'static,
    {
        self.run(Call::new(self.app_client(), operation))
    }

    pub(crate) fn call_signed_in<O>(
        &self,
        access_token: &impl AsRef<AccessToken>,
        operation: O,
    ) -> Result<O::Response, Error>
    where
        O: TokenAuthorized + Send + 'static,
        O::Response: Send + 'static,
    {
        self.run(Call::signed_in(self.app_client(), access_token, operation))
    }

    pub(crate) fn srp(&self, username: &str, password: &str) -> Result<SignInOutcome, Error> {
        self.run(SignIn::srp(self.app_client(), username, password, self.seed()?))
    }

    pub(crate) fn password(&self, username: &str, password: &str) -> Result<SignInOutcome, Error> {
        self.run(SignIn::password(self.app_client(), username, password, self.seed()?))
    }

    /// By SRP, where the server verifies it.
    pub(crate) fn start(&self, case: &Case, password: &str) -> Result<SignInOutcome, Error> {
        if case.server.verifies_srp() {
            self.srp(&case.username, password)
        } else {
            self.password(&case.username, password)
        }
    }

    pub(crate) fn sign_in(&self, case: &Case) -> Outcome<SignedIn> {
        expect::signed_in(self.start(case, &case.password)?)
    }

    /// Keeps the session, refreshes it, makes a call with it and signs out: as an application does.
    pub(crate) fn keep_and_sign_out(
        &self,
        signed_in: &SignedIn,
        scope: SignOutScope,
    ) -> Result<(GetUserResponse, SignedOut), Error> {
        match self {
            Self::Blocking(client) => {
                let sessions = cognito_blocking::Sessions::new(client.clone(), cognito_blocking::MemoryStore::new());
                let session = sessions.save(signed_in)?;
                session.refresh()?;
                Ok((session.call(GetUser::new())?, session.sign_out(scope)))
            }
            Self::Tokio(runtime, client) => runtime.block_on(async {
                let sessions = cognito_tokio::Sessions::new(client.clone(), cognito_tokio::MemoryStore::new());
                let session = sessions.save(signed_in).await?;
                session.refresh().await?;
                Ok((session.call(GetUser::new()).await?, session.sign_out(scope).await))
            }),
        }
    }

    /// Credentials of a guest, and newer ones of the same identity.
    pub(crate) fn credentials_of_guest(&self, pool: IdentityPool) -> Result<(Credentials, Credentials), Error> {
        match self {
            Self::Blocking(client) => {
                let client = cognito_blocking::IdentityPoolClient::beside(client, pool);
                let store = cognito_blocking::MemoryStore::new();
                let provider = cognito_blocking::CredentialsProvider::of_guest(client, store);
                Ok((provider.get()?.credentials, provider.refresh()?.credentials))
            }
            Self::Tokio(runtime, client) => runtime.block_on(async {
                let client = cognito_tokio::IdentityPoolClient::beside(client, pool);
                let store = cognito_tokio::MemoryStore::new();
                let provider = cognito_tokio::CredentialsProvider::of_guest(client, store);
                Ok((provider.get().await?.credentials, provider.refresh().await?.credentials))
            }),
        }
    }

    /// Credentials of a signed-in user, and newer ones of the same identity.
    pub(crate) fn credentials_of_user(
        &self,
        pool: IdentityPool,
        signed_in: &SignedIn,
        role: Role,
    ) -> Result<(Credentials, Credentials), Error> {
        match self {
            Self::Blocking(client) => {
                use cognito_blocking::{CredentialsProvider, IdentityPoolClient, MemoryStore, Sessions};
                let session = Sessions::new(client.clone(), MemoryStore::new()).save(signed_in)?;
                let client = IdentityPoolClient::beside(client, pool);
                let provider = CredentialsProvider::of_session(client, MemoryStore::new(), session).with_role(role);
                Ok((provider.get()?.credentials, provider.refresh()?.credentials))
            }
            Self::Tokio(runtime, client) => runtime.block_on(async {
                use cognito_tokio::{CredentialsProvider, IdentityPoolClient, MemoryStore, Sessions};
                let session = Sessions::new(client.clone(), MemoryStore::new()).save(signed_in).await?;
                let client = IdentityPoolClient::beside(client, pool);
                let provider = CredentialsProvider::of_session(client, MemoryStore::new(), session).with_role(role);
                Ok((provider.get().await?.credentials, provider.refresh().await?.credentials))
            }),
        }
    }
}
