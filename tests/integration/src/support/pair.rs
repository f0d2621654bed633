//! A client and the simulated service, connected without HTTP, with a clock that only the test moves.

use std::cell::RefCell;

use cognito_core::error::{NotAuthorized, RefusalKind};
use cognito_core::operation::{Public, TokenAuthorized};
use cognito_core::secret::AccessToken;
use cognito_core::{
    AppClient, Call, Error, Event, Flow, Refresh, Seed, SendOutcome, Session, SignIn, SignInOutcome, Step, Timestamp,
    UserPoolId,
};
use cognito_testkit::{Config, Simulator};

/// A client and the simulated service, with a clock that only the test moves.
pub struct Pair {
    pub simulator: RefCell<Simulator>,
    pub now: Timestamp,
    pub client: AppClient,
}

impl Pair {
    /// Creates a pair from a configuration of the service. `client` is the name of an app client in `config`.
    #[track_caller]
    pub fn new(config: Config, client: &str) -> Self {
        let now = Timestamp::from_unix_seconds(1_700_000_000);
        let simulator = Simulator::from_config([7; 32], now, config).unwrap();
        let pool = simulator.pools().remove(0);
        let found = pool.clients.into_iter().find(|known| known.name == client).unwrap();
        let client = AppClient::new(UserPoolId::new(pool.id).unwrap(), found.id).unwrap();
        let client = client.with_secret(found.secret.unwrap_or_default());
        Self { simulator: RefCell::new(simulator), now, client }
    }

    /// Creates a pair with the user alice. `client` is `public` or `secret`.
    pub fn with_alice(client: &str) -> Self {
        Self::new(
            config(r#"{"username":"alice","password":"Correct-horse-1","attributes":{"email":"a@example.com"}}"#),
            client,
        )
    }

    /// Runs a flow to its end. Waiting takes no time.
    pub fn run<F: Flow>(&self, mut flow: F) -> Result<F::Output, Error> {
        let mut event = Event::Start;
        loop {
            event = match flow.step(self.now, event)? {
                Step::Send(request) => {
                    Event::Sent(SendOutcome::Answered(self.simulator.borrow_mut().handle(self.now, &request)))
                }
                Step::Wait(_) => Event::Woke,
                Step::Done(output) => return Ok(output),
            };
        }
    }

    pub fn call<O: Public>(&self, operation: O) -> Result<O::Response, Error> {
        self.run(Call::new(&self.client, operation))
    }

    pub fn call_signed_in<O: TokenAuthorized>(
        &self,
        token: &impl AsRef<AccessToken>,
        operation: O,
    ) -> Result<O::Response, Error> {
        self.run(Call::signed_in(&self.client, token, operation))
    }

    /// Starts a sign-in over SRP, and returns tokens or a challenge.
    pub fn start(&self, username: &str, password: &str) -> Result<SignInOutcome, Error> {
        self.run(SignIn::srp(&self.client, username, password, Seed::new([9; 32])))
    }

    /// Signs a user in over SRP, and panics if a challenge follows.
    #[track_caller]
    pub fn sign_in(&self, username: &str, password: &str) -> Result<Session, Error> {
        match self.start(username, password)? {
            SignInOutcome::SignedIn(signed_in) => Ok(signed_in.session),
            SignInOutcome::Challenge(challenge) => panic!("{challenge:?}"),
        }
    }

    pub fn refresh(&self, session: &Session) -> Result<Session, Error> {
        self.run(Refresh::new(&self.client, session, Seed::new([8; 32]))).map(|renewed| renewed.session)
    }

    /// Returns the code that the service sent last.
    #[track_caller]
    pub fn last_code(&self) -> String {
        self.simulator.borrow().messages().last().unwrap().code.clone()
    }
}

/// Returns the configuration of one user pool with this user, a public app client, and an app client with a
/// secret.
///
/// Users of the pool can sign in with their e-mail address as an alias.
#[track_caller]
pub fn config(user: &str) -> Config {
    let flows = r#"["ALLOW_USER_SRP_AUTH","ALLOW_REFRESH_TOKEN_AUTH"]"#;
    let text = format!(
        r#"{{"pools":[{{"alias_attributes":["email"],"auto_verified_attributes":["email"],
            "clients":[{{"name":"public","explicit_auth_flows":{flows}}},
                       {{"name":"secret","generate_secret":true,"explicit_auth_flows":{flows}}}],
            "users":[{user}]}}]}}"#
    );
    Config::from_json(&text).unwrap()
}

/// Returns the reason of a `NotAuthorizedException`, and panics for any other result.
#[track_caller]
pub fn not_authorized<T>(result: Result<T, Error>) -> NotAuthorized {
    match refused(result) {
        RefusalKind::NotAuthorized(reason) => reason,
        kind => panic!("{kind:?}"),
    }
}

/// Returns the kind of the service's error, and panics for any other result.
#[track_caller]
pub fn refused<T>(result: Result<T, Error>) -> RefusalKind {
    result.map(|_| ()).unwrap_err().refusal_kind().expect("the service rejected the request")
}
