//! Prints the requests that the core sends in a scenario, one line of JSON each, to be held against another client's.
//!
//! ```text
//! cargo run -p cognito-integration-tests --example transcript < SCENARIO
//! ```
//!
//! A scenario is one JSON object: the clock, what the client begins with, and the steps, each with its inputs, its seed and
//! what the service answers.

mod client;
mod script;

use std::error::Error;
use std::io;

use client::{Client, Scenario};

fn main() -> Result<(), Box<dyn Error>> {
    let scenario: Scenario = serde_json::from_reader(io::stdin())?;
    let mut client = Client::new(&scenario)?;
    for (index, step) in scenario.steps.iter().enumerate() {
        client.take(index, step).map_err(|error| format!("step {index}, {}: {error}", step.name))?;
    }
    Ok(())
}
