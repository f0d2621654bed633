//! Signs in at the terminal, and asks the user for the answer to each challenge:
//!
//! ```text
//! COGNITO_USER_POOL_ID=… COGNITO_CLIENT_ID=… \
//!     cargo run -p cognito-blocking --example sign_in [srp|password|custom|custom-srp]
//! ```
//!
//! COGNITO_CLIENT_SECRET, COGNITO_ENDPOINT, COGNITO_USERNAME and COGNITO_PASSWORD are optional. If
//! COGNITO_STORE names a file, the session and the device are kept in that file, and the next sign-in uses
//! the known device.

mod answers;
#[path = "../environment/mod.rs"]
mod environment;
mod terminal;

use std::error::Error;
use std::process::ExitCode;

use cognito_blocking::error::WithCauses;
use cognito_blocking::plain_text::escape;
use cognito_blocking::{Client, Devices, FileStore, Sessions, SignInOutcome};

use answers::{Answer, answer, begin, gone_device, print_result, verify};
use environment::variable;

fn main() -> ExitCode {
    match sign_in() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", escape(&WithCauses::new(&*error).to_string()));
            ExitCode::FAILURE
        }
    }
}

fn sign_in() -> Result<(), Box<dyn Error>> {
    let app_client = environment::app_client()?.ok_or("set COGNITO_USER_POOL_ID and COGNITO_CLIENT_ID")?;
    let client = Client::new(app_client);
    let sessions = variable("COGNITO_STORE").map(|file| Sessions::new(client.clone(), FileStore::new(file)));
    let devices = sessions.as_ref().map_or_else(|| Ok(Devices::new()), Sessions::devices)?;

    let app_client = client.app_client();
    let mut flow = begin(app_client, client.seed()?)?;
    let mut last_challenge = None;
    let signed_in = loop {
        match client.run(flow.with_devices(devices.clone()).with_device_name("terminal")) {
            Ok(SignInOutcome::SignedIn(signed_in)) => break signed_in,
            Ok(SignInOutcome::Challenge(challenge)) => last_challenge = Some(challenge),
            Err(error) if last_challenge.is_some() && error.may_answer_again() => {
                println!("{}", escape(&error.with_causes().to_string()));
            }
            Err(error) => {
                if let (Some(sessions), Some(gone)) = (&sessions, gone_device(&error)) {
                    sessions.change_devices(|devices| devices.remove_device(gone).is_some())?;
                }
                return Err(error.into());
            }
        }
        let challenge = last_challenge.as_ref().ok_or("the service has not asked a challenge")?;
        flow = match answer(app_client, challenge, client.seed()?)? {
            Answer::SignIn(flow) => *flow,
            Answer::SetUp(set_up) => verify(app_client, &client.run(*set_up)?, client.seed()?)?,
        };
    };
    print_result(&signed_in);
    if let Some(sessions) = &sessions {
        sessions.save(&signed_in)?;
    }
    Ok(())
}
