//! The test harness's client of the blocking adapter.

use std::sync::Arc;

use cognito_blocking::{
    Client, CredentialsProvider, IdentityPoolClient, MemoryStore, SessionHandle, Sessions, Transport,
    TransportSettings, UreqTransport, transport_fn,
};
use cognito_core::operation::{Paged, TokenAuthorized};
use cognito_core::{
    AppClient, Error, Flow, IdentityPool, KeptCredentials, KeptSession, Request, Role, Seed, SendOutcome, SessionEvent,
    SignOutScope, SignedIn, SignedOut,
};

use super::Adapter;

/// A client of the blocking adapter.
pub struct Blocking {
    client: Client,
    sessions: Sessions,
    identities: Arc<MemoryStore>,
}

impl Blocking {
    fn from_client(client: Client) -> Self {
        let sessions = Sessions::new(client.clone(), MemoryStore::new());
        Self { client, sessions, identities: Arc::new(MemoryStore::new()) }
    }
}

impl Adapter for Blocking {
    type Client = Client;
    type Session = SessionHandle;
    type Credentials = CredentialsProvider;

    fn new(app_client: AppClient, settings: &TransportSettings) -> Self {
        Self::from_client(Client::with_transport(app_client, UreqTransport::new(settings)))
    }

    fn with_transport(
        app_client: AppClient,
        transport: impl Fn(&Request) -> SendOutcome + Send + Sync + 'static,
    ) -> Self {
        Self::from_client(Client::with_transport(app_client, transport_fn(transport)))
    }

    fn transport(settings: &TransportSettings) -> impl Fn(&Request) -> SendOutcome + use<> {
        let transport = UreqTransport::new(settings);
        move |request: &Request| transport.send(request)
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
        self.client.run(flow)
    }

    fn save(&self, signed_in: &SignedIn) -> Result<SessionHandle, Error> {
        self.sessions.save(signed_in)
    }

    fn subscribe(&self) -> impl FnMut() -> Vec<SessionEvent> {
        let events = self.sessions.subscribe();
        move || events.try_iter().collect()
    }

    fn guest(&self, pool: IdentityPool) -> CredentialsProvider {
        CredentialsProvider::for_guest(
            IdentityPoolClient::with_transport_of(&self.client, pool),
            Arc::clone(&self.identities),
        )
    }

    fn user(&self, pool: IdentityPool, session: &SessionHandle, role: Role) -> CredentialsProvider {
        let client = IdentityPoolClient::with_transport_of(&self.client, pool);
        CredentialsProvider::for_session(client, Arc::clone(&self.identities), session.clone()).with_role(role)
    }
}

impl super::SessionHandle for SessionHandle {
    fn get(&self) -> Result<KeptSession, Error> {
        self.get()
    }

    fn refresh(&self) -> Result<KeptSession, Error> {
        self.refresh()
    }

    fn call<O>(&self, operation: O) -> Result<O::Response, Error>
    where
        O: TokenAuthorized + Clone + Send + 'static,
        O::Response: Send + 'static,
    {
        self.call(operation)
    }

    fn pages<O>(&self, operation: O) -> Result<Vec<O::Response>, Error>
    where
        O: Paged + Send + Sync + 'static,
        O::Response: Send + 'static,
    {
        self.pages(operation).collect()
    }

    fn sign_out(&self, scope: SignOutScope) -> SignedOut {
        self.sign_out(scope)
    }
}

impl super::CredentialsProvider for CredentialsProvider {
    fn get(&self) -> Result<KeptCredentials, Error> {
        self.get()
    }

    fn refresh(&self) -> Result<KeptCredentials, Error> {
        self.refresh()
    }

    fn forget(&self) -> Result<(), Error> {
        self.forget()
    }
}
