use std::fmt;
use std::sync::Arc;

use cognito_core::operation::{Public, TokenAuthorized};
use cognito_core::secret::AccessToken;
use cognito_core::{AppClient, Call, Error, Flow, Seed, adapter};

use crate::{Transport, run};

/// Runs the flows and the operations of one app client.
///
/// A client contains the configuration of the app client, and a transport. The time and the random bytes come
/// from the operating system. Threads can share a client. Cloning a client is cheap: all clones use the same
/// transport and its open connections.
#[derive(Clone)]
pub struct Client {
    app_client: AppClient,
    transport: Arc<dyn Transport>,
}

impl Client {
    /// Creates a client that sends its requests with [`UreqTransport`](crate::UreqTransport) and default
    /// settings.
    #[cfg(feature = "ureq")]
    #[must_use]
    pub fn new(app_client: AppClient) -> Self {
        Self::with_transport(app_client, crate::UreqTransport::new(&crate::TransportSettings::default()))
    }

    /// Creates a client that sends its requests with the given transport.
    #[must_use]
    pub fn with_transport(app_client: AppClient, transport: impl Transport + 'static) -> Self {
        Self { app_client, transport: Arc::new(transport) }
    }

    /// Returns the app client, which the constructors of flows take as an argument.
    #[must_use]
    pub fn app_client(&self) -> &AppClient {
        &self.app_client
    }

    pub(crate) fn shared_transport(&self) -> Arc<dyn Transport> {
        Arc::clone(&self.transport)
    }

    pub(crate) fn transport(&self) -> &dyn Transport {
        &*self.transport
    }

    /// Runs a flow until the flow ends, and returns the output.
    ///
    /// # Errors
    /// Returns an error if the flow fails.
    pub fn run<F: Flow>(&self, flow: F) -> Result<F::Output, Error> {
        run(flow, &*self.transport)
    }

    /// Calls an operation that needs no access token.
    ///
    /// # Errors
    /// Returns an error if the call fails.
    pub fn call<O: Public>(&self, operation: O) -> Result<O::Response, Error> {
        self.run(Call::new(&self.app_client, operation))
    }

    /// Calls an operation for a signed-in user. Pass the user's [`Session`](cognito_core::Session) or
    /// [`AccessToken`] as `access_token`.
    ///
    /// # Errors
    /// Returns an error if the call fails.
    pub fn call_signed_in<O: TokenAuthorized>(
        &self,
        access_token: &impl AsRef<AccessToken>,
        operation: O,
    ) -> Result<O::Response, Error> {
        self.run(Call::signed_in(&self.app_client, access_token, operation))
    }

    /// Returns a seed for one flow: random bytes from the operating system.
    ///
    /// # Errors
    /// Returns [`Error::NoRandomness`] if the operating system cannot provide random bytes.
    pub fn seed(&self) -> Result<Seed, Error> {
        adapter::seed()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Client").field("app_client", &self.app_client).finish_non_exhaustive()
    }
}
