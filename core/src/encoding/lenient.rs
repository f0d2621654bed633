//! Deserializers for optional JSON values. If a value has the wrong type, they treat the value as absent.
//!
//! A response may contain values that the service sends only once, such as a rotated refresh token. An
//! invalid value of a less important member must not make the whole response invalid. Fields that this crate
//! requires do not use this module: an invalid value of such a field makes the response invalid.
//!
//! Each function first reads the JSON text of the value. This step accepts any valid JSON, for example a
//! number that is too large for every number type, or deeply nested lists.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use crate::encoding::json::Tree;
use crate::secret::Parameter;

/// The JSON text of a value. The text may contain a secret.
struct Raw(Zeroizing<String>);

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        // The conversion does not copy the text.
        Ok(Self(Zeroizing::new(Box::<str>::from(text).into_string())))
    }
}

impl Raw {
    fn read<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(&self.0).ok()
    }

    /// Deserializes the value if its JSON text starts with the byte `start`. Without this check, serde would
    /// also accept a list for a struct, and an object for an enum.
    fn read_if_starts_with<T: DeserializeOwned>(&self, start: u8) -> Option<T> {
        if self.0.as_bytes().first() == Some(&start) { self.read() } else { None }
    }

    /// Returns the content of a JSON string, or the JSON text of a number, `true` or `false`.
    fn scalar(&self) -> Option<Zeroizing<String>> {
        match self.0.as_bytes().first()? {
            b'"' => self.read().map(Zeroizing::new),
            b'{' | b'[' | b'n' => None,
            _ => Some(self.0.clone()),
        }
    }
}

/// Deserializes a JSON string. Any other value is treated as absent.
pub(crate) fn text<'de, D: Deserializer<'de>, T: From<String>>(deserializer: D) -> Result<Option<T>, D::Error> {
    let text: Option<String> = Raw::deserialize(deserializer)?.read();
    Ok(text.map(T::from))
}

/// Deserializes a JSON string. For any other value, the result is an empty string.
pub(crate) fn text_or_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    text(deserializer).map(Option::unwrap_or_default)
}

/// Deserializes a JSON string, or the JSON text of a number, `true` or `false`. Any other value is treated as
/// absent.
pub(crate) fn scalar<'de, D: Deserializer<'de>, T: for<'a> From<&'a str>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(Raw::deserialize(deserializer)?.scalar().map(|text| T::from(text.as_str())))
}

/// Deserializes an integer from a JSON number, or from a JSON string that contains a number. A fraction is
/// cut off. A number outside the range of the type `T`, or any other value, is treated as absent.
pub(crate) fn integer<'de, D: Deserializer<'de>, T: TryFrom<i128>>(deserializer: D) -> Result<Option<T>, D::Error> {
    let text = Raw::deserialize(deserializer)?.scalar();
    Ok(text.and_then(|text| parse_integer(text.trim())).and_then(|number| T::try_from(number).ok()))
}

fn parse_integer(text: &str) -> Option<i128> {
    // Rust would also parse `inf` and `NaN`.
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    let float = || text.parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| number as i128);
    is_number.then(|| text.parse().ok().or_else(float)).flatten()
}

/// Deserializes the JSON value `true` or `false`, or a JSON string with this content. Any other value is
/// treated as absent.
pub(crate) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    let text = Raw::deserialize(deserializer)?.scalar();
    Ok(text.and_then(|text| text.trim().to_ascii_lowercase().parse().ok()))
}

/// Deserializes a point in time, in any form that the type `T` accepts. Any other value is treated as absent.
pub(crate) fn time<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(Raw::deserialize(deserializer)?.read())
}

/// Deserializes a name, such as the name of a challenge, from a JSON string. Any other value is treated as
/// absent.
pub(crate) fn name<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(Raw::deserialize(deserializer)?.read_if_starts_with(b'"'))
}

/// Deserializes a JSON object. An object that lacks a required field of the type `T` is treated as absent.
/// Any other value is also treated as absent.
pub(crate) fn object<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(Raw::deserialize(deserializer)?.read_if_starts_with(b'{'))
}

/// Deserializes a JSON array of objects or strings, and skips invalid items. For any other value, the result
/// is an empty list.
pub(crate) fn list<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let items: Option<Vec<Raw>> = Raw::deserialize(deserializer)?.read_if_starts_with(b'[');
    let read = |item: &Raw| item.read_if_starts_with(b'{').or_else(|| item.read_if_starts_with(b'"'));
    Ok(items.unwrap_or_default().iter().filter_map(read).collect())
}

/// Deserializes a JSON object whose values are strings or numbers, and skips members with other values. If
/// the value is not an object, the result is an empty collection.
pub(crate) fn texts_by_name<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromIterator<(String, Parameter)>,
{
    let members: Option<BTreeMap<String, Raw>> = Raw::deserialize(deserializer)?.read_if_starts_with(b'{');
    let is_text_or_number = |raw: &Raw| !matches!(raw.0.as_bytes().first(), Some(b't' | b'f'));
    let texts = members.unwrap_or_default().into_iter().filter(|(_, raw)| is_text_or_number(raw));
    Ok(texts.filter_map(|(name, raw)| Some((name, Parameter::from(raw.scalar()?.as_str())))).collect())
}

/// Deserializes a number of seconds from a JSON number, or from a JSON string that contains a number. A
/// fraction is cut off, and a negative number becomes 0. Any other value is treated as absent.
pub(crate) fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let seconds: Option<i128> = integer(deserializer)?;
    Ok(seconds.and_then(|seconds| u64::try_from(seconds.max(0)).ok()))
}

/// Reads the members of a JSON object. The function skips members whose value does not fit into a [`Value`],
/// such as a number that is too large.
pub(crate) fn members(json: &str) -> Option<Tree> {
    let members: BTreeMap<String, Raw> = serde_json::from_str(json).ok()?;
    let readable = members.into_iter().filter_map(|(name, raw)| Some((name, raw.read()?)));
    Some(Tree(Value::Object(readable.collect())))
}
