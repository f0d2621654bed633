//! Takes a user from sign-up to sign-out, over HTTP, in a simulated user pool on the loopback interface:
//!
//! ```text
//! cargo run -p cognito-blocking --example quickstart
//! ```
//!
//! If COGNITO_USER_POOL_ID and COGNITO_CLIENT_ID are set, the example signs in to that user pool instead.
//! COGNITO_CLIENT_SECRET, COGNITO_ENDPOINT, COGNITO_USERNAME and COGNITO_PASSWORD are optional. The example
//! prompts for a missing user name or password.

#[path = "../environment/mod.rs"]
mod environment;
mod narrated;
mod real;
mod simulated;

use std::error::Error;
use std::process::ExitCode;

use cognito_blocking::error::WithCauses;

fn main() -> ExitCode {
    let result: Result<(), Box<dyn Error>> = match environment::app_client() {
        Ok(Some(app_client)) => real::sign_in(app_client),
        Ok(None) => simulated::life_of_a_user(),
        Err(error) => Err(error),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", WithCauses::new(&*error));
            ExitCode::FAILURE
        }
    }
}
