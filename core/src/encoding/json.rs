//! Writes JSON that may contain secrets.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};
use core::mem;

use serde::Serialize;
use serde_json::Value;
use zeroize::{Zeroize, Zeroizing};

/// Writes a value as JSON. The buffer has its final size from the start, because a growing buffer would leave
/// copies of a secret in memory. If this function makes other copies of a secret, it zeroizes them.
///
/// Returns `None` if the value cannot be written as JSON, for example because the keys of a map are not
/// strings.
pub(crate) fn to_vec(value: &impl Serialize) -> Option<Vec<u8>> {
    let tree = Tree::from_value(value)?;
    let mut length = ByteCount(0);
    write!(length, "{}", tree.0).ok()?;
    let mut text = Zeroizing::new(String::with_capacity(length.0));
    write!(text, "{}", tree.0).ok()?;
    Some(mem::take(&mut *text).into_bytes())
}

/// A JSON value whose strings are zeroized on drop.
pub(crate) struct Tree(pub(crate) Value);

impl Tree {
    pub(crate) fn from_value(value: &impl Serialize) -> Option<Self> {
        serde_json::to_value(value).ok().map(Self)
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        zeroize_texts(&mut self.0);
    }
}

fn zeroize_texts(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(zeroize_texts),
        Value::Object(members) => members.values_mut().for_each(zeroize_texts),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A writer that only counts the bytes written to it.
struct ByteCount(usize);

impl fmt::Write for ByteCount {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.len();
        Ok(())
    }
}
