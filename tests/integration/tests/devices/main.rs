//! Remembered devices: in the client's flows, in the simulated service alone, and in the adapters' stores.

mod adapters;
mod client;
mod service;
mod service_sign_in;
