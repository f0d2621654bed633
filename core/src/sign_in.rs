//! Signing in.
//!
//! - `initiate`: the ways in which a sign-in begins. Each has a file with its request: `srp`, `password`, `custom`.
//! - `srp`: the proof of a password. `device`: the proof of a remembered device.
//! - `steps`: the state machine. It reads every response of the service, and ends with a session or a `pending`
//!   challenge.
//! - `challenge`: each kind of challenge with its answers. `stored`: a challenge as JSON.
//! - `outcome`: makes a [`Challenge`](challenge::Challenge) of what the state machine ended with.

pub(crate) mod challenge;
mod custom;
mod device;
mod initiate;
mod names;
mod outcome;
mod password;
mod pending;
mod request;
mod srp;
mod steps;
mod stored;
#[cfg(test)]
mod tests;

use alloc::string::String;

use crate::configuration::AppClient;
use crate::device::Devices;
use crate::error::InvalidInput;
use crate::flow::guarded::Guarded;
use crate::operation::{Context, Parameters};
use crate::secret::{Parameter, Password};
use crate::seed::Seed;

pub use outcome::SignInOutcome;

use initiate::{Initiation, Method};
use names::UserNames;
use pending::Pending;
use request::FirstRequest;
use steps::{Opening, SigningIn};

/// Signs a user in: from a name and a password, or from an answer to a challenge, to tokens or the next challenge.
///
/// ```text
///  srp, password, custom, custom_with_srp              Challenge::…::answer
///      │ InitiateAuth                                      │ RespondToAuthChallenge
///      ├──── PASSWORD_VERIFIER: the password's proof ──┐   │
///      │                                               ▼   ▼
///      ├──── DEVICE_SRP_AUTH, DEVICE_PASSWORD_VERIFIER: the device's proof ──┐
///      │                                                                     │
///      ├──── tokens ──► a new device is registered ──► SignedIn ◄──── tokens ┤
///      └──── any other challenge ──► Challenge ◄──── any other challenge ────┘
/// ```
///
/// Any challenge may follow any other: every answer of the service goes through one interpreter.
///
/// Where the pool tracks devices, [`with_devices`](Self::with_devices) brings what is known of this one. If the service
/// does not know the device any more, or refuses its proof, the sign-in begins again once without it; an answer is sent
/// once more without it, as long as its challenge session is not spent. The outcome names the device that is gone. From
/// the moment tokens have come nothing is an error: see [`DeviceReport`](crate::DeviceReport).
///
/// Four steps may compute: `g^a` and the proof, for the password and for the device, and one more where a device is
/// registered. Those two are the cost of a sign-in by SRP, 6 to 7 milliseconds in an optimised build on the x86-64 machine
/// where it was measured; every other step is next to nothing.
///
/// Errors to expect: [`NotAuthorized::IncorrectUsernameOrPassword`], [`RefusalKind::UserNotFound`] where the pool says
/// so, [`RefusalKind::UserNotConfirmed`] and [`RefusalKind::PasswordResetRequired`]; of an answer
/// [`RefusalKind::CodeMismatch`], which leaves the challenge to be answered again, and [`Error::StartAgain`], which does
/// not.
///
/// ```
/// use cognito_core::{AppClient, Event, Flow, Seed, SignIn, SignInOutcome, Step, Timestamp, UserPoolId};
/// # use cognito_core::{Headers, Request, Response, SendOutcome};
/// # fn send(_: Request) -> SendOutcome {
/// #     let tokens = br#"{"AuthenticationResult":{"AccessToken":"a.b.c"}}"#;
/// #     SendOutcome::Answered(Response::new(200, Headers::new(), tokens.to_vec()))
/// # }
/// # fn now() -> Timestamp { Timestamp::from_unix_seconds(1_546_322_769) }
/// # fn sleep(_: cognito_core::Backoff) {}
/// # fn random() -> [u8; 32] { [7; 32] }
///
/// let app_client = AppClient::new(UserPoolId::new("us-east-1_QdbSdK39m")?, "3pu8tnp684l4lmlfoth25ojmd2")?;
/// let mut flow = SignIn::srp(&app_client, "alice", "Very$ecur3", Seed::new(random()));
/// let mut event = Event::Start;
/// let outcome = loop {
///     event = match flow.step(now(), event)? {
///         Step::Send(request) => Event::Sent(send(request)),
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
/// [`RefusalKind::CodeMismatch`]: crate::error::RefusalKind::CodeMismatch
/// [`Error::StartAgain`]: crate::Error::StartAgain
#[derive(Debug)]
pub struct SignIn(Guarded<SigningIn>);

