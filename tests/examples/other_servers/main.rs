//! Goes through one scenario against a server that others wrote, by one of the two adapters, and fails with a sentence when
//! something is not as expected:
//!
//! ```text
//! cargo run -p cognito-testkit --example other_servers -- blocking|tokio SCENARIO < case.json
//! ```
//!
//! `tests/oracles/python/other_servers.py` starts the servers, makes the pools and users, and runs this for each case.
//! Where a server departs from Cognito, the scenario expects what the server does; [`case::Server`] says where that is.

mod accounts;
mod adapter;
#[path = "../../tests/authenticator/mod.rs"]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "written for tests")]
mod authenticator;
mod case;
mod custom_challenges;
mod expect;
mod identities;
mod second_factors;
mod sign_ins;
mod tokens;

use std::io;
use std::process::ExitCode;

use cognito_blocking::error::WithCauses;

use adapter::{Adapter, Client};
use case::Case;
use expect::Outcome;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", WithCauses::new(&*error));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [adapter, name] = arguments.as_slice() else {
        return Err("usage: other_servers blocking|tokio SCENARIO < case.json".into());
    };
    let adapter = match adapter.as_str() {
        "blocking" => Adapter::Blocking,
        "tokio" => Adapter::Tokio,
        other => return Err(format!("there is no adapter {other}").into()),
    };
    let scenario = scenario(name).ok_or_else(|| format!("there is no scenario {name}"))?;
    let case: Case = serde_json::from_reader(io::stdin())?;
    scenario(&Client::new(adapter, case.app_client()?)?, &case)
}

fn scenario(name: &str) -> Option<fn(&Client, &Case) -> Outcome> {
    Some(match name {
        "srp" => sign_ins::srp,
        "alias" => sign_ins::alias,
        "password" => sign_ins::password,
        "client-secret" => sign_ins::client_secret,
        "new-password" => sign_ins::new_password,
        "software-token" => second_factors::software_token,
        "select-mfa-type" => second_factors::select_mfa_type,
        "custom" => custom_challenges::custom,
        "custom-with-srp" => custom_challenges::custom_with_srp,
        "sign-up" => accounts::sign_up,
        "forgot-password" => accounts::forgot_password,
        "change-password" => accounts::change_password,
        "attributes" => accounts::attributes,
        "verify-attribute" => accounts::verify_attribute,
        "delete-user" => accounts::delete_user,
        "refresh" => tokens::refresh,
        "refresh-the-older-way" => tokens::refresh_the_older_way,
        "revoke" => tokens::revoke,
        "global-sign-out" => tokens::global_sign_out,
        "groups" => tokens::groups,
        "guest" => identities::guest,
        "identity-of-user" => identities::user,
        "forged-login" => identities::forged_login,
        "basic-flow" => identities::basic_flow,
        _ => return None,
    })
}
