use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};

use super::{SignInOutcome, canonical_username, outcome};
use crate::app_client::AppClient;
use crate::call::{Call, Metadata};
use crate::error::{Error, InvalidInput};
use crate::flow::{Event, Flow, Step, Timestamp};
use crate::guarded::{self, Guarded};
use crate::operation::{
    AuthFlow, ChallengeName, Context, InitiateAuth, InitiateAuthResponse, Parameters, RespondToAuthChallenge,
};
use crate::secret::Password;
use crate::seed::Seed;
use crate::srp::{EphemeralKey, Identity};

/// USER_SRP_AUTH: signs in with a password that never leaves, not even under TLS.
///
/// ```text
///  Ready ──Start──► Initiating ──PASSWORD_VERIFIER──► Verifying ──► Done(SignInOutcome)
///                       └────────tokens, or another challenge──────────┘
/// ```
///
/// Two steps compute: the first `g^a`, the second the proof. Together they are the cost of a sign-in, 6 to 7 milliseconds
/// in an optimised build on the x86-64 machine where it was measured; every other step is next to nothing.
///
/// Errors to expect: [`NotAuthorized::IncorrectUsernameOrPassword`], [`RefusalKind::UserNotFound`] where the pool says
/// so, [`RefusalKind::UserNotConfirmed`] and [`RefusalKind::PasswordResetRequired`].
///
/// ```
/// use cognito_core::{AppClient, Event, Flow, Seed, SignInOutcome, SrpSignIn, Step, Timestamp, UserPoolId};
/// # use cognito_core::{Request, Response, Headers};
/// # fn send(_: Request) -> Event {
/// #     let tokens = br#"{"AuthenticationResult":{"AccessToken":"a.b.c"}}"#;
/// #     Event::Response(Response::new(200, Headers::new(), tokens.to_vec()))
/// # }
/// # fn now() -> Timestamp { Timestamp::from_unix_seconds(1_546_322_769) }
/// # fn sleep(_: cognito_core::Backoff) {}
/// # fn random() -> [u8; 32] { [7; 32] }
///
/// let app_client = AppClient::new(UserPoolId::new("us-east-1_QdbSdK39m")?, "3pu8tnp684l4lmlfoth25ojmd2")?;
/// let mut flow = SrpSignIn::new(&app_client, "alice", "Very$ecur3", Seed::new(random()));
/// let mut event = Event::Start;
/// let outcome = loop {
///     event = match flow.step(now(), event)? {
///         Step::Send(request) => send(request),
///         Step::Wait(backoff) => {
///             sleep(backoff);
///             Event::Woke
///         }
///         Step::Done(outcome) => break outcome,
///     };
/// };
/// match outcome {
///     SignInOutcome::SignedIn(signed_in) => println!("{} is signed in", signed_in.session.username()),
///     SignInOutcome::Challenge(challenge) => println!("the service asks for {:?}", challenge.name()),
/// }
/// # Ok::<(), cognito_core::Error>(())
/// ```
///
/// [`NotAuthorized::IncorrectUsernameOrPassword`]: crate::error::NotAuthorized::IncorrectUsernameOrPassword
/// [`RefusalKind::UserNotFound`]: crate::error::RefusalKind::UserNotFound
/// [`RefusalKind::UserNotConfirmed`]: crate::error::RefusalKind::UserNotConfirmed
/// [`RefusalKind::PasswordResetRequired`]: crate::error::RefusalKind::PasswordResetRequired
#[derive(Debug)]
pub struct SrpSignIn(Guarded<Machine>);

#[derive(Debug)]
struct Machine {
    inputs: Inputs,
    state: State,
}

#[derive(Debug)]
struct Inputs {
    app_client: AppClient,
    username: String,
    password: Password,
    context: Context,
}

#[derive(Debug)]
enum State {
    Ready(Seed),
    Initiating(Box<EphemeralKey>, Box<Call<InitiateAuth>>),
    Verifying { username: String, call: Box<Call<RespondToAuthChallenge>> },
}

impl SrpSignIn {
    /// Signs this user in with this password. `username` may be an alias, where the pool has aliases.
    #[must_use]
    pub fn new(app_client: &AppClient, username: impl Into<String>, password: impl Into<Password>, seed: Seed) -> Self {
        let inputs = Inputs {
            app_client: app_client.clone(),
            username: username.into(),
            password: password.into(),
            context: Context::default(),
        };
        Self(Guarded::new(Machine { inputs, state: State::Ready(seed) }))
    }

