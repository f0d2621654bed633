//! The common behaviour of both adapters.

mod environment;
mod faults_at_every_step;
mod peer;
mod same_methods;
mod same_requests;
mod transport;
