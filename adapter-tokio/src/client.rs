use std::fmt;
use std::sync::Arc;

use cognito_core::operation::{Public, TokenAuthorized};
use cognito_core::secret::AccessToken;
use cognito_core::{AppClient, Call, Error, Flow, Seed, adapter};

use crate::Transport;
use crate::run::{Arithmetic, run};

/// An app client with what its flows need from outside: a transport, the system's clock and its randomness.
///
/// It can be shared between tasks. Cloning is cheap, and clones share the transport with its open connections.
#[derive(Clone)]
pub struct Client {
    app_client: AppClient,
    transport: Arc<dyn Transport>,
    arithmetic: Arithmetic,
}

impl Client {
    /// A client on [`ReqwestTransport`](crate::ReqwestTransport) with its default settings.
    #[cfg(feature = "reqwest")]
    #[must_use]
    pub fn new(app_client: AppClient) -> Self {
        Self::with_transport(app_client, crate::ReqwestTransport::new(&crate::TransportSettings::default()))
    }

    /// A client on a transport of the caller's choice.
    #[must_use]
    pub fn with_transport(app_client: AppClient, transport: impl Transport + 'static) -> Self {
        Self { app_client, transport: Arc::new(transport), arithmetic: Arithmetic::new() }
    }

    /// The app client that flows are made from.
    #[must_use]
    pub fn app_client(&self) -> &AppClient {
        &self.app_client
    }

    pub(crate) fn shared(&self) -> (Arc<dyn Transport>, Arithmetic) {
        (Arc::clone(&self.transport), self.arithmetic.clone())
    }

    pub(crate) fn arithmetic(&self) -> &Arithmetic {
        &self.arithmetic
    }

    pub(crate) fn transport(&self) -> &dyn Transport {
        &*self.transport
    }

    /// Drives a flow to its end. The steps of a sign-in compute for milliseconds (SRP), and so are taken on tokio's threads
    /// for blocking work, as many at once as there are processors: they hold up no other task. A thousand sign-ins at once
    /// on a runtime of one thread made another task at most 16 ms late where, on the reactor, it was up to 1.5 s late
    /// (`examples/thousand_sign_ins.rs`, on two processors that the service had a share of).
    ///
    /// # Errors
    /// What the flow fails with.
    pub async fn run<F>(&self, flow: F) -> Result<F::Output, Error>
    where
        F: Flow + Send + 'static,
        F::Output: Send + 'static,
    {
        run(flow, &*self.transport, &self.arithmetic).await
    }

    /// Calls an operation that needs no access token.
    ///
    /// # Errors
    /// What the call fails with.
    pub async fn call<O>(&self, operation: O) -> Result<O::Response, Error>
    where
        O: Public + Send + 'static,
        O::Response: Send + 'static,
    {
        self.run(Call::new(&self.app_client, operation)).await
    }

    /// Calls an operation for a signed-in user: a [`Session`](cognito_core::Session) or an [`AccessToken`] says for whom.
    ///
    /// # Errors
    /// What the call fails with.
    pub async fn call_signed_in<O>(
        &self,
        access_token: &(impl AsRef<AccessToken> + Sync),
        operation: O,
    ) -> Result<O::Response, Error>
    where
        O: TokenAuthorized + Send + 'static,
        O::Response: Send + 'static,
    {
        self.run(Call::signed_in(&self.app_client, access_token, operation)).await
    }

    /// Randomness for one flow, from the operating system.
    ///
    /// # Errors
    /// [`Error::NoRandomness`] when the operating system has none to give.
    pub fn seed(&self) -> Result<Seed, Error> {
        adapter::seed()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Client").field("app_client", &self.app_client).finish_non_exhaustive()
    }
}