    /// Sends this along with both requests.
    #[must_use]
    pub fn with_context(mut self, context: Context) -> Self {
        self.0.machine_mut().inputs.context = context;
        self
    }
}

impl Flow for SrpSignIn {
    type Output = SignInOutcome;

    fn step(&mut self, now: Timestamp, event: Event) -> Result<Step<SignInOutcome>, Error> {
        self.0.step(now, event)
    }
}

impl guarded::Machine for Machine {
    type Output = SignInOutcome;

    fn advance(&mut self, now: Timestamp, event: Event) -> Result<Step<SignInOutcome>, Error> {
        match &mut self.state {
            State::Ready(seed) => {
                let (key, call) = self.inputs.initiate(seed)?;
                self.state = State::Initiating(Box::new(key), Box::new(call));
                self.advance(now, Event::Start)
            }
            State::Initiating(key, call) => {
                let response = match call.step(now, event)?.finished() {
                    Ok(response) => response,
                    Err(step) => return Ok(step),
                };
                if response.challenge_name != Some(ChallengeName::PasswordVerifier) {
                    return outcome(response, now, call.metadata(), &self.inputs.username).map(Step::Done);
                }
                let (username, call) = self.inputs.prove(key, now, response, call.metadata())?;
                self.state = State::Verifying { username, call: Box::new(call) };
                self.advance(now, Event::Start)
            }
            State::Verifying { username, call } => match call.step(now, event)?.finished() {
                Ok(response) => outcome(response, now, call.metadata(), username).map(Step::Done),
                Err(step) => Ok(step),
            },
        }
    }
}

impl Inputs {
    fn initiate(&self, seed: &Seed) -> Result<(EphemeralKey, Call<InitiateAuth>), Error> {
        InvalidInput::require("username", &self.username)?;
        InvalidInput::require("password", self.password.expose())?;
        // 256 bits: as much as the seed has, and what RFC 5054 asks for.
        let key = EphemeralKey::from_bytes(seed.expand::<32>("SRP a").as_slice())
            .map_err(|_| InvalidInput::new("seed", "gives no secret value for SRP"))?;
        let parameters = Parameters::from_iter([("USERNAME", self.username.clone()), ("SRP_A", key.srp_a())]);
        let mut operation = InitiateAuth::new(AuthFlow::UserSrpAuth, parameters);
        operation.context = self.context.clone();
        Ok((key, Call::new(&self.app_client, operation)))
    }

    /// The answer to PASSWORD_VERIFIER, and what the service calls the user.
    ///
    /// The proof is about USER_ID_FOR_SRP, and the answer names the user as the challenge does: neither is what was
    /// typed when that was an alias.
    fn prove(
        &self,
        key: &EphemeralKey,
        now: Timestamp,
        challenge: InitiateAuthResponse,
        metadata: &Metadata,
    ) -> Result<(String, Call<RespondToAuthChallenge>), Error> {
        let given = &challenge.challenge_parameters;
        let require =
            |name| given.get(name).ok_or_else(|| metadata.malformed(format!("PASSWORD_VERIFIER without {name}")));
        let user = require("USER_ID_FOR_SRP")?;
        let secret_block = require("SECRET_BLOCK")?;
        let pool = self.app_client.user_pool_id().name();
        let identity = Identity { pool, user, password: self.password.expose() };
        // The service's clock counts. It is read when the answer arrives, which is now.
        let timestamp = metadata.date.unwrap_or(now).cognito_text();
        let signature = key
            .exchange(identity, require("SALT")?, require("SRP_B")?)
            .and_then(|exchange| exchange.claim_signature(secret_block, &timestamp))
            .map_err(|error| metadata.malformed(error.to_string()))?;

        let username = canonical_username(given).unwrap_or(user).to_string();
        let responses = Parameters::from_iter([
            ("USERNAME", username.as_str()),
            ("PASSWORD_CLAIM_SECRET_BLOCK", secret_block),
            ("PASSWORD_CLAIM_SIGNATURE", &signature),
            ("TIMESTAMP", &timestamp),
        ]);
        let mut operation = RespondToAuthChallenge::new(ChallengeName::PasswordVerifier, responses);
        operation.session = challenge.session;
        operation.context = self.context.clone();
        Ok((username, Call::new(&self.app_client, operation)))
    }
}
