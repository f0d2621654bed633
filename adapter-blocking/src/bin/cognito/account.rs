//! The commands for a user's account: sign-up, passwords, sign-out and deletion.

use cognito_blocking::operation::{
    Attribute, ChangePassword, CodeDeliveryDetails, ConfirmForgotPassword, DeleteUser, DeliveryMedium, ForgotPassword,
    GetUser, GetUserResponse, ResendConfirmationCode, SignUp,
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
    let mut lines = vec![user.username.clone()];
    for attribute in &user.user_attributes {
        lines.push(format!("  {}: {}", attribute.name, attribute.value.as_deref().unwrap_or_default()));
    }
    Ok(Report::lines(
        lines,
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

/// Returns the error message if a sign-out cannot remove the session from the store. The message says whether
/// the tokens are revoked.
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

/// Returns the code that the user passed on the command line, or prompts the user for a code. If the argument
/// is `-` and there is no terminal, reads the code from standard input.
pub(crate) fn code_or_prompt(argument: Option<String>) -> Result<Parameter, Failure> {
    let code = match argument.as_deref() {
        Some("-") if !terminal::is_interactive() => require_stdin_line("a code")?,
        None | Some("-") => terminal::ask_hidden("CODE", "Code")?,
        Some(code) => Parameter::from(code),
    };
    Ok(terminal::without_spaces(&code))
}

/// Parses user attributes from arguments of the form `NAME=VALUE`.
pub(crate) fn parse_attributes(arguments: &[String]) -> Result<Vec<Attribute>, Failure> {
    arguments.iter().map(|text| parse_pair(text).map(|(name, value)| Attribute::new(name, value))).collect()
}

/// Returns a user's attributes as one JSON object.
pub(crate) fn attributes_json(user: &GetUserResponse) -> Value {
    user.user_attributes.iter().map(|attribute| (attribute.name.clone(), json!(attribute.value))).collect()
}

/// Describes the destination of a code, as text and as JSON. If the details are absent or empty, the text is
/// empty. Otherwise, the text ends with a space.
pub(crate) fn describe_delivery(details: Option<&CodeDeliveryDetails>) -> (String, Value) {
    let is_filled = |text: &&str| !text.is_empty();
    let destination = details.and_then(|details| details.destination.as_deref()).filter(is_filled);
    let attribute = details.and_then(|details| details.attribute_name.as_deref()).filter(is_filled);
    let medium = details.and_then(|details| details.delivery_medium.as_ref());
    if destination.is_none() && medium.is_none() && attribute.is_none() {
        return (String::new(), Value::Null);
    }
    let sent = match (destination, medium) {
        (Some(destination), _) => format!("A code was sent to {destination}. "),
        (None, Some(DeliveryMedium::Sms)) => "A code was sent by SMS. ".to_owned(),
        (None, Some(DeliveryMedium::Email)) => "A code was sent by e-mail. ".to_owned(),
        (None, _) => "A code was sent. ".to_owned(),
    };
    let json = json!({
        "destination": destination,
        "medium": medium,
        "attribute": attribute,
    });
    (sent, json)
}

/// Returns the text that tells the user whether Cognito has sent a code.
pub(crate) fn delivery_text(sent: &str) -> &str {
    if sent.is_empty() {
        "Cognito accepted the request, but does not say whether it sent a code."
    } else {
        sent.trim_end()
    }
}

fn delivery_report(username: &str, details: Option<&CodeDeliveryDetails>) -> Report {
    let (sent, delivery) = describe_delivery(details);
    Report::new(delivery_text(&sent), json!({ "username": username, "delivery": delivery }))
}
