//! Scenarios of authenticator apps.

use cognito_core::error::RefusalKind;
use cognito_core::operation::{AssociateSoftwareToken, ChallengeName, SoftwareTokenStatus, VerifySoftwareToken};
use cognito_core::secret::SecretCode;
use cognito_core::{Challenge, FactorState, SetMfaPreference, SignInOutcome, SignedIn};
use cognito_integration_tests::support::adapter::Adapter;

use crate::case::Case;
use crate::expect::{self, Outcome};
use crate::steps::{sign_in, start};
use cognito_integration_tests::support::authenticator;

/// A user sets up an authenticator app. Then a sign-in requires a code of the app, and a wrong code can be
/// corrected.
pub(crate) fn software_token(client: &impl Adapter, case: &Case) -> Outcome {
    let signed_in = sign_in(client, case)?;
    let secret = enrol(client, case, &signed_in)?;
    let preference = SetMfaPreference::new(client.app_client(), &signed_in.session);
    client.run(preference.with_software_token(FactorState::Preferred))?;

    answer_code(client, start(client, case, &case.password)?, &secret)
}

/// A user with two second factors chooses one of them at the sign-in.
pub(crate) fn select_mfa_type(client: &impl Adapter, case: &Case) -> Outcome {
    let signed_in = sign_in(client, case)?;
    let secret = enrol(client, case, &signed_in)?;
    let preference = SetMfaPreference::new(client.app_client(), &signed_in.session);
    client.run(preference.with_software_token(FactorState::On).with_sms(FactorState::On))?;

    let Challenge::SelectMfaType(select) = expect::challenge(start(client, case, &case.password)?, "SELECT_MFA_TYPE")?
    else {
        return Err("the challenge SELECT_MFA_TYPE has the wrong type".into());
    };
    expect::equal("the choices", select.choices(), [ChallengeName::SmsMfa, ChallengeName::SoftwareTokenMfa])?;
    // The user cannot choose a text message, because cognito-local has no way to set its destination.
    let chosen = select.answer(client.app_client(), &ChallengeName::SoftwareTokenMfa, client.seed()?);
    answer_code(client, client.run(chosen)?, &secret)
}

/// Sets up an authenticator app with a code, and returns the secret of the app.
fn enrol(client: &impl Adapter, case: &Case, signed_in: &SignedIn) -> Outcome<SecretCode> {
    let session = &signed_in.session;
    let associated = client.call_signed_in(session, AssociateSoftwareToken::new())?;
    let secret = associated.secret_code.ok_or("the answer has no secret code")?;
    let verify = |code: String| client.call_signed_in(session, VerifySoftwareToken::new(code));
    let wrong = verify(wrong_code(&secret)?);
    expect::refused("a wrong code at enrolment", wrong, case.server.wrong_code_at_enrolment())?;
    let verified = verify(right_code(&secret)?)?;
    expect::equal("the status", verified.status, Some(SoftwareTokenStatus::Success))?;
    Ok(secret)
}

/// Answers the challenge for the app's code: a wrong code is rejected, and then the right code signs in.
fn answer_code(client: &impl Adapter, outcome: SignInOutcome, secret: &SecretCode) -> Outcome {
    let Challenge::Code(challenge) = expect::challenge(outcome, "SOFTWARE_TOKEN_MFA")? else {
        return Err("the challenge SOFTWARE_TOKEN_MFA has the wrong type".into());
    };
    let answer = |code: String| client.run(challenge.answer(client.app_client(), code, client.seed()?));
    expect::refused("a wrong code", answer(wrong_code(secret)?), RefusalKind::CodeMismatch)?;
    expect::signed_in(answer(right_code(secret)?)?).map(drop)
}

fn right_code(secret: &SecretCode) -> Outcome<String> {
    Ok(authenticator::app(secret.expose(), unix_seconds()?))
}

/// Returns a code that the app does not show within one minute before or after the current time.
fn wrong_code(secret: &SecretCode) -> Outcome<String> {
    let now = unix_seconds()?;
    let right: Vec<String> =
        [0, 30, 60, 90, 120].map(|after| authenticator::app(secret.expose(), now - 60 + after)).into();
    let wrong = (0..=right.len()).map(|number| format!("{number:06}")).find(|code| !right.contains(code));
    Ok(wrong.ok_or("every code is right")?)
}

#[expect(clippy::disallowed_methods, reason = "an app shows the code of the current time")]
fn unix_seconds() -> Outcome<u64> {
    Ok(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs())
}
