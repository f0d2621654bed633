//! One trait for both adapters, so that a test is written once and runs on each adapter.

mod blocking;
mod tokio;

use cognito_blocking::TransportSettings;
use cognito_core::operation::{Paged, Public, TokenAuthorized};
use cognito_core::secret::AccessToken;
use cognito_core::{
    AppClient, Call, Error, Flow, IdentityPool, KeptCredentials, KeptSession, Request, Role, Seed, SendOutcome,
    SessionEvent, SignIn, SignInOutcome, SignOutScope, SignedIn, SignedOut,
};

pub use self::blocking::Blocking;
pub use self::tokio::Tokio;

/// Makes two tests of each listed function: one in the module `blocking` and one in the module `tokio`.
///
/// Each function must have the adapter as its only type parameter.
#[macro_export]
macro_rules! test_on_both_adapters {
    ($($test:ident),+ $(,)?) => {
        mod blocking {
            $(
                #[test]
                fn $test() {
                    super::$test::<$crate::support::adapter::Blocking>();
                }
            )+
        }

        mod tokio {
            $(
                #[test]
                fn $test() {
                    super::$test::<$crate::support::adapter::Tokio>();
                }
            )+
        }
    };
}

/// A client of one adapter, with in-memory stores for sessions and identities. Every method blocks until it
/// is done.
pub trait Adapter: Sized {
    /// The client type of the adapter. Several threads may share one client.
    type Client: Clone + Send + Sync;
    /// The adapter's handle on the session of one user.
    type Session: SessionHandle;
    /// The adapter's source of AWS credentials.
    type Credentials: CredentialsProvider;

    /// Creates a client that uses the HTTP transport of the adapter.
    fn new(app_client: AppClient, settings: &TransportSettings) -> Self;

    /// Creates a client that sends every request with the function `transport`.
    fn with_transport(
        app_client: AppClient,
        transport: impl Fn(&Request) -> SendOutcome + Send + Sync + 'static,
    ) -> Self;

    /// Returns the HTTP transport of the adapter, without a client.
    fn transport(settings: &TransportSettings) -> impl Fn(&Request) -> SendOutcome + use<Self>;

    /// Returns the app client that the client is configured with.
    fn app_client(&self) -> &AppClient;

    /// Returns random bytes for one flow.
    fn seed(&self) -> Result<Seed, Error>;

    /// Runs a flow to its end.
    fn run<F>(&self, flow: F) -> Result<F::Output, Error>
    where
        F: Flow + Send + 'static,
        F::Output: Send + 'static;

    /// Stores the session of a sign-in, and returns a handle on the session.
    fn save(&self, signed_in: &SignedIn) -> Result<Self::Session, Error>;

    /// Subscribes to the events of all sessions. Each call of the returned function returns the events since
    /// its last call.
    fn subscribe(&self) -> impl FnMut() -> Vec<SessionEvent>;

    /// Returns a source of AWS credentials for a guest.
    fn guest(&self, pool: IdentityPool) -> Self::Credentials;

    /// Returns a source of AWS credentials for the user of this session.
    fn user(&self, pool: IdentityPool, session: &Self::Session, role: Role) -> Self::Credentials;

    /// Calls an operation that needs no access token.
    fn call<O>(&self, operation: O) -> Result<O::Response, Error>
    where
        O: Public + Send + 'static,
        O::Response: Send + 'static,
    {
        self.run(Call::new(self.app_client(), operation))
    }

    /// Calls an operation with the access token of a signed-in user.
    fn call_signed_in<O>(&self, access_token: &impl AsRef<AccessToken>, operation: O) -> Result<O::Response, Error>
    where
        O: TokenAuthorized + Send + 'static,
        O::Response: Send + 'static,
    {
        self.run(Call::signed_in(self.app_client(), access_token, operation))
    }

    /// Signs a user in with a password over SRP.
    fn srp(&self, username: &str, password: &str) -> Result<SignInOutcome, Error> {
        self.run(SignIn::srp(self.app_client(), username, password, self.seed()?))
    }

    /// Signs a user in with a password over SRP, and panics if a challenge follows.
    #[track_caller]
    fn sign_in(&self, username: &str, password: &str) -> SignedIn {
        match self.srp(username, password).unwrap() {
            SignInOutcome::SignedIn(signed_in) => signed_in,
            SignInOutcome::Challenge(challenge) => panic!("{challenge:?}"),
        }
    }
}

/// A handle on the session of one user.
pub trait SessionHandle {
    /// Returns the session, and refreshes the tokens first if they are about to expire.
    fn get(&self) -> Result<KeptSession, Error>;

    /// Refreshes the tokens, and returns the session.
    fn refresh(&self) -> Result<KeptSession, Error>;

    /// Calls an operation with the session's access token.
    fn call<O>(&self, operation: O) -> Result<O::Response, Error>
    where
        O: TokenAuthorized + Clone + Send + 'static,
        O::Response: Send + 'static;

    /// Returns every page of a paged operation.
    fn pages<O>(&self, operation: O) -> Result<Vec<O::Response>, Error>
    where
        O: Paged + Send + Sync + 'static,
        O::Response: Send + 'static;

    /// Signs the user out with this scope, and ends the session.
    fn sign_out(&self, scope: SignOutScope) -> SignedOut;
}

/// A source of AWS credentials for one identity.
pub trait CredentialsProvider {
    /// Returns valid credentials, and renews them first if they are about to expire.
    fn get(&self) -> Result<KeptCredentials, Error>;

    /// Requests new credentials and returns them.
    fn refresh(&self) -> Result<KeptCredentials, Error>;

    /// Forgets the identity and its credentials.
    fn forget(&self) -> Result<(), Error>;
}
