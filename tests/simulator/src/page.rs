//! Pages of a list, for operations that return a list page by page.

use serde_json::{Map, Value, json};

use crate::crypto::{base64_url, from_base64_url};
use crate::failure::Failure;

/// One page of a list.
pub(crate) struct Page {
    items: Vec<Value>,
    /// The token for the next page, which is absent on the last page.
    next: Option<String>,
}

/// Returns the page that `token` identifies, with at most `limit` items. Without a token, returns the first
/// page.
pub(crate) fn page(items: Vec<Value>, limit: usize, token: Option<&str>) -> Result<Page, Failure> {
    let start = match token {
        None => 0,
        Some(token) => {
            read_token(token).ok_or_else(|| Failure::invalid_parameter("Invalid pagination token given."))?
        }
    };
    let end = start.saturating_add(limit.max(1));
    let next = (end < items.len()).then(|| base64_url(end.to_string().as_bytes()));
    Ok(Page { items: items.into_iter().skip(start).take(limit.max(1)).collect(), next })
}

fn read_token(token: &str) -> Option<usize> {
    String::from_utf8(from_base64_url(token)?).ok()?.parse().ok()
}

impl Page {
    /// Returns the page as the JSON of a response. `list` and `token` are the names of the members.
    pub(crate) fn answer(self, list: &str, token: &str) -> Value {
        let mut members = Map::from_iter([(list.to_owned(), Value::Array(self.items))]);
        if let Some(next) = self.next {
            members.insert(token.to_owned(), json!(next));
        }
        Value::Object(members)
    }
}
