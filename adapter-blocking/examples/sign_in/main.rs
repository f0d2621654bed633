//! Signs in at the terminal, whatever the service asks on the way:
//!
//! ```text
//! COGNITO_USER_POOL_ID=… COGNITO_CLIENT_ID=… cargo run -p cognito-blocking --example sign_in [srp|password|custom|custom-srp]
//! ```
//!
//! COGNITO_CLIENT_SECRET, COGNITO_ENDPOINT, COGNITO_USERNAME and COGNITO_PASSWORD count too. With COGNITO_STORE the session
//! and the device are kept in that file, and the next sign-in is on a known device.

#[path = "../environment/mod.rs"]
mod environment;
mod terminal;

use std::error::Error;
use std::process::ExitCode;

use cognito_blocking::{
    AppClient, Challenge, Client, DeviceRegistration, Devices, FileStore, Sessions, SignIn, SignInOutcome, SignedIn,
};

use environment::{password, variable};
use terminal::{ask, ask_hidden};

fn main() -> ExitCode {
    match sign_in() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn sign_in() -> Result<(), Box<dyn Error>> {
    let app_client = environment::app_client()?.ok_or("set COGNITO_USER_POOL_ID and COGNITO_CLIENT_ID")?;
    let client = Client::new(app_client);
    let sessions = variable("COGNITO_STORE").map(|file| Sessions::new(client.clone(), FileStore::new(file)));
    let devices = sessions.as_ref().map_or_else(|| Ok(Devices::new()), Sessions::devices)?;

    let mut flow = begin(&client)?;
    let signed_in = loop {
        match client.run(flow.with_devices(devices.clone()).with_device_name("terminal"))? {
            SignInOutcome::SignedIn(signed_in) => break signed_in,
            SignInOutcome::Challenge(challenge) => flow = answer(&client, &challenge)?,
        }
    };
    tell(&signed_in);
    if let Some(sessions) = &sessions {
        sessions.save(&signed_in)?;
    }
    Ok(())
}

fn begin(client: &Client) -> Result<SignIn, Box<dyn Error>> {
    let username = variable("COGNITO_USERNAME").map_or_else(|| ask("User name"), Ok)?;
    let password = || password().map_or_else(|| ask_hidden("Password").map(Into::into), Ok);
    let (app_client, seed) = (client.app_client(), client.seed()?);
    Ok(match std::env::args().nth(1).as_deref() {
        None | Some("srp") => SignIn::srp(app_client, username, password()?, seed),
        Some("password") => SignIn::password(app_client, username, password()?, seed),
        Some("custom") => SignIn::custom(app_client, username, seed),
        Some("custom-srp") => SignIn::custom_with_srp(app_client, username, password()?, seed),
        Some(other) => return Err(format!("there is no flow {other}: srp, password, custom, custom-srp").into()),
    })
}

fn answer(client: &Client, challenge: &Challenge) -> Result<SignIn, Box<dyn Error>> {
    let (app_client, seed) = (client.app_client(), client.seed()?);
    println!("The service asks for {}.", challenge.name().as_str());
    Ok(match challenge {
        Challenge::Code(challenge) => {
            let from =
                challenge.destination().map_or("your authenticator app".to_owned(), |to| format!("sent to {to}"));
            challenge.answer(app_client, ask_hidden(&format!("Code ({from})"))?, seed)
        }
        Challenge::SelectMfaType(challenge) => {
            let choice = terminal::choose(&challenge.choices())?;
            challenge.answer(app_client, &choice, seed)
        }
        Challenge::MfaSetup(challenge) => {
            let choice = terminal::choose(&challenge.factors())?;
            if choice.as_str() == "EMAIL_OTP" {
                challenge.set_up_email(app_client, ask("E-mail address")?, seed)
            } else {
                let setup = client.run(challenge.set_up_software_token(app_client))?;
                verify(app_client, &setup, seed)?
            }
        }
        Challenge::SoftwareTokenSetup(setup) => {
            println!("That was not the code.");
            verify(app_client, setup, seed)?
        }
        Challenge::NewPassword(challenge) => {
            let new_password = ask_hidden("New password")?;
            let attributes = challenge.required_attributes().into_iter();
            let attributes = attributes.map(|name| Ok(cognito_blocking::operation::Attribute::new(&name, ask(&name)?)));
            challenge.answer(app_client, new_password, attributes.collect::<std::io::Result<Vec<_>>>()?, seed)
        }
        Challenge::Custom(challenge) => {
            for (name, value) in challenge.parameters().iter() {
                println!("  {name}: {value}");
            }
            challenge.answer(app_client, ask_hidden("Answer")?, seed)
        }
        other => return Err(format!("this program has no answer to {}", other.name().as_str()).into()),
    })
}

fn verify(
    app_client: &AppClient,
    setup: &cognito_blocking::SoftwareTokenSetup,
    seed: cognito_blocking::Seed,
) -> std::io::Result<SignIn> {
    // Whoever sets up an app must see the secret, as a QR code or like this.
    println!("Add this key to your authenticator app: {}", setup.secret_code().expose());
    Ok(setup.verify(app_client, ask_hidden("Its code")?, seed))
}

fn tell(signed_in: &SignedIn) {
    let session = &signed_in.session;
    let seconds = session.tokens().expires_in.unwrap_or_default();
    println!("Signed in as {}, access token for {seconds} seconds.", session.username());
    if let Some(device_key) = &signed_in.device.gone_device_key {
        println!("The service does not know the device {device_key} any more.");
    }
    match &signed_in.device.registration {
        DeviceRegistration::Confirmed(device) => println!("The device {} is registered.", device.record.device_key()),
        DeviceRegistration::Failed(failed) => println!("The device is not registered: {}", failed.error),
        _ => {}
    }
}
