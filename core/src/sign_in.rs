//! Signing in.

mod challenge;
mod machine;
mod opening;
mod proof;
#[cfg(test)]
mod tests;
mod user_names;

use alloc::string::String;

use crate::configuration::AppClient;
use crate::device::Devices;
use crate::error::Error;
use crate::flow::guarded::Guarded;
use crate::flow::{Event, Flow, Step};
use crate::operation::Context;
use crate::secret::Password;
use crate::seed::Seed;
use crate::session::SignedIn;
use crate::timestamp::Timestamp;

pub use challenge::{
    BeginSoftwareTokenSetup, Challenge, CodeChallenge, CustomChallenge, DeviceChallenge, MfaSetupChallenge,
    NewPasswordChallenge, OtherChallenge, SelectMfaTypeChallenge, SoftwareTokenSetup,
};

use machine::Machine;
use opening::{Credentials, Opening};
use user_names::UserNames;

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
/// the moment tokens have come nothing is an error: see [`DeviceReport`].
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
/// let mut flow = SignIn::srp(&app_client, "alice", "Very$ecur3", Seed::new(random()));
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
/// [`RefusalKind::CodeMismatch`]: crate::error::RefusalKind::CodeMismatch
#[derive(Debug)]
pub struct SignIn(Guarded<Machine>);

impl SignIn {
    /// USER_SRP_AUTH: with a password that never leaves, not even under TLS. `username` may be an alias, where the pool
    /// has aliases.
    #[must_use]
    pub fn srp(app_client: &AppClient, username: impl Into<String>, password: impl Into<Password>, seed: Seed) -> Self {
        Self::initiate(app_client, username, Credentials::Srp(password.into()), seed)
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
        Self::initiate(app_client, username, Credentials::Password(password.into()), seed)
    }

    /// CUSTOM_AUTH: without a password, by the challenges that the pool's triggers make.
    /// <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-challenge.html>
    #[must_use]
    pub fn custom(app_client: &AppClient, username: impl Into<String>, seed: Seed) -> Self {
        Self::initiate(app_client, username, Credentials::Custom, seed)
    }

    /// CUSTOM_AUTH with SRP first: a password that never leaves, then the challenges that the pool's triggers make.
    #[must_use]
    pub fn custom_with_srp(
        app_client: &AppClient,
        username: impl Into<String>,
        password: impl Into<Password>,
        seed: Seed,
    ) -> Self {
        Self::initiate(app_client, username, Credentials::CustomWithSrp(password.into()), seed)
    }

    fn initiate(app_client: &AppClient, username: impl Into<String>, credentials: Credentials, seed: Seed) -> Self {
        let typed = username.into();
        let names = UserNames::typed(&typed);
        Self(Guarded::new(Machine::new(app_client, names, Opening::Initiate { typed, credentials }, seed, None)))
    }

    /// Sends this along with every request that has a place for it.
    #[must_use]
    pub fn with_context(mut self, context: Context) -> Self {
        self.0.machine_mut().context = context;
        self
    }

    /// Names this machine's device of the user, if it is among these, and proves it when the service asks.
    #[must_use]
    pub fn with_devices(mut self, devices: Devices) -> Self {
        self.0.machine_mut().devices = devices;
        self
    }

    /// Gives this name, for people to read, to a device that is registered.
    #[must_use]
    pub fn with_device_name(mut self, name: impl Into<String>) -> Self {
        self.0.machine_mut().device_name = Some(name.into());
        self
    }
}

impl Flow for SignIn {
    type Output = SignInOutcome;

    fn step(&mut self, now: Timestamp, event: Event) -> Result<Step<SignInOutcome>, Error> {
        self.0.step(now, event)
    }

    fn may_compute(&self) -> bool {
        true
    }
}

/// What a sign-in, or an answer to one of its challenges, has come to.
#[derive(Debug, Clone)]
#[must_use = "it is either a session to keep or a challenge to answer"]
#[expect(clippy::exhaustive_enums, reason = "complete: the service gives tokens or asks for more")]
pub enum SignInOutcome {
    /// The user is signed in.
    SignedIn(SignedIn),
    /// The service asks for more.
    Challenge(Challenge),
}
