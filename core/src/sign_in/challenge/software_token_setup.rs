//! MFA_SETUP with an authenticator app: the user enters the first code of the app.

use alloc::string::String;

use super::super::SignIn;
use super::super::pending::{ChallengeKind, Pending, SoftwareToken};
use super::super::steps::Opening;
use crate::configuration::AppClient;
use crate::error::InvalidInput;
use crate::operation::VerifySoftwareToken;
use crate::secret::{Parameter, SecretCode};
use crate::seed::Seed;

/// A challenge to enter the first code of an authenticator app. To store this challenge, convert it into
/// a [`Challenge`](super::Challenge).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoftwareTokenSetup {
    /// The challenge. In this value, `Pending::software_token` is `None`, because the next field contains the
    /// software token.
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
    /// Returns the secret in base32, which the user enters into the app. [`SecretCode::otpauth_uri`] returns
    /// the text for a QR code.
    #[must_use]
    pub fn secret_code(&self) -> &SecretCode {
        &self.software_token.secret_code
    }

    /// Sets the display name of the app.
    #[must_use]
    pub fn with_friendly_device_name(mut self, name: impl Into<String>) -> Self {
        self.software_token.friendly_device_name = Some(name.into());
        self
    }

    /// Creates a flow that answers the challenge with the 6-digit code that the app shows. If the code is
    /// right, the sign-in continues.
    ///
    /// If the code is wrong, the flow may fail with [`RefusalKind::EnableSoftwareTokenMfa`] or
    /// [`RefusalKind::CodeMismatch`]. After these errors, the user can answer this challenge again. The
    /// service can also reject a code without an error. In this case, the outcome is the same challenge with
    /// a new challenge session.
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
        let session = session.ok_or(InvalidInput::new("session", "the challenge has none, start the sign-in again"))?;
        let mut operation = VerifySoftwareToken::in_sign_in(session, user_code);
        operation.friendly_device_name.clone_from(&self.software_token.friendly_device_name);
        Ok(operation)
    }
}
