//! Scenarios of signing in with a password.

use cognito_core::error::{NotAuthorized, RefusalKind};
use cognito_core::operation::GetUser;
use cognito_core::{Challenge, SignedIn};
use cognito_integration_tests::support::adapter::Adapter;

use crate::case::Case;
use crate::expect::{self, Outcome};
use crate::steps::{self, sign_in, start, with_app_client};

const NEW_PASSWORD: &str = "Battery-staple-2";

/// Over SRP, the right password signs in under the user's canonical name. A wrong password and an unknown
/// user are rejected.
pub(crate) fn srp(client: &impl Adapter, case: &Case) -> Outcome {
    let signed_in = expect::signed_in(client.srp(&case.username, &case.password)?)?;
    check_user(client, case, &signed_in)?;
    // Half of the SRP numbers on both sides have the highest bit set, and are hashed with a zero byte in
    // front. Many sign-ins test both kinds of numbers.
    for _ in 0..20 {
        expect::signed_in(client.srp(&case.username, &case.password)?)?;
    }
    let incorrect = RefusalKind::NotAuthorized(NotAuthorized::IncorrectUsernameOrPassword);
    expect::refused("a wrong password", client.srp(&case.username, "Incorrect-horse-1"), incorrect)?;
    expect::refused("an unknown user", client.srp("nobody", &case.password), incorrect)
}

/// A user can sign in with an e-mail address.
pub(crate) fn alias(client: &impl Adapter, case: &Case) -> Outcome {
    check_user(client, case, &expect::signed_in(client.srp(&case.email, &case.password)?)?)
}

/// The right password signs in without SRP, and a wrong password is rejected.
pub(crate) fn password(client: &impl Adapter, case: &Case) -> Outcome {
    let signed_in = expect::signed_in(steps::password(client, &case.username, &case.password)?)?;
    check_user(client, case, &signed_in)?;
    let wrong = steps::password(client, &case.username, "Incorrect-horse-1");
    expect::refused("a wrong password", wrong, case.server.wrong_password())
}

/// A sign-in is rejected without the app client's secret, and with a wrong secret.
pub(crate) fn client_secret(client: &impl Adapter, case: &Case) -> Outcome {
    expect::that("the app client has a secret", case.has_client_secret())?;
    sign_in(client, case)?;
    for (what, secret) in [("no secret", ""), ("a wrong secret", "wrong")] {
        let other = with_app_client(client, case.app_client_without_secret()?.with_secret(secret));
        expect::not_authorized(what, start(&other, case, &case.password))?;
    }
    Ok(())
}

/// A user must replace a temporary password. Then only the new password signs in.
pub(crate) fn new_password(client: &impl Adapter, case: &Case) -> Outcome {
    let challenge = expect::challenge(start(client, case, &case.password)?, "NEW_PASSWORD_REQUIRED")?;
    let Challenge::NewPassword(challenge) = challenge else {
        return Err("the challenge NEW_PASSWORD_REQUIRED has the wrong type".into());
    };
    let answer = challenge.answer(client.app_client(), NEW_PASSWORD, [], client.seed()?);
    check_user(client, case, &expect::signed_in(client.run(answer)?)?)?;
    let old = start(client, case, &case.password);
    expect::refused("the temporary password", old, case.server.wrong_password())?;
    expect::signed_in(start(client, case, NEW_PASSWORD)?).map(drop)
}

fn check_user(client: &impl Adapter, case: &Case, signed_in: &SignedIn) -> Outcome {
    let session = &signed_in.session;
    expect::equal("the user's name", Some(session.username()), case.canonical_username.as_deref())?;
    let user = client.call_signed_in(session, GetUser::new())?;
    expect::equal("the user's e-mail address", user.attribute("email"), Some(&*case.email))
}
