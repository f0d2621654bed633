//! Prints each request that the core sends in a scenario as a line of JSON, for comparison with another
//! client.
//!
//! ```text
//! cargo run -p cognito-integration-tests --example transcript < SCENARIO
//! ```
//!
//! A scenario is one JSON object with the time, the initial state of the client, and the steps. Each step has
//! its inputs, its seed and the answers of the service.

mod client;
mod script;

use std::error::Error;
use std::io;

use client::{Client, Scenario};

fn main() -> Result<(), Box<dyn Error>> {
    let scenario: Scenario = serde_json::from_reader(io::stdin())?;
    let mut client = Client::new(&scenario)?;
    for (index, step) in scenario.steps.iter().enumerate() {
        client.perform(index, step).map_err(|error| format!("step {index}, {}: {error}", step.name))?;
    }
    Ok(())
}
