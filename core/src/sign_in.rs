//! Sign-in: gets tokens for a user name and a password, or for an answer to a challenge.
//!
//! - `initiate` chooses the first request of a sign-in; `srp`, `password` and `custom` build these requests.
//! - `srp` proves a password to the service, and `device` authenticates a remembered device.
//! - `steps` is the state machine, which reads every response. A sign-in ends with a session or with a
//!   challenge (`pending`).
//! - `challenge` has one type for each kind of challenge. The methods of the type answer the challenge.
//! - `lists` reads the lists in the parameters of a challenge.
//! - `stored` reads and writes a challenge as JSON.
//! - `outcome` turns the result of the state machine into a [`SignInOutcome`].

pub(crate) mod challenge;
mod custom;
mod device;
mod initiate;
mod lists;
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

/// A flow that signs a user in. The flow starts from a user name and a password or from an answer to a
/// challenge, and ends with tokens or the next challenge.
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
/// The service may send the challenges in any order, because the same code reads every response.
///
/// If the user pool tracks devices, pass the stored device records to [`with_devices`](Self::with_devices).
/// If the service no longer knows the device or rejects the device's proof, the flow starts the sign-in again
/// without the device, at most once.
///
/// A flow that answers a challenge cannot start the sign-in again. If the service no longer knows the device,
/// such a flow sends the answer again without the device, at most once. If the service rejects the device's
/// proof, such a flow fails with [`Error::StartAgain`], because the proof has used up the challenge session.
///
/// The outcome of the sign-in contains the key of the rejected device.
///
/// If the service sends tokens, the sign-in succeeds, even if the registration of the device then fails.
/// [`DeviceReport`](crate::DeviceReport) reports this failure.
///
/// A sign-in by SRP takes two expensive steps, which compute `g^a` and the proof. Both steps together took 6
/// to 7 milliseconds in an optimised build on an x86-64 machine. A device's proof takes the same two steps
/// again, and the registration of a new device takes one more expensive step. All other steps of a sign-in
/// take negligible time.
///
/// These errors are common:
///
/// - [`NotAuthorized::IncorrectUsernameOrPassword`]: the user name or the password is wrong.
/// - [`RefusalKind::UserNotFound`]: the user does not exist, and the app client does not hide this fact.
/// - [`RefusalKind::UserNotConfirmed`]: the user must confirm the sign-up first.
/// - [`RefusalKind::PasswordResetRequired`]: the user must reset the password first.
/// - [`RefusalKind::CodeMismatch`]: the code is wrong, and the user can answer the challenge again.
/// - [`Error::StartAgain`]: the user can no longer answer the challenge, and must sign in again.
///
/// ```
/// use cognito_core::{
///     AppClient, Event, Flow, Seed, SignIn, SignInOutcome, Step, Timestamp, UserPoolId,
/// };
/// # use cognito_core::{Headers, Request, Response, SendOutcome};
/// # fn send(_: Request) -> SendOutcome {
/// #     let tokens = br#"{"AuthenticationResult":{"AccessToken":"a.b.c"}}"#;
/// #     SendOutcome::Answered(Response::new(200, Headers::new(), tokens.to_vec()))
/// # }
/// # fn now() -> Timestamp { Timestamp::from_unix_seconds(1_546_322_769) }
/// # fn sleep(_: cognito_core::Backoff) {}
/// # fn random() -> [u8; 32] { [7; 32] }
///
/// let user_pool_id = UserPoolId::new("us-east-1_QdbSdK39m")?;
/// let app_client = AppClient::new(user_pool_id, "3pu8tnp684l4lmlfoth25ojmd2")?;
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
///     SignInOutcome::SignedIn(signed_in) => {
///         println!("{} is signed in", signed_in.session.username());
///     }
///     SignInOutcome::Challenge(challenge) => {
///         println!("the service asks for {:?}", challenge.name());
///     }
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
    /// Creates a flow that signs the user in with a password over SRP (USER_SRP_AUTH). The password never
    /// leaves this machine, not even encrypted by TLS. `username` may be an alias if the user pool has
    /// aliases.
    ///
    /// The proof of the password depends on the name of the user pool. If [`UserPoolId`](crate::UserPoolId)
    /// contains the right region but the wrong name, the service therefore rejects the sign-in as
    /// [`IncorrectUsernameOrPassword`](crate::error::NotAuthorized::IncorrectUsernameOrPassword).
    #[must_use]
    pub fn srp(app_client: &AppClient, username: impl Into<String>, password: impl Into<Password>, seed: Seed) -> Self {
        Self::initiate(app_client, username, Method::Srp(password.into()), seed)
    }

    /// Creates a flow that sends the user's password to the service over TLS (USER_PASSWORD_AUTH). User pools
    /// that migrate users from another system need this flow.
    #[must_use]
    pub fn password(
        app_client: &AppClient,
        username: impl Into<String>,
        password: impl Into<Password>,
        seed: Seed,
    ) -> Self {
        Self::initiate(app_client, username, Method::Password(password.into()), seed)
    }

    /// Creates a flow that signs the user in without a password (CUSTOM_AUTH). The user pool's Lambda
    /// triggers create the challenges that the user must answer.
    /// <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-challenge.html>
    #[must_use]
    pub fn custom(app_client: &AppClient, username: impl Into<String>, seed: Seed) -> Self {
        Self::initiate(app_client, username, Method::Custom, seed)
    }

    /// Creates a flow that first proves the password over SRP (CUSTOM_AUTH). After the proof, the user must
    /// answer the challenges that the user pool's Lambda triggers create. The password never leaves this
    /// machine.
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

    /// Creates a flow that answers a challenge with these responses. If `responses` is an error, the flow
    /// fails before it sends a request.
    fn answer(
        app_client: &AppClient,
        challenge: &Pending,
        responses: Result<Parameters, InvalidInput>,
        seed: Seed,
    ) -> Self {
        let request = responses.map(|responses| FirstRequest::from(challenge.response(responses)));
        Self::open(app_client, challenge, request.map(Opening::Answer), seed)
    }

    /// Creates a flow that answers a challenge with one response. The flow fails if `value` is empty.
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

    /// Creates a flow that continues the sign-in of this challenge.
    fn open(app_client: &AppClient, challenge: &Pending, opening: Result<Opening, InvalidInput>, seed: Seed) -> Self {
        let opening = challenge.require_endpoint(app_client).and_then(|()| Ok(opening?));
        let (names, gone_device_key) = (challenge.names.clone(), challenge.gone_device_key.clone());
        Self(Guarded::new(SigningIn::new(app_client, names, opening, seed, gone_device_key)))
    }

    /// Sets the context of the sign-in, such as client metadata. The flow sends the context with every
    /// request that accepts a context.
    #[must_use]
    pub fn with_context(mut self, context: Context) -> Self {
        self.0.inner_mut().attempt.context = context;
        self
    }

    /// Sets the device records that are stored on this machine. The flow adds the key of the user's device to
    /// its requests. If the service asks for the device's proof, the flow sends this proof.
    #[must_use]
    pub fn with_devices(mut self, devices: Devices) -> Self {
        self.0.inner_mut().attempt.devices = devices;
        self
    }

    /// Sets the display name of the device. The flow uses this name only if the flow registers a new device.
    #[must_use]
    pub fn with_device_name(mut self, name: impl Into<String>) -> Self {
        self.0.inner_mut().attempt.device_name = Some(name.into());
        self
    }
}
