//! MFA_SETUP: the user sets up a second factor, and is signed in with it.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::SignIn;
use super::super::opening::Opening;
use super::{Challenge, Pending};
use crate::configuration::AppClient;
use crate::error::{Error, InvalidInput};
use crate::flow::guarded::{self, Guarded};
use crate::flow::{Event, Flow, Step};
use crate::operation::{AssociateSoftwareToken, ChallengeName, VerifySoftwareToken};
use crate::protocol::Call;
use crate::secret::{ChallengeSession, Parameter, SecretCode};
use crate::seed::Seed;
use crate::timestamp::Timestamp;

/// The user has no second factor, and the pool asks everybody for one.
///
/// ```text
///  set_up_software_token ──AssociateSoftwareToken──► SoftwareTokenSetup: show the secret
///      verify ──VerifySoftwareToken, RespondToAuthChallenge──► SignInOutcome
///  set_up_email ──RespondToAuthChallenge──► SignInOutcome: EMAIL_OTP
/// ```
///
/// A pool that has text messages only can set up none here: the user needs a phone number first, and a new sign-in.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MfaSetupChallenge(pub(super) Pending);

impl MfaSetupChallenge {
    /// `MFAS_CAN_SETUP`: the factors that the pool has, to choose from. Empty if the service did not say so in a form that
    /// is known.
    #[must_use]
    pub fn factors(&self) -> Vec<ChallengeName> {
        self.0.factors("MFAS_CAN_SETUP")
    }

    /// Chooses an authenticator app. The flow ends with the app's secret.
    #[must_use]
    pub fn set_up_software_token(&self, app_client: &AppClient) -> BeginSoftwareTokenSetup {
        let call = self
            .0
            .session
            .clone()
            .map(|session| Box::new(Call::new(app_client, AssociateSoftwareToken::in_sign_in(session))));
        BeginSoftwareTokenSetup(Guarded::new(Associating { pending: self.0.clone(), call }))
    }

    /// Chooses codes by e-mail, to this address. The service sends the first one and asks for it.
    #[must_use]
    pub fn set_up_email(&self, app_client: &AppClient, email: impl Into<Parameter>, seed: Seed) -> SignIn {
        self.0.answer_one(app_client, "EMAIL", email.into(), seed)
    }
}

/// Begins to set up an authenticator app: AssociateSoftwareToken.
#[derive(Debug)]
pub struct BeginSoftwareTokenSetup(Guarded<Associating>);

#[derive(Debug)]
struct Associating {
    pending: Pending,
    /// None where the challenge came without a challenge session.
    call: Option<Box<Call<AssociateSoftwareToken>>>,
}

impl Flow for BeginSoftwareTokenSetup {
    type Output = SoftwareTokenSetup;

    fn step(&mut self, now: Timestamp, event: Event) -> Result<Step<SoftwareTokenSetup>, Error> {
        self.0.step(now, event)
    }
}

impl guarded::Machine for Associating {
    type Output = SoftwareTokenSetup;

    fn advance(&mut self, now: Timestamp, event: Event) -> Result<Step<SoftwareTokenSetup>, Error> {
        let call = self.call.as_mut().ok_or(InvalidInput::new("session", "the challenge came without one"))?;
        let gone_device_key = &self.pending.gone_device_key;
        let step = call.step(now, event).map_err(|error| error.or_start_again(gone_device_key.clone()))?;
        let response = match step.finished() {
            Ok(response) => response,
            Err(step) => return Ok(step),
        };
        let secret_code = response.secret_code.filter(|secret| !secret.is_empty());
        let secret_code = secret_code.ok_or_else(|| call.metadata().malformed("no SecretCode"))?;
        let setup = SoftwareTokenSetup { pending: self.pending.clone(), secret_code, friendly_device_name: None };
        Ok(Step::Done(setup.renewed(response.session)))
    }
}

/// An authenticator app that waits for its first code. It can be stored, as the [`Challenge`] that it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoftwareTokenSetup {
    pub(super) pending: Pending,
    pub(super) secret_code: SecretCode,
    pub(super) friendly_device_name: Option<String>,
}

impl SoftwareTokenSetup {
    /// The secret in base32, to be typed into the app. [`SecretCode::otpauth_uri`] makes the text of a QR code of it.
    #[must_use]
    pub fn secret_code(&self) -> &SecretCode {
        &self.secret_code
    }

    /// Gives the app this name, for people to read.
    #[must_use]
    pub fn with_friendly_device_name(self, name: impl Into<String>) -> Self {
        Self { friendly_device_name: Some(name.into()), ..self }
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
        let setup = Box::new(self.clone());
        self.pending.open(app_client, Opening::Verify { setup, operation }, seed)
    }

    fn verification(&self, user_code: Parameter) -> Result<VerifySoftwareToken, InvalidInput> {
        InvalidInput::require("UserCode", user_code.expose())?;
        let session = self.pending.session.clone();
        let session = session.ok_or(InvalidInput::new("session", "the challenge came without one"))?;
        let mut operation = VerifySoftwareToken::in_sign_in(session, user_code);
        operation.friendly_device_name.clone_from(&self.friendly_device_name);
        Ok(operation)
    }

    /// The same with a newer challenge session, if there is one.
    pub(in super::super) fn renewed(&self, session: Option<ChallengeSession>) -> Self {
        let mut renewed = self.clone();
        if session.is_some() {
            renewed.pending.session = session;
        }
        renewed
    }

    pub(in super::super) fn into_session(self) -> Option<ChallengeSession> {
        self.pending.session
    }
}

impl From<SoftwareTokenSetup> for Challenge {
    fn from(setup: SoftwareTokenSetup) -> Self {
        Self::SoftwareTokenSetup(setup)
    }
}
