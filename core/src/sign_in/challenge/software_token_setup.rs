//! MFA_SETUP, after an authenticator app was chosen: the app shows its first code.

use alloc::string::String;

use super::super::SignIn;
use super::super::pending::{ChallengeKind, Pending, SoftwareToken};
use super::super::steps::Opening;
use crate::configuration::AppClient;
use crate::error::InvalidInput;
use crate::operation::VerifySoftwareToken;
use crate::secret::{Parameter, SecretCode};
use crate::seed::Seed;

/// An authenticator app that waits for its first code. It can be stored, as the
/// [`Challenge`](super::Challenge) that it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoftwareTokenSetup {
    /// Without the software token, which is beside it.
    pub(super) pending: Pending,
    pub(super) software_token: SoftwareToken,
}

impl ChallengeKind for SoftwareTokenSetup {
    fn from_pending(pending: &Pending) -> Option<Self> {
        let software_token = pending.software_token.clone()?;
        Some(Self { pending: Pending { software_token: None, ..pending.clone() }, software_token })
    }

    fn pending(&self) -> &Pending {
        &self.pending
    }
}

impl From<SoftwareTokenSetup> for Pending {
    fn from(setup: SoftwareTokenSetup) -> Self {
        Self { software_token: Some(setup.software_token), ..setup.pending }
    }
}

impl SoftwareTokenSetup {
    /// The secret in base32, to be typed into the app. [`SecretCode::otpauth_uri`] makes the text of a QR code of it.
    #[must_use]
    pub fn secret_code(&self) -> &SecretCode {
        &self.software_token.secret_code
    }

    /// Gives the app this name, for people to read.
    #[must_use]
    pub fn with_friendly_device_name(mut self, name: impl Into<String>) -> Self {
        self.software_token.friendly_device_name = Some(name.into());
        self
    }

    /// Answers with the code that the app shows, 6 digits. If it is right the sign-in goes on.
    ///
    /// A wrong code is an error ([`RefusalKind::EnableSoftwareTokenMfa`] or [`RefusalKind::CodeMismatch`]), after which this
    /// can be answered again; or, in the service's other form, the outcome is this challenge, renewed.
    ///
    /// [`RefusalKind::EnableSoftwareTokenMfa`]: crate::error::RefusalKind::EnableSoftwareTokenMfa
    /// [`RefusalKind::CodeMismatch`]: crate::error::RefusalKind::CodeMismatch
    #[must_use]
    pub fn verify(&self, app_client: &AppClient, user_code: impl Into<Parameter>, seed: Seed) -> SignIn {
        let operation = self.verification(user_code.into());
        let opening = operation.map(|operation| Opening::FirstCode(operation, self.clone().into()));
        SignIn::open(app_client, &self.pending, opening, seed)
    }

    fn verification(&self, user_code: Parameter) -> Result<VerifySoftwareToken, InvalidInput> {
        InvalidInput::require("UserCode", user_code.expose())?;
        let session = self.pending.session.clone();
        let session = session.ok_or(InvalidInput::new("session", "the challenge came without one"))?;
        let mut operation = VerifySoftwareToken::in_sign_in(session, user_code);
        operation.friendly_device_name.clone_from(&self.software_token.friendly_device_name);
        Ok(operation)
    }
}
