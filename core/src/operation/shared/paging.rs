//! The pages of a list.

use alloc::string::String;

/// Returns the token of the next page. An empty token and the token that was just used mean that there is no
/// next page.
pub(in crate::operation) fn next_token(used: Option<&String>, next: Option<&String>) -> Option<String> {
    next.filter(|next| !next.is_empty() && used != Some(next)).cloned()
}
