//! Deserializers that read a JSON value of the wrong type as absent.
//!
//! A response may contain values that the service sends only once, such as a rotated refresh token. A less
//! important member beside them must not make the response invalid. Fields that the library cannot do without
//! do not use this module, and stay strict.
//!
//! A value is read as its JSON text first, so that any valid JSON is accepted: also numbers that no type can
//! hold, and deeply nested lists.

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

/// The JSON text of a value, which may contain a secret.
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

    /// Reads the value if its text starts with this byte. Serde would also read a list as an object, and an
    /// object as a name.
    fn read_if_starts_with<T: DeserializeOwned>(&self, start: u8) -> Option<T> {
        if self.0.as_bytes().first() == Some(&start) { self.read() } else { None }
    }

    /// Returns the content of a text, or the JSON text of a number or a truth value.
    fn scalar(&self) -> Option<Zeroizing<String>> {
        match self.0.as_bytes().first()? {
            b'"' => self.read().map(Zeroizing::new),
            b'{' | b'[' | b'n' => None,
            _ => Some(self.0.clone()),
        }
    }
}

/// Deserializes a text. Any other value is absent.
pub(crate) fn text<'de, D: Deserializer<'de>, T: From<String>>(deserializer: D) -> Result<Option<T>, D::Error> {
    let text: Option<String> = Raw::deserialize(deserializer)?.read();
    Ok(text.map(T::from))
}

/// Deserializes a text. Any other value becomes an empty text.
pub(crate) fn text_or_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    text(deserializer).map(Option::unwrap_or_default)
}

/// Deserializes a text, or a number or a truth value as its JSON text. Any other value is absent.
pub(crate) fn scalar<'de, D: Deserializer<'de>, T: for<'a> From<&'a str>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(Raw::deserialize(deserializer)?.scalar().map(|text| T::from(text.as_str())))
}

/// Deserializes an integer from a number or a text that holds a number. A fraction is cut off. A number that
/// the type cannot hold, and any other value, is absent.
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

/// Deserializes a truth value, or the text `true` or `false`. Any other value is absent.
pub(crate) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    let text = Raw::deserialize(deserializer)?.scalar();
    Ok(text.and_then(|text| text.trim().to_ascii_lowercase().parse().ok()))
}

/// Deserializes a point in time, in any form that its type accepts. Any other value is absent.
pub(crate) fn time<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(Raw::deserialize(deserializer)?.read())
}

/// Deserializes a name, such as the name of a challenge, from a text. Any other value is absent.
pub(crate) fn name<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(Raw::deserialize(deserializer)?.read_if_starts_with(b'"'))
}

/// Deserializes an object. Any other value, and an object without a field that its type requires, is absent.
pub(crate) fn object<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(Raw::deserialize(deserializer)?.read_if_starts_with(b'{'))
}

/// Deserializes a list of objects or texts. Items that cannot be read are skipped, and any other value
/// becomes an empty list.
pub(crate) fn list<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let items: Option<Vec<Raw>> = Raw::deserialize(deserializer)?.read_if_starts_with(b'[');
    let read = |item: &Raw| item.read_if_starts_with(b'{').or_else(|| item.read_if_starts_with(b'"'));
    Ok(items.unwrap_or_default().iter().filter_map(read).collect())
}

/// Deserializes the texts and numbers among the members of an object. Other members are skipped, and any
/// other value becomes an empty collection.
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

/// Deserializes a number of seconds from a number or a text that holds a number. A fraction is cut off, and a
/// negative number becomes 0. Any other value is absent.
pub(crate) fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let seconds: Option<i128> = integer(deserializer)?;
    Ok(seconds.and_then(|seconds| u64::try_from(seconds.max(0)).ok()))
}

/// Reads the members of a JSON object, without those that a [`Value`] cannot hold, such as a number that is
/// too large.
pub(crate) fn members(json: &str) -> Option<Tree> {
    let members: BTreeMap<String, Raw> = serde_json::from_str(json).ok()?;
    let readable = members.into_iter().filter_map(|(name, raw)| Some((name, raw.read()?)));
    Some(Tree(Value::Object(readable.collect())))
}
