//! A simulated Amazon Cognito on a port, for tests in any language.
//!
//! The first line of output is `{"url":…,"pools":[{"id":…,"clients":[{"id":…,"name":…,"secret":…}]}],
//! "identity_pools":[{"id":…,"name":…}]}`; then comes one line of JSON for each message that is delivered to a user.
//!
//! Beside the API there are paths for tests: `POST /_sim/advance` with `{"seconds":3600}` moves the clock, and
//! `POST /_sim/faults` with `{"fault":"lose_after","operation":"InitiateAuth","times":1}` has a request go wrong. They are
//! all listed at `cognito_testkit::Server`, the faults at `cognito_testkit::Fault`.
#![forbid(unsafe_code)]

use core::net::SocketAddr;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use cognito_testkit::{Config, IdentityPoolSummary, PoolSummary, Server, Simulator};
use serde::Serialize;

/// A simulated Amazon Cognito: user pools with real SRP and identity pools, for tests.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Where to listen; port 0 is any free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// A JSON file that describes pools, app clients, users and identity pools. Without it there is one pool with two clients,
    /// and an identity pool that trusts them.
    #[arg(long)]
    config: Option<PathBuf>,
    /// 64 hexadecimal digits, from which everything random is made. The default is all zeros.
    #[arg(long, value_parser = parse_seed)]
    seed: Option<[u8; 32]>,
}

/// The first line of output.
#[derive(Serialize)]
struct Started {
    url: String,
    pools: Vec<PoolSummary>,
    identity_pools: Vec<IdentityPoolSummary>,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(complaint) => {
            eprintln!("cognito-sim: {complaint}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: Arguments) -> Result<(), String> {
    let seed = arguments.seed.unwrap_or_default();
    let config = read_config(arguments.config.as_deref())?;
    let server = Server::start_on(arguments.listen, Simulator::new(seed), print)
        .map_err(|error| format!("cannot listen on {}: {error}", arguments.listen))?;
    // The server has the clock, so it comes first. Nobody knows yet where it is.
    let configured = Simulator::from_config(seed, server.now(), config).map_err(|error| match &arguments.config {
        Some(path) => format!("{}: {error}", path.display()),
        None => error.to_string(),
    })?;
    server.with(|simulator| *simulator = configured);
    let (pools, identity_pools) = server.with(|simulator| (simulator.pools(), simulator.identity_pools()));
    print(&Started { url: server.url(), pools, identity_pools });
    server.wait();
    Ok(())
}

fn read_config(path: Option<&Path>) -> Result<Config, String> {
    let Some(path) = path else { return Ok(Config::standard()) };
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Config::from_json(&text).map_err(|error| format!("{}: {error}", path.display()))
}

/// One line, out at once: another program waits for it. A reader who has gone away is no reason to stop.
fn print<T: Serialize>(line: &T) {
    let line = serde_json::to_string(line).unwrap_or_default();
    let mut output = io::stdout().lock();
    let _ = writeln!(output, "{line}").and_then(|()| output.flush());
}

fn parse_seed(text: &str) -> Result<[u8; 32], String> {
    let wrong = || "64 hexadecimal digits are expected".to_owned();
    let mut seed = [0; 32];
    if text.len() != 64 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(wrong());
    }
    for (index, byte) in seed.iter_mut().enumerate() {
        let digits = text.get(index * 2..index * 2 + 2).ok_or_else(wrong)?;
        *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong())?;
    }
    Ok(seed)
}
