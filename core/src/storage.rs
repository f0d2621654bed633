//! The contents of a store: records under keys. A record consists of bytes, and a key is text. A store does
//! not interpret keys or records.

mod keys;
mod record;

pub use keys::{devices_key, identity_key, last_user_key, last_username, session_key, username_of_key};
pub use record::Record;
