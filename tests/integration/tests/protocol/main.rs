//! The client and the simulated service against other implementations: API models, vectors, encoders, and the
//! fuzz corpora.

mod api_model;
mod fuzz_corpora;
mod query_protocol;
mod srp_agreement;
mod srp_vectors;
