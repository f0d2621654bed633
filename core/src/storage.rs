//! What a store keeps: records of bytes under keys. A store knows nothing of what is in either.

mod keys;
mod record;

pub use keys::{devices_key, identity_key, last_user_key, last_username, session_key, username_of_key};
pub use record::Record;
