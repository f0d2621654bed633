//! Remembered devices: the client's flows, the simulated service alone, and devices in the adapters' stores.

mod adapters;
mod client;
mod service;
mod service_sign_in;
