//! A client and the simulated service, without HTTP, on a clock that only the test moves.

use std::cell::RefCell;

use cognito_core::error::{NotAuthorized, RefusalKind};
use cognito_core::operation::{Public, SignedIn as SignedInOperation};
use cognito_core::secret::AccessToken;
use cognito_core::{
    AppClient, Call, Error, Event, Flow, Refresh, Seed, Session, SignIn, SignInOutcome, Step, Timestamp, UserPoolId,
};
use cognito_testkit::{Config, Simulator};

/// Both ends, on a clock that only the test moves.
pub struct Pair {
    pub simulator: RefCell<Simulator>,
    pub now: Timestamp,
    pub client: AppClient,
}

impl Pair {
    /// `client` is the name of an app client in the configuration.
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

    pub fn with_alice(client: &str) -> Self {
        Self::new(
            config(r#"{"username":"alice","password":"Correct-horse-1","attributes":{"email":"a@example.com"}}"#),
            client,
        )
    }

    pub fn run<F: Flow>(&self, mut flow: F) -> Result<F::Output, Error> {
        let mut event = Event::Start;
        loop {
            event = match flow.step(self.now, event)? {
                Step::Send(request) => Event::Response(self.simulator.borrow_mut().handle(self.now, &request)),
                Step::Wait(_) => Event::Woke,
                Step::Done(output) => return Ok(output),
            };
        }
    }

    pub fn call<O: Public>(&self, operation: O) -> Result<O::Response, Error> {
        self.run(Call::new(&self.client, operation))
    }

    pub fn call_signed_in<O: SignedInOperation>(
        &self,
        token: &impl AsRef<AccessToken>,
        operation: O,
    ) -> Result<O::Response, Error> {
        self.run(Call::signed_in(&self.client, token, operation))
    }

    pub fn start(&self, username: &str, password: &str) -> Result<SignInOutcome, Error> {
        self.run(SignIn::srp(&self.client, username, password, Seed::new([9; 32])))
    }

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

    #[track_caller]
    pub fn last_code(&self) -> String {
        self.simulator.borrow().messages().last().unwrap().code.clone()
    }
}

/// One pool of which e-mail is an alias, with this user, a public app client and one with a secret.
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

#[track_caller]
pub fn not_authorized<T>(result: Result<T, Error>) -> NotAuthorized {
    match refused(result) {
        RefusalKind::NotAuthorized(reason) => reason,
        kind => panic!("{kind:?}"),
    }
}

#[track_caller]
pub fn refused<T>(result: Result<T, Error>) -> RefusalKind {
    result.map(|_| ()).unwrap_err().refusal_kind().expect("a refusal")
}