impl SignIn {
    /// USER_SRP_AUTH: with a password that never leaves, not even under TLS. `username` may be an alias, where the pool
    /// has aliases.
    #[must_use]
    pub fn srp(app_client: &AppClient, username: impl Into<String>, password: impl Into<Password>, seed: Seed) -> Self {
        Self::initiate(app_client, username, Method::Srp(password.into()), seed)
    }

    /// USER_PASSWORD_AUTH: with a password that goes to the service, under TLS. A pool whose users are migrated from
    /// elsewhere needs this.
    #[must_use]
    pub fn password(
        app_client: &AppClient,
        username: impl Into<String>,
        password: impl Into<Password>,
        seed: Seed,
    ) -> Self {
        Self::initiate(app_client, username, Method::Password(password.into()), seed)
    }

    /// CUSTOM_AUTH: without a password, by the challenges that the pool's triggers make.
    /// <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-challenge.html>
    #[must_use]
    pub fn custom(app_client: &AppClient, username: impl Into<String>, seed: Seed) -> Self {
        Self::initiate(app_client, username, Method::Custom, seed)
    }

    /// CUSTOM_AUTH with SRP first: a password that never leaves, then the challenges that the pool's triggers make.
    #[must_use]
    pub fn custom_with_srp(
        app_client: &AppClient,
        username: impl Into<String>,
        password: impl Into<Password>,
        seed: Seed,
    ) -> Self {
        Self::initiate(app_client, username, Method::CustomWithSrp(password.into()), seed)
    }

    fn initiate(app_client: &AppClient, username: impl Into<String>, method: Method, seed: Seed) -> Self {
        let initiation = Initiation { username: username.into(), method };
        let names = UserNames::typed(&initiation.username);
        Self(Guarded::new(SigningIn::new(app_client, names, Ok(Opening::Initiate(initiation)), seed, None)))
    }

    /// Answers a challenge with these responses, or fails because they cannot be sent.
    fn answer(
        app_client: &AppClient,
        challenge: &Pending,
        responses: Result<Parameters, InvalidInput>,
        seed: Seed,
    ) -> Self {
        let request = responses.map(|responses| FirstRequest::from(challenge.response(responses)));
        Self::open(app_client, challenge, request.map(Opening::Answer), seed)
    }

    /// The same with one response, which must not be empty.
    fn answer_one(
        app_client: &AppClient,
        challenge: &Pending,
        name: &'static str,
        value: Parameter,
        seed: Seed,
    ) -> Self {
        let responses = InvalidInput::require(name, value.expose()).map(|()| [(name, value)].into_iter().collect());
        Self::answer(app_client, challenge, responses, seed)
    }

    /// Goes on from a challenge.
    fn open(app_client: &AppClient, challenge: &Pending, opening: Result<Opening, InvalidInput>, seed: Seed) -> Self {
        let (names, gone_device_key) = (challenge.names.clone(), challenge.gone_device_key.clone());
        Self(Guarded::new(SigningIn::new(app_client, names, opening, seed, gone_device_key)))
    }

    /// Sends this along with every request that has a place for it.
    #[must_use]
    pub fn with_context(mut self, context: Context) -> Self {
        self.0.inner_mut().attempt.context = context;
        self
    }

    /// Names this machine's device of the user, if it is among these, and proves it when the service asks.
    #[must_use]
    pub fn with_devices(mut self, devices: Devices) -> Self {
        self.0.inner_mut().attempt.devices = devices;
        self
    }

    /// Gives this name, for people to read, to a device that is registered.
    #[must_use]
    pub fn with_device_name(mut self, name: impl Into<String>) -> Self {
        self.0.inner_mut().attempt.device_name = Some(name.into());
        self
    }
}
