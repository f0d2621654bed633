//! The commands for a user's account: sign-up, passwords, sign-out and deletion.

use cognito_blocking::operation::{
    Attribute, ChangePassword, CodeDeliveryDetails, ConfirmForgotPassword, DeleteUser, ForgotPassword, GetUser,
    GetUserResponse, ResendConfirmationCode, SignUp,
};
use cognito_blocking::secret::Parameter;
use cognito_blocking::{CredentialsProvider, Error, RemoteSignOut, SignOutScope, operation};
use serde_json::{Value, json};

use crate::arguments::{ConfirmSignUp, DeleteUserArguments, Password, SignUpArguments};
use crate::output::{Failure, Report};
use crate::program::{Program, parse_pair, require_stdin_line};
use crate::terminal;

pub(crate) fn sign_up(program: &Program, arguments: &SignUpArguments) -> Result<Report, Failure> {
    let client = program.client()?;
    let username = program.username()?;
    let attributes = parse_attributes(&arguments.attributes)?;
    let mut sign_up = SignUp::new(&*username, program.sign_up_password()?.expose());
    sign_up.user_attributes = attributes;
    let response = client.call(sign_up)?;
    let next = if response.user_confirmed { "The user can sign in now." } else { "Confirm it with `cognito confirm`." };
    let (sent, delivery) = describe_delivery(response.code_delivery_details.as_ref());
    Ok(Report::new(
        format!("Signed {username} up. {sent}{next}"),
        json!({
            "username": username,
            "sub": response.user_sub,
            "confirmed": response.user_confirmed,
            "delivery": delivery,
        }),
    ))
}

pub(crate) fn confirm(program: &Program, arguments: ConfirmSignUp) -> Result<Report, Failure> {
    let client = program.client()?;
    let username = program.username()?;
    client.call(operation::ConfirmSignUp::new(&*username, code_or_prompt(arguments.code)?))?;
    Ok(Report::new(format!("Confirmed {username}."), json!({ "username": username, "confirmed": true })))
}

pub(crate) fn resend(program: &Program) -> Result<Report, Failure> {
    let client = program.client()?;
    let username = program.username()?;
    let response = client.call(ResendConfirmationCode::new(&*username))?;
    Ok(delivery_report(&username, response.code_delivery_details.as_ref()))
}

pub(crate) fn password(program: &Program, command: Password) -> Result<Report, Failure> {
    match command {
        Password::Change => {
            let session = program.session()?;
            let old = program.password()?;
            let new = program.new_password()?;
            session.call(ChangePassword::new(old.expose(), new.expose()))?;
            let username = session.username();
            Ok(Report::new(format!("Changed the password of {username}."), json!({ "username": username })))
        }
        Password::Forgot => {
            let client = program.client()?;
            let username = program.username()?;
            let response = client.call(ForgotPassword::new(&*username))?;
            Ok(delivery_report(&username, response.code_delivery_details.as_ref()))
        }
        Password::Confirm { code } => {
            let client = program.client()?;
            let username = program.username()?;
            let code = code_or_prompt(code)?;
            client.call(ConfirmForgotPassword::new(&*username, code, program.new_password()?.expose()))?;
            Ok(Report::new(format!("Set a new password for {username}."), json!({ "username": username })))
        }
    }
}

pub(crate) fn whoami(program: &Program) -> Result<Report, Failure> {
    let user = program.session()?.call(GetUser::new())?;
    let mut text = user.username.clone();
    for attribute in &user.user_attributes {
        text.push_str(&format!("\n  {}: {}", attribute.name, attribute.value.as_deref().unwrap_or_default()));
    }
    Ok(Report::new(
        text,
        json!({
            "username": user.username,
            "attributes": attributes_json(&user),
            "preferred_mfa": user.preferred_mfa_setting,
            "mfa": user.user_mfa_setting_list,
        }),
    ))
}

