//! MFA_SETUP: the user sets up a second factor during the sign-in.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::super::SignIn;
use super::super::pending::{ChallengeKind, Pending, SoftwareToken};
use super::software_token_setup::SoftwareTokenSetup;
use crate::configuration::AppClient;
use crate::error::{Error, InvalidInput};
use crate::flow::guarded::{Guarded, Steps};
use crate::flow::{Event, Flow, Step};
use crate::operation::{AssociateSoftwareToken, ChallengeName};
use crate::protocol::Call;
use crate::secret::Parameter;
use crate::seed::Seed;
use crate::timestamp::Timestamp;

/// A challenge to set up a second factor. The user pool requires a second factor, but the user has no second
/// factor yet.
///
/// ```text
///  set_up_software_token ──AssociateSoftwareToken──► SoftwareTokenSetup: show the secret
///      verify ──VerifySoftwareToken, RespondToAuthChallenge──► SignInOutcome
///  set_up_email ──RespondToAuthChallenge──► SignInOutcome: EMAIL_OTP
/// ```
///
/// If the user pool offers only codes by SMS, the user cannot set up a factor during the sign-in. An
/// administrator must first add a phone number to the user. After that, the user must sign in again.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MfaSetupChallenge(Pending);

impl ChallengeKind for MfaSetupChallenge {
    fn from_pending(pending: &Pending) -> Option<Self> {
        (pending.name == ChallengeName::MfaSetup).then(|| Self(pending.clone()))
    }

    fn pending(&self) -> &Pending {
        &self.0
    }
}

impl MfaSetupChallenge {
    /// Returns `MFAS_CAN_SETUP`: the factors that the user can set up. The list is empty if the parameter is
    /// absent or has an unknown form. [`options`](Self::options) returns the factors to offer.
    #[must_use]
    pub fn factors(&self) -> Vec<ChallengeName> {
        self.0.factors("MFAS_CAN_SETUP")
    }

    /// Returns the factors to offer to the user. These are the [`factors`](Self::factors). If that list is
    /// empty, returns all factors that this version can set up. [`setup_of`](Self::setup_of) returns how the
    /// user sets up a factor, or why the user cannot set up the factor.
    #[must_use]
    pub fn options(&self) -> Vec<ChallengeName> {
        let factors = self.factors();
        if factors.is_empty() {
            return [ChallengeName::SoftwareTokenMfa, ChallengeName::EmailOtp].into();
        }
        factors
    }

    /// Returns how the user sets up this factor during the sign-in.
    ///
    /// # Errors
    /// Returns an error in each of these cases:
    ///
    /// - The list [`factors`](Self::factors) is not empty, and does not contain this factor.
    /// - The user chose codes by SMS: an administrator must first add a phone number to the user, and the
    ///   user must sign in again.
    /// - This version does not know how to set up the factor.
    pub fn setup_of(&self, factor: &ChallengeName) -> Result<FactorSetup, InvalidInput> {
        let factors = self.factors();
        let invalid = |problem| InvalidInput::new("MFA_SETUP", problem);
        if !factors.is_empty() && !factors.contains(factor) {
            return Err(invalid("must be one of the factors that the service lists"));
        }
        match factor {
            ChallengeName::SoftwareTokenMfa => Ok(FactorSetup::SoftwareToken),
            ChallengeName::EmailOtp => Ok(FactorSetup::Email),
            ChallengeName::SmsMfa => {
                Err(invalid("codes by SMS need a phone number, which an administrator must add to the user first"))
            }
            _ => Err(invalid("this version does not know how to set up the factor")),
        }
    }

    /// Creates a flow that starts to set up an authenticator app. The output of the flow contains the secret
    /// for the app. If [`setup_of`](Self::setup_of) does not allow an authenticator app, the flow fails with
    /// [`Error::InvalidInput`] before it sends a request.
    #[must_use]
    pub fn set_up_software_token(&self, app_client: &AppClient) -> BeginSoftwareTokenSetup {
        let without_session = || InvalidInput::new("session", "the challenge has none, start the sign-in again");
        let session = || {
            self.0.require_endpoint(app_client)?;
            self.setup_of(&ChallengeName::SoftwareTokenMfa)?;
            Ok(self.0.session.clone().ok_or_else(without_session)?)
        };
        let call =
            session().map(|session| Box::new(Call::new(app_client, AssociateSoftwareToken::in_sign_in(session))));
        BeginSoftwareTokenSetup(Guarded::new(Associating { pending: self.0.clone(), call }))
    }

    /// Creates a flow that sets up codes by e-mail to this address. The service sends the first code, and the
    /// next challenge asks for this code. If [`setup_of`](Self::setup_of) does not allow codes by e-mail, the
    /// flow fails with [`Error::InvalidInput`] before it sends a request.
    #[must_use]
    pub fn set_up_email(&self, app_client: &AppClient, email: impl Into<Parameter>, seed: Seed) -> SignIn {
        if let Err(error) = self.setup_of(&ChallengeName::EmailOtp) {
            return SignIn::answer(app_client, &self.0, Err(error), seed);
        }
        SignIn::answer_one(app_client, &self.0, "EMAIL", email.into(), seed)
    }
}

/// The way in which a user sets up a second factor during a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FactorSetup {
    /// The user adds a secret to an authenticator app:
    /// [`set_up_software_token`](MfaSetupChallenge::set_up_software_token).
    SoftwareToken,
    /// The user receives codes at an e-mail address: [`set_up_email`](MfaSetupChallenge::set_up_email).
    Email,
}

/// A flow that starts to set up an authenticator app (AssociateSoftwareToken).
#[derive(Debug)]
pub struct BeginSoftwareTokenSetup(Guarded<Associating>);

#[derive(Debug)]
struct Associating {
    pending: Pending,
    /// The request, or the reason why the challenge cannot be answered.
    call: Result<Box<Call<AssociateSoftwareToken>>, Error>,
}

impl Flow for BeginSoftwareTokenSetup {
    type Output = SoftwareTokenSetup;

    fn step(&mut self, now: Timestamp, event: Event) -> Result<Step<SoftwareTokenSetup>, Error> {
        self.0.step(now, event)
    }
}

impl Steps for Associating {
    type Output = SoftwareTokenSetup;

    fn advance(&mut self, now: Timestamp, event: Event) -> Result<Step<SoftwareTokenSetup>, Error> {
        let call = self.call.as_mut().map_err(|error| error.clone())?;
        let gone_device_key = &self.pending.gone_device_key;
        let step = call.step(now, event).map_err(|error| error.or_start_again(gone_device_key.clone()))?;
        let response = match step.finished() {
            Ok(response) => response,
            Err(step) => return Ok(step),
        };
        let secret_code = response.secret_code.filter(|secret| !secret.is_empty());
        let secret_code = secret_code.ok_or_else(|| call.metadata().malformed("the response has no SecretCode"))?;
        let software_token = SoftwareToken { secret_code, friendly_device_name: None };
        let pending = self.pending.clone().renewed(response.session);
        Ok(Step::Done(SoftwareTokenSetup { pending, software_token }))
    }
}
