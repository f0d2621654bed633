//! The service's questions to the user: plain values whose methods are their answers.

mod code;
mod custom;
mod device;
mod mfa_setup;
mod new_password;
mod other;
mod select_mfa_type;
mod stored;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::SignIn;
use super::machine::Machine;
use super::opening::Opening;
use super::user_names::UserNames;
use crate::configuration::AppClient;
use crate::error::InvalidInput;
use crate::flow::guarded::Guarded;
use crate::operation::{ChallengeName, Parameters, RespondToAuthChallenge};
use crate::secret::{ChallengeSession, Parameter};
use crate::seed::Seed;

pub use code::CodeChallenge;
pub use custom::CustomChallenge;
pub use device::DeviceChallenge;
pub use mfa_setup::{BeginSoftwareTokenSetup, MfaSetupChallenge, SoftwareTokenSetup};
pub use new_password::NewPasswordChallenge;
pub use other::OtherChallenge;
pub use select_mfa_type::SelectMfaTypeChallenge;

/// The next question of the service to the user.
///
/// It is a plain value: store it, show a form, and go on in another request or another process. Each kind has its legal
/// answers as methods, and each answer is a [`SignIn`], to be run like any other; it takes a fresh [`Seed`], since a
/// device may have to be proven or registered after it, and, where the pool tracks devices,
/// [`with_devices`](SignIn::with_devices).
///
/// An answer borrows the challenge: after a wrong code ([`RefusalKind::CodeMismatch`]) it can be answered again.
/// [`Error::StartAgain`] says that it cannot. The service forgets a challenge session after 3 to 15 minutes, as the app
/// client is configured. To have a code sent again, begin the sign-in again: a challenge keeps no password to do it with.
///
/// As JSON it holds the challenge session and the challenge's parameters in the clear, and of an authenticator app that
/// is being set up the secret: whoever has them and the right answer is signed in, and whoever has the secret makes the
/// app's codes for ever. It holds no password, no client secret and nothing of a device but a key that is good for nothing.
///
/// ```
/// # use cognito_core::{AppClient, Challenge, Seed, SignIn};
/// # fn code_that_the_user_has_typed() -> String { "123456".into() }
/// # fn answer(app_client: &AppClient, stored: &str, seed: Seed) -> Result<Option<SignIn>, serde_json::Error> {
/// let challenge: Challenge = serde_json::from_str(stored)?;
/// let flow = match &challenge {
///     Challenge::Code(challenge) => challenge.answer(app_client, code_that_the_user_has_typed(), seed),
///     Challenge::NewPassword(challenge) => challenge.answer(app_client, "Battery-staple-2", [], seed),
///     _ => return Ok(None),
/// };
/// # Ok(Some(flow))
/// # }
/// ```
///
/// [`RefusalKind::CodeMismatch`]: crate::error::RefusalKind::CodeMismatch
/// [`Error::StartAgain`]: crate::Error::StartAgain
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "stored::Stored", into = "stored::Stored")]
#[non_exhaustive]
pub enum Challenge {
    /// SMS_MFA, EMAIL_OTP, SMS_OTP or SOFTWARE_TOKEN_MFA: a code that was sent, or that an authenticator app shows.
    Code(CodeChallenge),
    /// SELECT_MFA_TYPE: the user chooses the second factor.
    SelectMfaType(SelectMfaTypeChallenge),
    /// MFA_SETUP: the user must set up a second factor.
    MfaSetup(MfaSetupChallenge),
    /// MFA_SETUP, after an authenticator app was chosen: its first code.
    SoftwareTokenSetup(SoftwareTokenSetup),
    /// NEW_PASSWORD_REQUIRED: the user must choose a new password.
    NewPassword(NewPasswordChallenge),
    /// CUSTOM_CHALLENGE: what the pool's triggers ask.
    Custom(CustomChallenge),
    /// DEVICE_SRP_AUTH, when the sign-in had no record of the device.
    Device(DeviceChallenge),
    /// Any other. [`answer_with`](Challenge::answer_with) answers it.
    Other(OtherChallenge),
}

impl Challenge {
    /// Which challenge it is.
    #[must_use]
    pub fn name(&self) -> &ChallengeName {
        &self.pending().name
    }

