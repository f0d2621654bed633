//! Runs one scenario against a server of another project, with one of the two adapters, and reports the first
//! unexpected result:
//!
//! ```text
//! cargo run -p cognito-integration-tests --example other_servers -- \
//!     blocking|tokio SCENARIO < case.json
//! ```
//!
//! `tests/oracles/python/other_servers.py` starts the servers, creates the pools and users, and runs this
//! program for each case. If a server differs from Cognito, the scenario expects the behaviour of the server.
//! [`case::Server`] lists the differences.

mod accounts;
mod case;
mod custom_challenges;
mod expect;
mod identities;
mod second_factors;
mod sign_ins;
mod steps;
mod tokens;

use std::io;
use std::process::ExitCode;

use case::Case;
use cognito_blocking::TransportSettings;
use cognito_blocking::error::WithCauses;
use cognito_integration_tests::support::adapter::{Adapter, Blocking, Tokio};
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
    let case: Case = serde_json::from_reader(io::stdin())?;
    match adapter.as_str() {
        "blocking" => run_on::<Blocking>(name, &case),
        "tokio" => run_on::<Tokio>(name, &case),
        other => Err(format!("unknown adapter {other}: use blocking or tokio").into()),
    }
}

fn run_on<A: Adapter>(name: &str, case: &Case) -> Outcome {
    let scenario = scenario(name).ok_or_else(|| format!("unknown scenario {name}"))?;
    scenario(&A::new(case.app_client()?, &TransportSettings::default()), case)
}

fn scenario<A: Adapter>(name: &str) -> Option<fn(&A, &Case) -> Outcome> {
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
