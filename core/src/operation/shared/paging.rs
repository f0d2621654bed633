//! The pagination of lists.

use alloc::string::String;

/// Returns the pagination token of the next page, or `None` if there is no next page. There is no next page
/// if the token in a response is absent, empty, or the same as the token in the request.
pub(in crate::operation) fn next_token(used: Option<&String>, next: Option<&String>) -> Option<String> {
    next.filter(|next| !next.is_empty() && used != Some(next)).cloned()
}
