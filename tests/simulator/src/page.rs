//! Lists that are answered a page at a time.

use serde_json::{Map, Value, json};

use crate::crypto::{base64_url, from_base64_url};
use crate::failure::Failure;

/// One page of a list.
pub(crate) struct Page {
    items: Vec<Value>,
    /// What the caller gives for the next page; `None` on the last.
    next: Option<String>,
}

/// At most `limit` items, from where `token` says.
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
    /// As an answer whose list has this name.
    pub(crate) fn answer(self, list: &str, token: &str) -> Value {
        let mut members = Map::from_iter([(list.to_owned(), Value::Array(self.items))]);
        if let Some(next) = self.next {
            members.insert(token.to_owned(), json!(next));
        }
        Value::Object(members)
    }
}
