//! The test harness's client of the tokio adapter, with a separate runtime.

use std::future::ready;
use std::sync::Arc;

use ::tokio::runtime::{Builder, Runtime};
use cognito_core::operation::{Paged, TokenAuthorized};
use cognito_core::{
    AppClient, Error, Flow, IdentityPool, KeptCredentials, KeptSession, Request, Role, Seed, SendOutcome, SessionEvent,
    SignOutScope, SignedIn, SignedOut,
};
use cognito_tokio::{
    Client, CredentialsProvider, IdentityPoolClient, MemoryStore, ReqwestTransport, SessionHandle, Sessions, Transport,
    TransportSettings, transport_fn,
};
use futures_util::TryStreamExt as _;

use super::Adapter;

/// A client of the tokio adapter.
pub struct Tokio {
    runtime: Arc<Runtime>,
    client: Client,
    sessions: Sessions,
    identities: Arc<MemoryStore>,
}

/// Returns a runtime with one worker thread, so that connections are also served between two calls.
fn runtime() -> Arc<Runtime> {
    Arc::new(Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap())
}

impl Tokio {
    fn from_client(client: Client) -> Self {
        let sessions = Sessions::new(client.clone(), MemoryStore::new());
        Self { runtime: runtime(), client, sessions, identities: Arc::new(MemoryStore::new()) }
    }
}

impl Adapter for Tokio {
    type Client = Client;
    type Session = OnRuntime<SessionHandle>;
    type Credentials = OnRuntime<CredentialsProvider>;

    fn new(app_client: AppClient, settings: &TransportSettings) -> Self {
        Self::from_client(Client::with_transport(app_client, ReqwestTransport::new(settings)))
    }

    fn with_transport(
        app_client: AppClient,
        transport: impl Fn(&Request) -> SendOutcome + Send + Sync + 'static,
    ) -> Self {
        Self::from_client(Client::with_transport(
            app_client,
            transport_fn(move |request: Request| ready(transport(&request))),
        ))
    }

    fn transport(settings: &TransportSettings) -> impl Fn(&Request) -> SendOutcome + use<> {
        let (runtime, transport) = (runtime(), ReqwestTransport::new(settings));
        move |request: &Request| runtime.block_on(transport.send(request))
    }

    fn app_client(&self) -> &AppClient {
        self.client.app_client()
    }

    fn seed(&self) -> Result<Seed, Error> {
        self.client.seed()
    }

    fn run<F>(&self, flow: F) -> Result<F::Output, Error>
    where
        F: Flow + Send + 'static,
        F::Output: Send + 'static,
    {
        self.runtime.block_on(self.client.run(flow))
    }

    fn save(&self, signed_in: &SignedIn) -> Result<OnRuntime<SessionHandle>, Error> {
        let handle = self.runtime.block_on(self.sessions.save(signed_in))?;
        Ok(OnRuntime(Arc::clone(&self.runtime), handle))
    }

    fn subscribe(&self) -> impl FnMut() -> Vec<SessionEvent> {
        let mut events = self.sessions.subscribe();
        move || std::iter::from_fn(|| events.try_recv().ok()).collect()
    }

    fn guest(&self, pool: IdentityPool) -> OnRuntime<CredentialsProvider> {
        let client = IdentityPoolClient::with_transport_of(&self.client, pool);
        let provider = CredentialsProvider::for_guest(client, Arc::clone(&self.identities));
        OnRuntime(Arc::clone(&self.runtime), provider)
    }

    fn user(
        &self,
        pool: IdentityPool,
        session: &OnRuntime<SessionHandle>,
        role: Role,
    ) -> OnRuntime<CredentialsProvider> {
        let client = IdentityPoolClient::with_transport_of(&self.client, pool);
        let provider = CredentialsProvider::for_session(client, Arc::clone(&self.identities), session.1.clone());
        OnRuntime(Arc::clone(&self.runtime), provider.with_role(role))
    }
}

/// A handle of the adapter, together with the runtime that runs its futures.
pub struct OnRuntime<T>(Arc<Runtime>, T);

impl super::SessionHandle for OnRuntime<SessionHandle> {
    fn get(&self) -> Result<KeptSession, Error> {
        self.0.block_on(self.1.get())
    }

    fn refresh(&self) -> Result<KeptSession, Error> {
        self.0.block_on(self.1.refresh())
    }

    fn call<O>(&self, operation: O) -> Result<O::Response, Error>
    where
        O: TokenAuthorized + Clone + Send + 'static,
        O::Response: Send + 'static,
    {
        self.0.block_on(self.1.call(operation))
    }

    fn pages<O>(&self, operation: O) -> Result<Vec<O::Response>, Error>
    where
        O: Paged + Send + Sync + 'static,
        O::Response: Send + 'static,
    {
        self.0.block_on(self.1.pages(operation).try_collect())
    }

    fn sign_out(&self, scope: SignOutScope) -> SignedOut {
        self.0.block_on(self.1.sign_out(scope))
    }
}

impl super::CredentialsProvider for OnRuntime<CredentialsProvider> {
    fn get(&self) -> Result<KeptCredentials, Error> {
        self.0.block_on(self.1.get())
    }

    fn refresh(&self) -> Result<KeptCredentials, Error> {
        self.0.block_on(self.1.refresh())
    }

    fn forget(&self) -> Result<(), Error> {
        self.0.block_on(self.1.forget())
    }
}
