//! An attribute of a user.

use alloc::string::String;
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::encoding::lenient;

/// An attribute of a user, or an item of validation data. The `Debug` output of an attribute shows only its
/// name.
///
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AttributeType.html>
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Attribute {
    /// The name of the attribute, such as `email` or `custom:team`.
    pub name: String,
    /// The value of the attribute, up to 2,048 characters.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::scalar")]
    pub value: Option<String>,
}

impl Attribute {
    /// Creates an attribute with a name and a value.
    #[must_use]
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: Some(value.into()) }
    }
}

impl fmt::Debug for Attribute {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Attribute").field("name", &self.name).finish_non_exhaustive()
    }
}
