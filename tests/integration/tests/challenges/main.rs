//! Challenges of the client against the simulated service, and of the simulated service alone.

mod client;
mod service_challenge_session;
mod service_custom;
mod service_mfa_setup;
mod service_new_password;
mod service_second_factor;
