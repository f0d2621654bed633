//! A simulated Amazon Cognito on a port, for tests in any language.
//!
//! The first line of output is
//! `{"url":…,"pools":[{"id":…,"clients":[{"id":…,"name":…,"secret":…}]}],
//! "identity_pools":[{"id":…,"name":…}]}`. Each further line is a JSON object that describes one message to a
//! user.
//!
//! In addition to the API, the server has requests for tests. `POST /_sim/advance` with `{"seconds":3600}`
//! moves the clock forward. `POST /_sim/faults` with
//! `{"fault":"lose_after","operation":"InitiateAuth","times":1}` plans a fault. The documentation of
//! `cognito_testkit::Server` lists these requests, and `cognito_testkit::Fault` lists the faults.
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
    /// The address to listen on. Port 0 means any free port.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// A JSON file that describes user pools, app clients, users and identity pools. By default, there is one
    /// user pool with two app clients, and one identity pool that trusts both app clients.
    #[arg(long)]
    config: Option<PathBuf>,
    /// The seed of all random values, in 64 hexadecimal digits. The default is all zeros.
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
        Err(message) => {
            eprintln!("cognito-sim: {message}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: Arguments) -> Result<(), String> {
    let seed = arguments.seed.unwrap_or_default();
    let config = read_config(arguments.config.as_deref())?;
    let server = Server::start_on(arguments.listen, Simulator::new(seed), print)
        .map_err(|error| format!("cannot listen on {}: {error}", arguments.listen))?;
    // The server starts before its pools exist, because the configuration needs the server's clock. No client
    // knows the URL of the server yet.
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

/// Prints one line and flushes it, because another program waits for the line.
///
/// The server continues even if no program reads its output.
fn print<T: Serialize>(line: &T) {
    let line = serde_json::to_string(line).unwrap_or_default();
    let mut output = io::stdout().lock();
    let _ = writeln!(output, "{line}").and_then(|()| output.flush());
}

fn parse_seed(text: &str) -> Result<[u8; 32], String> {
    let wrong = || "expected 64 hexadecimal digits".to_owned();
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
