//! The whole life of a user, over real HTTP, against a simulated user pool on loopback:
//!
//! ```text
//! cargo run -p cognito-blocking --example quickstart
//! ```
//!
//! With COGNITO_USER_POOL_ID and COGNITO_CLIENT_ID set, it signs in to that pool instead. COGNITO_CLIENT_SECRET,
//! COGNITO_ENDPOINT, COGNITO_USERNAME and COGNITO_PASSWORD count too; a name or password that is missing is asked for.

#[path = "../environment/mod.rs"]
mod environment;
mod narrated;
mod real;
mod simulated;

use std::error::Error;
use std::process::ExitCode;

use cognito_blocking::error::WithCauses;

fn main() -> ExitCode {
    let done: Result<(), Box<dyn Error>> = match environment::app_client() {
        Ok(Some(app_client)) => real::sign_in(app_client),
        Ok(None) => simulated::life_of_a_user(),
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", WithCauses::new(&*error));
            ExitCode::FAILURE
        }
    }
}