pub(crate) fn sign_out(program: &Program, global: bool) -> Result<Report, Failure> {
    let session = program.session()?;
    let scope = if global { SignOutScope::Global } else { SignOutScope::Revoke };
    let signed_out = session.sign_out(scope);
    if let Err(error) = signed_out.local {
        return Err(Failure::PartlyDone(still_in_store(&signed_out.remote), error));
    }
    let remote = match signed_out.remote {
        RemoteSignOut::Done => "The tokens are revoked.",
        RemoteSignOut::NotRevocable => "The tokens cannot be revoked and stay valid until they expire.",
        RemoteSignOut::NotAsked => "",
        RemoteSignOut::Failed(Error::NotSignedIn) => return Err(Error::NotSignedIn.into()),
        RemoteSignOut::Failed(error) => {
            return Err(Failure::PartlyDone("signed out on this machine, but the tokens may still be valid", error));
        }
    };
    let username = session.username();
    let revoked = matches!(signed_out.remote, RemoteSignOut::Done);
    Ok(Report::new(
        format!("Signed {username} out. {remote}"),
        json!({ "username": username, "revoked": revoked, "global": global }),
    ))
}

/// Says whether the tokens are revoked, for a sign-out that could not remove the session from the store.
fn still_in_store(remote: &RemoteSignOut) -> &'static str {
    match remote {
        RemoteSignOut::Done => "the tokens are revoked, but the session is still in the store",
        RemoteSignOut::NotRevocable | RemoteSignOut::NotAsked => {
            "the tokens are not revoked, and the session is still in the store"
        }
        RemoteSignOut::Failed(_) => "the tokens may still be valid, and the session is still in the store",
    }
}

pub(crate) fn delete_user(program: &Program, arguments: &DeleteUserArguments) -> Result<Report, Failure> {
    let session = program.session()?;
    let username = session.username();
    if !arguments.yes {
        let question = format!("Delete the user {username} permanently?");
        if !terminal::is_interactive() {
            return Err(Failure::answer_needed("--yes", format!("an answer is missing: {question} (--yes)")));
        }
        if !terminal::confirm(&question)? {
            return Ok(Report::new("The user was not deleted.", json!({ "username": username, "deleted": false })));
        }
    }
    session.call(DeleteUser::new())?;
    session.forget()?;
    if let Ok(client) = program.identity_pool_client() {
        // The identity belonged only to the deleted user, so the store need not keep the identity id.
        CredentialsProvider::for_session(client, program.store()?, session.clone()).forget()?;
    }
    Ok(Report::new(format!("Deleted {username}."), json!({ "username": username, "deleted": true })))
}

/// Returns the code from the command line, or prompts for a code. With the argument `-`, reads the code from
/// standard input if there is no terminal.
pub(crate) fn code_or_prompt(argument: Option<String>) -> Result<Parameter, Failure> {
    match argument.as_deref() {
        Some("-") if !terminal::is_interactive() => require_stdin_line("a code"),
        None | Some("-") => terminal::ask_hidden("CODE", "Code"),
        Some(code) => Ok(Parameter::from(code)),
    }
}

/// Parses user attributes from arguments of the form `NAME=VALUE`.
pub(crate) fn parse_attributes(arguments: &[String]) -> Result<Vec<Attribute>, Failure> {
    arguments.iter().map(|text| parse_pair(text).map(|(name, value)| Attribute::new(name, value))).collect()
}

/// Returns a user's attributes as one JSON object.
pub(crate) fn attributes_json(user: &GetUserResponse) -> Value {
    user.user_attributes.iter().map(|attribute| (attribute.name.clone(), json!(attribute.value))).collect()
}

/// Says where the service sent a code, as text and as JSON. The text ends with a space. Without `details`,
/// the text is empty.
pub(crate) fn describe_delivery(details: Option<&CodeDeliveryDetails>) -> (String, Value) {
    let Some(details) = details else { return (String::new(), Value::Null) };
    let destination = details.destination.as_deref().unwrap_or("the user");
    let json = json!({
        "destination": details.destination,
        "medium": details.delivery_medium,
        "attribute": details.attribute_name,
    });
    (format!("A code was sent to {destination}. "), json)
}

fn delivery_report(username: &str, details: Option<&CodeDeliveryDetails>) -> Report {
    let (sent, delivery) = describe_delivery(details);
    let text = if sent.is_empty() { "Cognito accepted the request." } else { sent.trim_end() };
    Report::new(text, json!({ "username": username, "delivery": delivery }))
}
