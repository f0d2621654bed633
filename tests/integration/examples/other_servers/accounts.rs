//! A user's account, from sign-up to deletion.

use cognito_core::Error;
use cognito_core::error::RefusalKind;
use cognito_core::operation::{
    Attribute, ChangePassword, ConfirmForgotPassword, ConfirmSignUp, DeleteUser, ForgotPassword, GetUser,
    GetUserAttributeVerificationCode, ResendConfirmationCode, SignUp, UpdateUserAttributes, VerifyUserAttribute,
};
use cognito_integration_tests::support::adapter::Adapter;

use crate::case::Case;
use crate::expect::{self, Outcome};
use crate::steps::{sign_in, start};

const NEW_PASSWORD: &str = "Battery-staple-2";
const WRONG_CODE: &str = "999999";

/// A new user signs in once the code is confirmed, not before, and the name is taken.
pub(crate) fn sign_up(client: &impl Adapter, case: &Case) -> Outcome {
    let new_user = || {
        let mut sign_up = SignUp::new(&*case.username, &*case.password);
        sign_up.user_attributes = vec![Attribute::new("email", &*case.email)];
        client.call(sign_up)
    };
    expect::that("the user is yet to be confirmed", !new_user()?.user_confirmed)?;
    expect::refused("a name that is taken", new_user(), RefusalKind::UsernameExists)?;
    let early = start(client, case, &case.password);
    expect::refused("a user who is not confirmed", early, RefusalKind::UserNotConfirmed)?;
    if case.server.resends_codes() {
        client.call(ResendConfirmationCode::new(&*case.username))?;
    }
    if case.server.checks_codes() {
        let wrong = client.call(ConfirmSignUp::new(&*case.username, WRONG_CODE));
        expect::refused("a wrong code", wrong, RefusalKind::CodeMismatch)?;
    }
    client.call(ConfirmSignUp::new(&*case.username, &*case.codes.sign_up))?;
    sign_in(client, case).map(drop)
}

/// A code by e-mail sets another password.
pub(crate) fn forgot_password(client: &impl Adapter, case: &Case) -> Outcome {
    let sent = client.call(ForgotPassword::new(&*case.username))?;
    expect::that("it is said where the code went", sent.code_delivery_details.is_some())?;
    let confirm = |code: &str| client.call(ConfirmForgotPassword::new(&*case.username, code, NEW_PASSWORD));
    if case.server.checks_codes() {
        expect::refused("a wrong code", confirm(WRONG_CODE), RefusalKind::CodeMismatch)?;
    }
    confirm(&case.codes.reset)?;
    only_the_new_password_is_good(client, case)
}

/// A signed-in user changes the password, and has to know the old one.
pub(crate) fn change_password(client: &impl Adapter, case: &Case) -> Outcome {
    let session = sign_in(client, case)?.session;
    let change = |old: &str| client.call_signed_in(&session, ChangePassword::new(old, NEW_PASSWORD));
    let wrong = change("Incorrect-horse-1");
    expect::refused("a wrong old password", wrong, case.server.wrong_old_password())?;
    change(&case.password)?;
    only_the_new_password_is_good(client, case)
}

fn only_the_new_password_is_good(client: &impl Adapter, case: &Case) -> Outcome {
    let old = start(client, case, &case.password);
    expect::refused("the old password", old, case.server.wrong_password())?;
    expect::signed_in(start(client, case, NEW_PASSWORD)?).map(drop)
}

/// Attributes are changed and read, whatever is in them.
pub(crate) fn attributes(client: &impl Adapter, case: &Case) -> Outcome {
    let session = sign_in(client, case)?.session;
    let given = [("given_name", "Zoë \"Z\" \\ 李"), ("nickname", "z")];
    let given_attributes = given.map(|(name, value)| Attribute::new(name, value));
    client.call_signed_in(&session, UpdateUserAttributes::new(given_attributes))?;
    let user = client.call_signed_in(&session, GetUser::new())?;
    for (name, value) in given {
        expect::equal(name, user.attribute(name), Some(value))?;
    }
    expect::equal("the e-mail address", user.attribute("email"), Some(&*case.email))
}

/// A code verifies an e-mail address.
pub(crate) fn verify_attribute(client: &impl Adapter, case: &Case) -> Outcome {
    let session = sign_in(client, case)?.session;
    let verified = || {
        let user = client.call_signed_in(&session, GetUser::new())?;
        Ok::<bool, Error>(user.attribute("email_verified") == Some("true"))
    };
    expect::that("the address is not verified at first", !verified()?)?;
    client.call_signed_in(&session, GetUserAttributeVerificationCode::new("email"))?;
    let verify = |code: &str| client.call_signed_in(&session, VerifyUserAttribute::new("email", code));
    expect::refused("a wrong code", verify(WRONG_CODE), RefusalKind::CodeMismatch)?;
    verify(&case.codes.other)?;
    expect::that("the address is verified", verified()?)
}

/// A user who is gone cannot sign in.
pub(crate) fn delete_user(client: &impl Adapter, case: &Case) -> Outcome {
    let session = sign_in(client, case)?.session;
    client.call_signed_in(&session, DeleteUser::new())?;
    let again = start(client, case, &case.password);
    let error = again.err().ok_or("a user who is gone has signed in")?;
    let is_refused = matches!(error.refusal_kind(), Some(RefusalKind::UserNotFound | RefusalKind::NotAuthorized(_)));
    expect::that(&format!("a user who is gone is not found: {}", error.with_causes()), is_refused)
}
