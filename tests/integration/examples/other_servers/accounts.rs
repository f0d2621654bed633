//! Scenarios of a user's account, from sign-up to deletion.

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

/// A new user can sign in only after the confirmation with a code, and the user name cannot be used again.
pub(crate) fn sign_up(client: &impl Adapter, case: &Case) -> Outcome {
    let new_user = || {
        let mut sign_up = SignUp::new(&*case.username, &*case.password);
        sign_up.user_attributes = vec![Attribute::new("email", &*case.email)];
        client.call(sign_up)
    };
    expect::that("a new user is not confirmed", !new_user()?.user_confirmed)?;
    expect::refused("a sign-up with a taken name", new_user(), RefusalKind::UsernameExists)?;
    let early = start(client, case, &case.password);
    expect::refused("a sign-in before the confirmation", early, RefusalKind::UserNotConfirmed)?;
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

/// A user can set a new password with a code from an e-mail.
pub(crate) fn forgot_password(client: &impl Adapter, case: &Case) -> Outcome {
    let sent = client.call(ForgotPassword::new(&*case.username))?;
    expect::that("the answer says where the code was sent", sent.code_delivery_details.is_some())?;
    let confirm = |code: &str| client.call(ConfirmForgotPassword::new(&*case.username, code, NEW_PASSWORD));
    if case.server.checks_codes() {
        expect::refused("a wrong code", confirm(WRONG_CODE), RefusalKind::CodeMismatch)?;
    }
    confirm(&case.codes.reset)?;
    check_only_new_password_works(client, case)
}

/// A signed-in user can change the password, and must know the old password.
pub(crate) fn change_password(client: &impl Adapter, case: &Case) -> Outcome {
    let session = sign_in(client, case)?.session;
    let change = |old: &str| client.call_signed_in(&session, ChangePassword::new(old, NEW_PASSWORD));
    let wrong = change("Incorrect-horse-1");
    expect::refused("a wrong old password", wrong, case.server.wrong_old_password())?;
    change(&case.password)?;
    check_only_new_password_works(client, case)
}

fn check_only_new_password_works(client: &impl Adapter, case: &Case) -> Outcome {
    let old = start(client, case, &case.password);
    expect::refused("the old password", old, case.server.wrong_password())?;
    expect::signed_in(start(client, case, NEW_PASSWORD)?).map(drop)
}

/// Attributes with any characters can be changed and read.
pub(crate) fn attributes(client: &impl Adapter, case: &Case) -> Outcome {
    let session = sign_in(client, case)?.session;
    let values = [("given_name", "Zoë \"Z\" \\ 李"), ("nickname", "z")];
    let attributes = values.map(|(name, value)| Attribute::new(name, value));
    client.call_signed_in(&session, UpdateUserAttributes::new(attributes))?;
    let user = client.call_signed_in(&session, GetUser::new())?;
    for (name, value) in values {
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

/// A deleted user cannot sign in.
pub(crate) fn delete_user(client: &impl Adapter, case: &Case) -> Outcome {
    let session = sign_in(client, case)?.session;
    client.call_signed_in(&session, DeleteUser::new())?;
    let again = start(client, case, &case.password);
    let error = again.err().ok_or("a deleted user has signed in")?;
    let is_rejected = matches!(error.refusal_kind(), Some(RefusalKind::UserNotFound | RefusalKind::NotAuthorized(_)));
    expect::that(&format!("the sign-in of a deleted user is rejected: {}", error.with_causes()), is_rejected)
}
