//! Signing in with a user name and a password: the client's flows, and the simulated service alone.

mod client;
mod service_aliases;
mod service_lockout;
mod service_secret_hash;
mod service_srp;
