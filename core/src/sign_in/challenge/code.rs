//! SMS_MFA, EMAIL_OTP, SMS_OTP, SOFTWARE_TOKEN_MFA: a code.

use super::super::SignIn;
use super::Pending;
use crate::configuration::AppClient;
use crate::operation::{ChallengeName, DeliveryMedium};
use crate::secret::Parameter;
use crate::seed::Seed;

/// The user is to give a code: one that was sent, or that an authenticator app shows.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeChallenge(pub(super) Pending);

impl CodeChallenge {
    /// Which challenge it is: [`SoftwareTokenMfa`](ChallengeName::SoftwareTokenMfa) asks for an authenticator app's code,
    /// the others for one that was sent.
    #[must_use]
    pub fn name(&self) -> &ChallengeName {
        &self.0.name
    }

    /// By what the code was sent; none for an authenticator app.
    #[must_use]
    pub fn delivery_medium(&self) -> Option<DeliveryMedium> {
        Some(match self.0.parameters.get("CODE_DELIVERY_DELIVERY_MEDIUM")? {
            "SMS" => DeliveryMedium::Sms,
            "EMAIL" => DeliveryMedium::Email,
            other => DeliveryMedium::Unknown(other.into()),
        })
    }

    /// Where the code was sent, masked by the service: `+*******1234`; none for an authenticator app.
    #[must_use]
    pub fn destination(&self) -> Option<&str> {
        self.0.parameters.get("CODE_DELIVERY_DESTINATION")
    }

    /// The name that the user gave to the authenticator app; none for a code that was sent.
    #[must_use]
    pub fn friendly_device_name(&self) -> Option<&str> {
        self.0.parameters.get("FRIENDLY_DEVICE_NAME")
    }

    /// Answers with this code.
    #[must_use]
    pub fn answer(&self, app_client: &AppClient, code: impl Into<Parameter>, seed: Seed) -> SignIn {
        let name = match self.0.name {
            ChallengeName::EmailOtp => "EMAIL_OTP_CODE",
            ChallengeName::SmsOtp => "SMS_OTP_CODE",
            ChallengeName::SoftwareTokenMfa => "SOFTWARE_TOKEN_MFA_CODE",
            _ => "SMS_MFA_CODE",
        };
        self.0.answer_one(app_client, name, code.into(), seed)
    }
}
