//! The names that a user goes by in one sign-in.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use crate::operation::Parameters;

/// More than an honest service gives in a sign-in of many rounds.
const MAX_ALIASES: usize = 8;

/// What the service last called the user, and the names before that, what was typed among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UserNames {
    /// Goes as USERNAME into every answer.
    pub(super) username: String,
    /// The newest first.
    pub(super) aliases: Vec<String>,
}

impl UserNames {
    pub(super) fn typed(name: &str) -> Self {
        Self { username: name.to_owned(), aliases: Vec::new() }
    }

    /// Takes over what the service calls the user: the echoed USERNAME, else USER_ID_FOR_SRP.
    pub(super) fn learn(&mut self, parameters: &Parameters) {
        let named = |name| parameters.get(name).filter(|text| !text.is_empty());
        for name in [named("USER_ID_FOR_SRP"), named("USERNAME")].into_iter().flatten() {
            self.rename(name);
        }
    }

    fn rename(&mut self, name: &str) {
        if self.username == name {
            return;
        }
        self.aliases.retain(|alias| alias != name);
        let former = core::mem::replace(&mut self.username, name.to_owned());
        self.aliases.insert(0, former);
        self.aliases.truncate(MAX_ALIASES);
    }

    /// All names, the newest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        core::iter::once(&self.username).chain(&self.aliases).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(given: &[(&str, &str)]) -> Vec<String> {
        let mut names = UserNames::typed("alice@example.com");
        names.learn(&given.iter().copied().collect());
        names.iter().map(ToOwned::to_owned).collect()
    }

    #[test]
    fn the_echoed_name_is_answered_with_and_no_other_is_forgotten() {
        assert_eq!(names(&[]), ["alice@example.com"]);
        assert_eq!(
            names(&[("USERNAME", "alice"), ("USER_ID_FOR_SRP", "0d4f")]),
            ["alice", "0d4f", "alice@example.com"]
        );
        assert_eq!(names(&[("USERNAME", ""), ("USER_ID_FOR_SRP", "0d4f")]), ["0d4f", "alice@example.com"]);
        assert_eq!(names(&[("USERNAME", "0d4f"), ("USER_ID_FOR_SRP", "0d4f")]), ["0d4f", "alice@example.com"]);
    }

    #[test]
    fn a_service_that_always_finds_new_names_fills_no_memory() {
        let mut names = UserNames::typed("alice");
        for number in 0_u8..100 {
            names.learn(&[("USERNAME", alloc::format!("{number}"))].into_iter().collect());
        }
        assert_eq!(names.iter().count(), 1 + MAX_ALIASES);
        assert_eq!(names.username, "99");
    }
}
