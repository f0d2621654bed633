//! SMS_MFA, EMAIL_OTP, SMS_OTP and SOFTWARE_TOKEN_MFA: the user enters a code.

use super::super::SignIn;
use super::super::pending::{ChallengeKind, Pending};
use crate::configuration::AppClient;
use crate::operation::{ChallengeName, DeliveryMedium};
use crate::secret::Parameter;
use crate::seed::Seed;

/// A challenge that asks for a code, which the user gets by SMS, by e-mail or from an authenticator app.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeChallenge {
    pending: Pending,
    response_name: &'static str,
}

impl ChallengeKind for CodeChallenge {
    fn from_pending(pending: &Pending) -> Option<Self> {
        let response_name = match pending.name {
            ChallengeName::SmsMfa => "SMS_MFA_CODE",
            ChallengeName::EmailOtp => "EMAIL_OTP_CODE",
            ChallengeName::SmsOtp => "SMS_OTP_CODE",
            ChallengeName::SoftwareTokenMfa => "SOFTWARE_TOKEN_MFA_CODE",
            _ => return None,
        };
        Some(Self { pending: pending.clone(), response_name })
    }

    fn pending(&self) -> &Pending {
        &self.pending
    }
}

impl CodeChallenge {
    /// Returns the name of the challenge. [`SoftwareTokenMfa`](ChallengeName::SoftwareTokenMfa) means that
    /// the code comes from an authenticator app. Any other challenge name means that the service sent the
    /// code by SMS or e-mail.
    #[must_use]
    pub fn name(&self) -> &ChallengeName {
        &self.pending.name
    }

    /// Returns the medium by which the service sent the code, or `None` if the service does not name the
    /// medium.
    #[must_use]
    pub fn delivery_medium(&self) -> Option<DeliveryMedium> {
        Some(match self.pending.parameters.get("CODE_DELIVERY_DELIVERY_MEDIUM")? {
            "SMS" => DeliveryMedium::Sms,
            "EMAIL" => DeliveryMedium::Email,
            other => DeliveryMedium::Unknown(other.into()),
        })
    }

    /// Returns the phone number or the e-mail address to which the service sent the code. The service hides
    /// some of the digits or letters, as in `+*******1234`. Returns `None` if the service does not name the
    /// destination. To find out whether the code comes from an authenticator app, use [`name`](Self::name)
    /// instead.
    #[must_use]
    pub fn destination(&self) -> Option<&str> {
        self.pending.parameters.get("CODE_DELIVERY_DESTINATION")
    }

    /// Returns the name that the user gave the authenticator app, or `None` if the code comes by SMS or
    /// e-mail.
    #[must_use]
    pub fn friendly_device_name(&self) -> Option<&str> {
        self.pending.parameters.get("FRIENDLY_DEVICE_NAME")
    }

    /// Returns the name of the response that contains the code, such as `SMS_MFA_CODE`.
    #[must_use]
    pub fn response_name(&self) -> &'static str {
        self.response_name
    }

    /// Creates a flow that answers the challenge with this code.
    #[must_use]
    pub fn answer(&self, app_client: &AppClient, code: impl Into<Parameter>, seed: Seed) -> SignIn {
        SignIn::answer_one(app_client, &self.pending, self.response_name, code.into(), seed)
    }
}