    /// What the service calls the user.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.pending().names.username
    }

    /// `ChallengeParameters`, as the service gave them.
    #[must_use]
    pub fn parameters(&self) -> &Parameters {
        &self.pending().parameters
    }

    /// `AvailableChallenges`: the factors to choose from, where the challenge is that choice.
    #[must_use]
    pub fn available_challenges(&self) -> &[ChallengeName] {
        &self.pending().available_challenges
    }

    /// The key of a device that the service does not know any more: its record is good for nothing. The answers go on
    /// without it, and [`DeviceReport::gone_device_key`](crate::DeviceReport::gone_device_key) tells it once more.
    #[must_use]
    pub fn gone_device_key(&self) -> Option<&str> {
        self.pending().gone_device_key.as_deref()
    }

    /// Answers any challenge with these ChallengeResponses, as they are: those of a challenge that this version does not
    /// know, or more than the typed answers send. `USERNAME`, `SECRET_HASH` and `DEVICE_KEY` are added; a `USERNAME` that
    /// is given is kept.
    ///
    /// The responses that each challenge takes are listed at
    /// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RespondToAuthChallenge.html>.
    #[must_use]
    pub fn answer_with<Name: Into<String>, Value: Into<Parameter>>(
        &self,
        app_client: &AppClient,
        responses: impl IntoIterator<Item = (Name, Value)>,
        seed: Seed,
    ) -> SignIn {
        self.pending().answer(app_client, Ok(responses.into_iter().collect()), seed)
    }

    fn pending(&self) -> &Pending {
        match self {
            Self::Code(CodeChallenge(pending))
            | Self::SelectMfaType(SelectMfaTypeChallenge(pending))
            | Self::MfaSetup(MfaSetupChallenge(pending))
            | Self::SoftwareTokenSetup(SoftwareTokenSetup { pending, .. })
            | Self::NewPassword(NewPasswordChallenge(pending))
            | Self::Custom(CustomChallenge(pending))
            | Self::Device(DeviceChallenge(pending))
            | Self::Other(OtherChallenge(pending)) => pending,
        }
    }
}

/// What all challenges have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pending {
    pub(super) name: ChallengeName,
    pub(super) names: UserNames,
    pub(super) session: Option<ChallengeSession>,
    pub(super) parameters: Parameters,
    pub(super) available_challenges: Vec<ChallengeName>,
    pub(super) gone_device_key: Option<String>,
}

/// The one place that tells one challenge from another.
impl From<Pending> for Challenge {
    fn from(pending: Pending) -> Self {
        match pending.name {
            ChallengeName::SmsMfa
            | ChallengeName::EmailOtp
            | ChallengeName::SmsOtp
            | ChallengeName::SoftwareTokenMfa => Self::Code(CodeChallenge(pending)),
            ChallengeName::SelectMfaType => Self::SelectMfaType(SelectMfaTypeChallenge(pending)),
            ChallengeName::MfaSetup => Self::MfaSetup(MfaSetupChallenge(pending)),
            ChallengeName::NewPasswordRequired => Self::NewPassword(NewPasswordChallenge(pending)),
            ChallengeName::CustomChallenge => Self::Custom(CustomChallenge(pending)),
            ChallengeName::DeviceSrpAuth => Self::Device(DeviceChallenge(pending)),
            _ => Self::Other(OtherChallenge(pending)),
        }
    }
}

impl Pending {
    /// The flow that answers with these responses, or fails because they cannot be sent.
    fn answer(&self, app_client: &AppClient, responses: Result<Parameters, InvalidInput>, seed: Seed) -> SignIn {
        let operation = responses.map(|mut responses| {
            if responses.get("USERNAME").is_none() {
                responses.insert("USERNAME", self.names.username.as_str());
            }
            let mut operation = RespondToAuthChallenge::new(self.name.clone(), responses);
            operation.session.clone_from(&self.session);
            Box::new(operation)
        });
        self.open(app_client, Opening::Answer(operation), seed)
    }

    /// The same with one response, which must not be empty.
    fn answer_one(&self, app_client: &AppClient, name: &'static str, value: Parameter, seed: Seed) -> SignIn {
        let responses = InvalidInput::require(name, value.expose()).map(|()| [(name, value)].into_iter().collect());
        self.answer(app_client, responses, seed)
    }

    fn open(&self, app_client: &AppClient, opening: Opening, seed: Seed) -> SignIn {
        let gone_device_key = self.gone_device_key.clone();
        SignIn(Guarded::new(Machine::new(app_client, self.names.clone(), opening, seed, gone_device_key)))
    }

    /// A parameter whose text is JSON; its default when it is missing or no such JSON.
    fn json<T: Default + for<'de> Deserialize<'de>>(&self, parameter: &str) -> T {
        self.parameters.get(parameter).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// A parameter that is a list of second factors. Cognito's prose calls codes by e-mail EMAIL_MFA, and its API EMAIL_OTP.
    fn factors(&self, parameter: &str) -> Vec<ChallengeName> {
        let one_name =
            |name| if name == ChallengeName::Unknown("EMAIL_MFA".into()) { ChallengeName::EmailOtp } else { name };
        self.json::<Vec<ChallengeName>>(parameter).into_iter().map(one_name).collect()
    }
}
