//! Authenticator apps.

use cognito_core::error::RefusalKind;
use cognito_core::operation::{AssociateSoftwareToken, ChallengeName, SoftwareTokenStatus, VerifySoftwareToken};
use cognito_core::secret::SecretCode;
use cognito_core::{Challenge, FactorState, SetMfaPreference, SignInOutcome, SignedIn};
use cognito_integration_tests::support::adapter::Adapter;

use crate::case::Case;
use crate::expect::{self, Outcome};
use crate::steps::{sign_in, start};
use cognito_integration_tests::support::authenticator;

/// A signed-in user sets an app up. From then on its code is asked for; a wrong one may be given again.
pub(crate) fn software_token(client: &impl Adapter, case: &Case) -> Outcome {
    let signed_in = sign_in(client, case)?;
    let secret = enrol(client, case, &signed_in)?;
    let preference = SetMfaPreference::new(client.app_client(), &signed_in.session);
    client.run(preference.software_token(FactorState::Preferred))?;

    takes_the_code(client, start(client, case, &case.password)?, &secret)
}

/// A user with two factors chooses one.
pub(crate) fn select_mfa_type(client: &impl Adapter, case: &Case) -> Outcome {
    let signed_in = sign_in(client, case)?;
    let secret = enrol(client, case, &signed_in)?;
    let preference = SetMfaPreference::new(client.app_client(), &signed_in.session);
    client.run(preference.software_token(FactorState::On).sms(FactorState::On))?;

    let Challenge::SelectMfaType(select) = expect::challenge(start(client, case, &case.password)?, "SELECT_MFA_TYPE")?
    else {
        return Err("not a typed challenge".into());
    };
    expect::equal("the choices", select.choices(), [ChallengeName::SmsMfa, ChallengeName::SoftwareTokenMfa])?;
    // A text message it could not be: cognito-local gives no way to say where it would go.
    let chosen = select.answer(client.app_client(), &ChallengeName::SoftwareTokenMfa, client.seed()?);
    takes_the_code(client, client.run(chosen)?, &secret)
}

/// The app's secret, once its first code has been taken.
fn enrol(client: &impl Adapter, case: &Case, signed_in: &SignedIn) -> Outcome<SecretCode> {
    let session = &signed_in.session;
    let associated = client.call_signed_in(session, AssociateSoftwareToken::new())?;
    let secret = associated.secret_code.ok_or("there is no secret code")?;
    let verify = |code: String| client.call_signed_in(session, VerifySoftwareToken::new(code));
    let wrong = verify(wrong_code(&secret)?);
    expect::refused("a wrong code at enrolment", wrong, case.server.wrong_code_at_enrolment())?;
    let verified = verify(right_code(&secret)?)?;
    expect::equal("the status", verified.status, Some(SoftwareTokenStatus::Success))?;
    Ok(secret)
}

/// The app's code is asked for: a wrong one is refused, and the right one signs in then.
fn takes_the_code(client: &impl Adapter, outcome: SignInOutcome, secret: &SecretCode) -> Outcome {
    let Challenge::Code(challenge) = expect::challenge(outcome, "SOFTWARE_TOKEN_MFA")? else {
        return Err("not a typed challenge".into());
    };
    let answer = |code: String| client.run(challenge.answer(client.app_client(), code, client.seed()?));
    expect::refused("a wrong code", answer(wrong_code(secret)?), RefusalKind::CodeMismatch)?;
    expect::signed_in(answer(right_code(secret)?)?).map(drop)
}

fn right_code(secret: &SecretCode) -> Outcome<String> {
    Ok(authenticator::app(secret.expose(), unix_seconds()?))
}

/// One that the app shows neither now nor a minute before or after.
fn wrong_code(secret: &SecretCode) -> Outcome<String> {
    let now = unix_seconds()?;
    let right: Vec<String> =
        [0, 30, 60, 90, 120].map(|after| authenticator::app(secret.expose(), now - 60 + after)).into();
    let wrong = (0..=right.len()).map(|number| format!("{number:06}")).find(|code| !right.contains(code));
    Ok(wrong.ok_or("every code is right")?)
}

#[expect(clippy::disallowed_methods, reason = "an app shows the code of this moment")]
fn unix_seconds() -> Outcome<u64> {
    Ok(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs())
}
