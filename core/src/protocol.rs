//! From an operation to a request, from a response to an answer, and when to retry.
//!
//! Each protocol has a file of its own. It says how a request is written, and how the answer and the error
//! are read. An [`Exchange`](exchange::Exchange) sends a request of any protocol, and retries it by the one
//! rule in [`retry`].

mod answer;
mod aws;
mod aws_json;
mod aws_query;
pub(crate) mod call;
mod exchange;
#[cfg_attr(not(test), expect(dead_code, reason = "key sets and user info will be fetched by it"))]
mod get_json;
#[cfg_attr(not(test), expect(dead_code, reason = "managed login will speak it"))]
mod oauth_form;
mod retry;

pub(crate) use answer::Metadata;
pub use call::Call;
pub use retry::MAX_ATTEMPTS;
