//! Challenges: the questions that the service asks the user. A challenge is a plain value. Its methods create
//! the answers to the challenge.

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

pub use mfa_setup::{BeginSoftwareTokenSetup, FactorSetup};
pub use other::OtherChallenge;

/// Defines [`Challenge`] from a list of challenge types. If two types match a challenge, the macro uses the
/// first of these types in the list.
macro_rules! challenges {
    ($(#[$about:meta])* pub enum Challenge { $($(#[$doc:meta])* $variant:ident($file:ident::$kind:ident),)* }) => {
        $(pub use $file::$kind;)*

        $(#[$about])*
        pub enum Challenge {
            $($(#[$doc])* $variant($kind),)*
            /// A challenge for which this version of the crate has no type. Use
            /// [`answer_with`](Challenge::answer_with) to answer the challenge.
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
    /// A question that the service asks the user during a sign-in.
    ///
    /// A challenge is a plain value: an application can store the challenge, show a form to the user, and
    /// answer the challenge later in another process. Each kind of challenge has one method for each possible
    /// answer. Each answer is a [`SignIn`], which runs like any other flow. Each answer needs a new [`Seed`],
    /// because the flow may have to authenticate or register a device after the answer. If the user pool
    /// tracks devices, add [`with_devices`](SignIn::with_devices) to each answer.
    ///
    /// The methods only borrow the challenge, so the application can answer the challenge again after a wrong
    /// code. [`Error::may_answer_again`] returns whether the challenge can be answered again. After
    /// [`Error::StartAgain`], the user must start a new sign-in. The service forgets a challenge session
    /// after 3 to 15 minutes, depending on the configuration of the app client. To get another code, the user
    /// must start the sign-in again and enter the password again, because a challenge does not contain the
    /// password.
    ///
    /// The JSON form contains the challenge session and the challenge's parameters in plain text. While an
    /// authenticator app is being set up, the JSON form also contains the app's secret. An attacker who has
    /// the JSON and the right answer can sign in as the user. An attacker who has the app's secret can
    /// compute the app's codes forever. The JSON form contains neither the password nor the client secret. If
    /// the service no longer knows the user's device, the JSON form contains the key of this device. The JSON
    /// form contains no other data about devices.
    ///
    /// ```
    /// # use cognito_core::{AppClient, Challenge, Seed, SignIn};
    /// # fn code() -> String { "123456".into() }
    /// # type Result<T> = core::result::Result<T, serde_json::Error>;
    /// # fn answer(client: &AppClient, stored: &str, seed: Seed) -> Result<Option<SignIn>> {
    /// let challenge: Challenge = serde_json::from_str(stored)?;
    /// let flow = match &challenge {
    ///     Challenge::Code(challenge) => challenge.answer(client, code(), seed),
    ///     Challenge::NewPassword(challenge) => {
    ///         challenge.answer(client, "Battery-staple-2", [], seed)
    ///     }
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
        /// SMS_MFA, EMAIL_OTP, SMS_OTP or SOFTWARE_TOKEN_MFA: the user enters a code from an SMS, an e-mail
        /// or an authenticator app.
        Code(code::CodeChallenge),
        /// SELECT_MFA_TYPE: the user chooses the second factor.
        SelectMfaType(select_mfa_type::SelectMfaTypeChallenge),
        /// MFA_SETUP with an authenticator app: the user enters the first code of the app.
        SoftwareTokenSetup(software_token_setup::SoftwareTokenSetup),
        /// MFA_SETUP: the user must set up a second factor.
        MfaSetup(mfa_setup::MfaSetupChallenge),
        /// NEW_PASSWORD_REQUIRED: the user must choose a new password.
        NewPassword(new_password::NewPasswordChallenge),
        /// CUSTOM_CHALLENGE: the user answers a question of the user pool's Lambda triggers.
        Custom(custom::CustomChallenge),
        /// DEVICE_SRP_AUTH: the service asks for the device's proof, but the flow has no record of the
        /// device.
        Device(device::DeviceChallenge),
    }
}

impl Challenge {
    /// Returns the name of the challenge.
    #[must_use]
    pub fn name(&self) -> &ChallengeName {
        &self.pending().name
    }

    /// Returns the last user name that the service sent in this sign-in. If the service sent no user name,
    /// returns the name that the user typed.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.pending().names.username
    }

    /// Returns the `ChallengeParameters` that the service sent, unchanged.
    #[must_use]
    pub fn parameters(&self) -> &Parameters {
        &self.pending().parameters
    }

    /// Returns `AvailableChallenges`. In SELECT_CHALLENGE, the user chooses one of these challenges.
    #[must_use]
    pub fn available_challenges(&self) -> &[ChallengeName] {
        &self.pending().available_challenges
    }

    /// Returns the key of the user's device if the service no longer knows this device. The stored record of
    /// the device is then invalid. A flow that answers the challenge does not send this key. At the end of
    /// the sign-in, [`DeviceReport::gone_device_key`](crate::DeviceReport::gone_device_key) also contains the
    /// key.
    #[must_use]
    pub fn gone_device_key(&self) -> Option<&str> {
        self.pending().gone_device_key.as_deref()
    }

    /// Creates a flow that answers any challenge with these `ChallengeResponses`. Use this method if this
    /// version of the crate has no type for the challenge, or if you must send responses that the methods of
    /// the type do not send. The flow does not change your responses, but may add `SECRET_HASH`, `DEVICE_KEY`
    /// and `USERNAME`.
    ///
    /// The AWS documentation lists the responses to each challenge:
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
