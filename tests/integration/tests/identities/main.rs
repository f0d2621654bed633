//! Identity pools and AWS credentials: the simulated service alone, and both adapters over HTTP.

mod adapters;
mod adapters_blocking;
mod adapters_tokio;
mod service_any_input;
mod service_assume_role;
mod service_logins;
mod service_pools;
mod service_roles;
