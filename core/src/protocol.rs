//! Writes requests, reads responses, and decides whether and when to retry a request.
//!
//! The module of each protocol writes requests, and reads responses and errors. An
//! [`Exchange`](exchange::Exchange) sends a request of any protocol, and retries the request by the rule in
//! [`retry`]. The module [`success`] contains the rule that decides whether a response reports a success.

mod answer;
mod aws;
mod aws_json;
mod aws_query;
pub(crate) mod call;
mod exchange;
#[cfg_attr(not(test), expect(dead_code, reason = "for key sets and user info, in a future version"))]
mod get_json;
#[cfg_attr(not(test), expect(dead_code, reason = "for managed login, in a future version"))]
mod oauth_form;
mod retry;
mod success;

pub(crate) use answer::Metadata;
pub use call::Call;
pub use retry::MAX_ATTEMPTS;
