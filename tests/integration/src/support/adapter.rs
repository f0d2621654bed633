//! Both adapters behind one trait, so that a test is written once and runs on each.

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

/// Makes two tests of each function, which has the adapter as a type parameter: one in the module `blocking`,
/// one in `tokio`.
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

/// A client of one adapter, with sessions and identities in memory. Every method blocks until it is done.
pub trait Adapter: Sized {
    /// The adapter's own type of client. Threads may share one.
    type Client: Clone + Send + Sync;
    /// A handle on one user's session.
    type Session: SessionHandle;
    /// A source of AWS credentials.
    type Credentials: CredentialsProvider;

    /// A client on the adapter's own HTTP transport.
    fn new(app_client: AppClient, settings: &TransportSettings) -> Self;

    /// A client that sends by this function.
    fn with_transport(
        app_client: AppClient,
        transport: impl Fn(&Request) -> SendOutcome + Send + Sync + 'static,
    ) -> Self;

    /// The adapter's own HTTP transport, alone.
    fn transport(settings: &TransportSettings) -> impl Fn(&Request) -> SendOutcome + use<Self>;

    /// The configuration of the client.
    fn app_client(&self) -> &AppClient;

    /// Randomness for one flow.
    fn seed(&self) -> Result<Seed, Error>;

    /// Runs a flow to its end.
    fn run<F>(&self, flow: F) -> Result<F::Output, Error>
    where
        F: Flow + Send + 'static,
        F::Output: Send + 'static;

    /// Stores the session of a sign-in.
    fn save(&self, signed_in: &SignedIn) -> Result<Self::Session, Error>;

    /// The events of all sessions from now on. Each call gives those that have come since the last.
    fn subscribe(&self) -> impl FnMut() -> Vec<SessionEvent>;

    /// Credentials of a guest.
    fn guest(&self, pool: IdentityPool) -> Self::Credentials;

    /// Credentials of the user with this session.
    fn user(&self, pool: IdentityPool, session: &Self::Session, role: Role) -> Self::Credentials;

    /// Calls an operation that needs no access token.
    fn call<O>(&self, operation: O) -> Result<O::Response, Error>
    where
        O: Public + Send + 'static,
        O::Response: Send + 'static,
    {
        self.run(Call::new(self.app_client(), operation))
    }

    /// Calls an operation of a signed-in user.
    fn call_signed_in<O>(&self, access_token: &impl AsRef<AccessToken>, operation: O) -> Result<O::Response, Error>
    where
        O: TokenAuthorized + Send + 'static,
        O::Response: Send + 'static,
    {
        self.run(Call::signed_in(self.app_client(), access_token, operation))
    }

    /// Signs a user in by SRP.
    fn srp(&self, username: &str, password: &str) -> Result<SignInOutcome, Error> {
        self.run(SignIn::srp(self.app_client(), username, password, self.seed()?))
    }

    /// Signs a user in by SRP, who is asked for nothing more.
    #[track_caller]
    fn sign_in(&self, username: &str, password: &str) -> SignedIn {
        match self.srp(username, password).unwrap() {
            SignInOutcome::SignedIn(signed_in) => signed_in,
            SignInOutcome::Challenge(challenge) => panic!("{challenge:?}"),
        }
    }
}

/// A handle on one user's session.
pub trait SessionHandle {
    /// The session, refreshed if it is time.
    fn get(&self) -> Result<KeptSession, Error>;

    /// The session, refreshed now.
    fn refresh(&self) -> Result<KeptSession, Error>;

    /// Calls an operation with the session's access token.
    fn call<O>(&self, operation: O) -> Result<O::Response, Error>
    where
        O: TokenAuthorized + Clone + Send + 'static,
        O::Response: Send + 'static;

    /// Every page of a list.
    fn pages<O>(&self, operation: O) -> Result<Vec<O::Response>, Error>
    where
        O: Paged + Send + Sync + 'static,
        O::Response: Send + 'static;

    /// Ends the session.
    fn sign_out(&self, scope: SignOutScope) -> SignedOut;
}

/// A source of AWS credentials.
pub trait CredentialsProvider {
    /// Credentials that are valid, renewed if it is time.
    fn get(&self) -> Result<KeptCredentials, Error>;

    /// Credentials that are new.
    fn refresh(&self) -> Result<KeptCredentials, Error>;

    /// Forgets the identity and its credentials.
    fn forget(&self) -> Result<(), Error>;
}
