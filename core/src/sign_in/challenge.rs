//! The service's questions to the user: plain values whose methods are their answers.

mod code;
mod custom;
mod device;
mod mfa_setup;
mod new_password;
mod other;
mod select_mfa_type;
mod software_token_setup;

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::SignIn;
use super::pending::{ChallengeKind, Pending};
use crate::configuration::AppClient;
use crate::operation::{ChallengeName, Parameters};
use crate::secret::Parameter;
use crate::seed::Seed;

pub use mfa_setup::BeginSoftwareTokenSetup;
pub use other::OtherChallenge;

/// Makes [`Challenge`] of the one list of challenges. Of two rows that both fit a challenge, the first
/// counts.
macro_rules! challenges {
    ($(#[$about:meta])* pub enum Challenge { $($(#[$doc:meta])* $variant:ident($file:ident::$kind:ident),)* }) => {
        $(pub use $file::$kind;)*

        $(#[$about])*
        pub enum Challenge {
            $($(#[$doc])* $variant($kind),)*
            /// Any other. [`answer_with`](Challenge::answer_with) answers it.
            Other(OtherChallenge),
        }

        impl Challenge {
            fn pending(&self) -> &Pending {
                match self {
                    $(Self::$variant(challenge) => challenge.pending(),)*
                    Self::Other(OtherChallenge(pending)) => pending,
                }
            }
        }

        impl From<Pending> for Challenge {
            fn from(pending: Pending) -> Self {
                $(if let Some(challenge) = $kind::from_pending(&pending) {
                    return Self::$variant(challenge);
                })*
                Self::Other(OtherChallenge(pending))
            }
        }
    };
}

challenges! {
    /// The next question of the service to the user.
    ///
    /// It is a plain value: store it, show a form, and go on in another request or another process. Each kind
    /// has its legal answers as methods, and each answer is a [`SignIn`], to be run like any other; it takes
    /// a fresh [`Seed`], since a device may have to be proven or registered after it, and, where the pool
    /// tracks devices,
    /// [`with_devices`](SignIn::with_devices).
    ///
    /// An answer borrows the challenge: after a wrong code it can be answered again.
    /// [`Error::may_answer_again`] says so of an error, and [`Error::StartAgain`] says that it cannot. The
    /// service forgets a challenge session after 3 to 15 minutes, as the app client is configured. To have a
    /// code sent again, begin the sign-in again: a challenge keeps no password to do it with.
    ///
    /// As JSON it holds the challenge session and the challenge's parameters in the clear, and of an
    /// authenticator app that is being set up the secret: whoever has them and the right answer is signed in,
    /// and whoever has the secret makes the app's codes for ever. It holds no password, no client secret and
    /// nothing of a device but a key that is good for nothing.
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
    /// [`Error::may_answer_again`]: crate::Error::may_answer_again
    /// [`Error::StartAgain`]: crate::Error::StartAgain
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(from = "Pending", into = "Pending")]
    #[non_exhaustive]
    pub enum Challenge {
        /// SMS_MFA, EMAIL_OTP, SMS_OTP or SOFTWARE_TOKEN_MFA: a code that was sent, or that an authenticator
        /// app shows.
        Code(code::CodeChallenge),
        /// SELECT_MFA_TYPE: the user chooses the second factor.
        SelectMfaType(select_mfa_type::SelectMfaTypeChallenge),
        /// MFA_SETUP, after an authenticator app was chosen: its first code.
        SoftwareTokenSetup(software_token_setup::SoftwareTokenSetup),
        /// MFA_SETUP: the user must set up a second factor.
        MfaSetup(mfa_setup::MfaSetupChallenge),
        /// NEW_PASSWORD_REQUIRED: the user must choose a new password.
        NewPassword(new_password::NewPasswordChallenge),
        /// CUSTOM_CHALLENGE: what the pool's triggers ask.
        Custom(custom::CustomChallenge),
        /// DEVICE_SRP_AUTH, when the sign-in had no record of the device.
        Device(device::DeviceChallenge),
    }
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
        SignIn::answer(app_client, self.pending(), Ok(responses.into_iter().collect()), seed)
    }
}

impl From<Challenge> for Pending {
    fn from(challenge: Challenge) -> Self {
        match challenge {
            Challenge::SoftwareTokenSetup(setup) => setup.into(),
            other => other.pending().clone(),
        }
    }
}

impl From<SoftwareTokenSetup> for Challenge {
    fn from(setup: SoftwareTokenSetup) -> Self {
        Self::SoftwareTokenSetup(setup)
    }
}
