//! Tests of the program `cognito`, which runs as a process against a simulated service.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod account;
mod challenges;
mod configuration;
mod endpoints;
mod exact_json;
mod exit_codes;
#[cfg(unix)]
mod hostile_text;
mod identity;
#[cfg(unix)]
mod locks;
#[cfg(unix)]
mod odd_challenges;
mod resume;
#[cfg(unix)]
mod script;
mod secrets;
mod signed_in_user;
mod stage;
#[cfg(unix)]
mod terminal;
