//! Every committed fuzz input, replayed on the ordinary compiler.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use cognito_testkit::fuzz;

fn replay(target: &str, body: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let inputs: Vec<_> = fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!inputs.is_empty());
    for input in inputs {
        body(&fs::read(input).unwrap());
    }
}

#[test]
fn srp_inputs_give_a_signature_or_an_error() {
    replay("srp_inputs", fuzz::srp_inputs);
}

#[test]
fn answers_are_read_or_refused() {
    replay("answers", fuzz::answers);
}

#[test]
fn sign_ins_come_to_an_end() {
    replay("sign_in", fuzz::sign_in);
}

#[test]
fn ways_to_credentials_come_to_an_end() {
    replay("credentials", fuzz::credentials);
}

#[test]
fn the_simulated_service_answers_every_request() {
    replay("simulator", fuzz::simulator);
}
