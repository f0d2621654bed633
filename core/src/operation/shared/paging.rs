//! The pages of a list.

use alloc::string::String;

/// The token of the next page. The one that was just used leads nowhere.
pub(in crate::operation) fn next_token(used: Option<&String>, next: Option<&String>) -> Option<String> {
    next.filter(|next| !next.is_empty() && used != Some(next)).cloned()
}
