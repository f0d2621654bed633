//! Asks the user at the terminal for the inputs of a sign-in.

use std::error::Error as StdError;
use std::io;

use cognito_blocking::operation::{Attribute, ChallengeName};
use cognito_blocking::plain_text::escape;
use cognito_blocking::{
    AppClient, BeginSoftwareTokenSetup, Challenge, DeviceRegistration, Error, FactorSetup, Seed, SignIn, SignedIn,
    SoftwareTokenSetup,
};

use crate::environment::variable;
use crate::terminal::{self, ask, ask_code, ask_hidden};

/// The next flow after the user has answered a challenge.
pub(crate) enum Answer {
    /// The flow that sends the user's answer.
    SignIn(Box<SignIn>),
    /// The flow that requests the secret of an authenticator app, which the user needs for an answer.
    SetUp(Box<BeginSoftwareTokenSetup>),
}

/// Creates the sign-in that the command line selects.
pub(crate) fn begin(app_client: &AppClient, seed: Seed) -> Result<SignIn, Box<dyn StdError>> {
    let username = variable("COGNITO_USERNAME").map_or_else(|| ask("User name"), Ok)?;
    let password = || variable("COGNITO_PASSWORD").map_or_else(|| ask_hidden("Password"), Ok);
    Ok(match std::env::args().nth(1).as_deref() {
        None | Some("srp") => SignIn::srp(app_client, username, password()?, seed),
        Some("password") => SignIn::password(app_client, username, password()?, seed),
        Some("custom") => SignIn::custom(app_client, username, seed),
        Some("custom-srp") => SignIn::custom_with_srp(app_client, username, password()?, seed),
        Some(other) => return Err(format!("unknown flow {other}: pass srp, password, custom or custom-srp").into()),
    })
}

/// Asks the user for the answer to a challenge.
pub(crate) fn answer(app_client: &AppClient, challenge: &Challenge, seed: Seed) -> Result<Answer, Box<dyn StdError>> {
    println!("The service asks for {}.", escape(challenge.name().as_str()));
    Ok(Answer::SignIn(Box::new(match challenge {
        Challenge::Code(challenge) => {
            let source = match (challenge.name(), challenge.destination()) {
                (ChallengeName::SoftwareTokenMfa, _) => "of your authenticator app".to_owned(),
                (_, Some(to)) => format!("sent to {to}"),
                (ChallengeName::EmailOtp, None) => "sent by e-mail".to_owned(),
                (_, None) => "sent by SMS".to_owned(),
            };
            challenge.answer(app_client, ask_code(&format!("Code ({source})"))?, seed)
        }
        Challenge::SelectMfaType(challenge) => {
            let choice = terminal::choose(&challenge.options())?;
            challenge.answer(app_client, &choice, seed)
        }
        Challenge::MfaSetup(challenge) => {
            let options = challenge.options();
            let choice = if let [only] = &*options { only.clone() } else { terminal::choose(&options)? };
            match challenge.setup_of(&choice)? {
                FactorSetup::SoftwareToken => {
                    return Ok(Answer::SetUp(Box::new(challenge.set_up_software_token(app_client))));
                }
                FactorSetup::Email => challenge.set_up_email(app_client, ask("E-mail address")?, seed),
                _ => return Err(format!("this example cannot set up {}", choice.as_str()).into()),
            }
        }
        Challenge::SoftwareTokenSetup(setup) => {
            println!("The code was wrong.");
            verify(app_client, setup, seed)?
        }
        Challenge::NewPassword(challenge) => {
            let new_password = ask_hidden("New password")?;
            let attributes = challenge.required_attributes().into_iter();
            let attributes = attributes.map(|name| Ok(Attribute::new(&name, ask(&name)?)));
            challenge.answer(app_client, new_password, attributes.collect::<io::Result<Vec<_>>>()?, seed)
        }
        Challenge::Custom(challenge) => {
            for (name, value) in challenge.parameters().iter() {
                println!("  {}: {}", escape(name), escape(value));
            }
            challenge.answer(app_client, ask_hidden("Answer")?, seed)
        }
        other => return Err(format!("this example cannot answer {}", other.name().as_str()).into()),
    })))
}

/// Shows the secret of a new authenticator app, and asks the user for the app's first code.
pub(crate) fn verify(app_client: &AppClient, setup: &SoftwareTokenSetup, seed: Seed) -> io::Result<SignIn> {
    // The user needs the secret to set up the app. A graphical program would show a QR code.
    println!("Add this key to your authenticator app: {}", escape(setup.secret_code().expose()));
    Ok(setup.verify(app_client, ask_code("Code of the app")?, seed))
}

/// Returns the key of a device that the service no longer knows, if the error ended the sign-in. The next
/// sign-in must not use this device.
pub(crate) fn gone_device(error: &Error) -> Option<&str> {
    match error {
        Error::StartAgain(start_again) => start_again.gone_device_key.as_deref(),
        _ => None,
    }
}

/// Prints the result of a sign-in.
pub(crate) fn print_result(signed_in: &SignedIn) {
    let session = &signed_in.session;
    let seconds = session.tokens().expires_in.unwrap_or_default();
    println!("Signed in as {}, access token for {seconds} seconds.", escape(session.username()));
    if let Some(device_key) = &signed_in.device.gone_device_key {
        println!("The service no longer knows the device {}.", escape(device_key));
    }
    match &signed_in.device.registration {
        DeviceRegistration::Confirmed(device) => {
            println!("The device {} is registered.", escape(device.record.device_key()));
        }
        DeviceRegistration::Failed(failed) => {
            println!("The device is not registered: {}", escape(&failed.error.to_string()));
        }
        _ => {}
    }
}
