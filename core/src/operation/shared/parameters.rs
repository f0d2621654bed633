//! The parameters of a sign-in.

use alloc::collections::BTreeMap;
use alloc::string::String;
use core::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::secret::Parameter;

/// The names and values in AuthParameters, ChallengeParameters or ChallengeResponses. The `Debug` output of
/// `Parameters` shows only the names.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Parameters(BTreeMap<String, Parameter>);

/// Deserializes parameters, and leaves out each parameter whose value is `null`.
impl<'de> Deserialize<'de> for Parameters {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let pairs = BTreeMap::<String, Option<Parameter>>::deserialize(deserializer)?;
        Ok(Self(pairs.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()))
    }
}

impl Parameters {
    /// Creates an empty set of parameters.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the value of the parameter with this name, or `None` if the parameter is absent.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(Parameter::expose)
    }

    /// Sets the value of the parameter with this name.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Parameter>) {
        self.0.insert(name.into(), value.into());
    }

    /// Removes the parameter with this name.
    pub fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// Iterates over the names and values of the parameters, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.expose()))
    }

    /// Returns whether the set is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<Name: Into<String>, Value: Into<Parameter>> FromIterator<(Name, Value)> for Parameters {
    fn from_iter<I: IntoIterator<Item = (Name, Value)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl fmt::Debug for Parameters {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}
