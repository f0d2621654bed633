//! All names of one user during a sign-in: the typed name, and the names that the service sends.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use crate::operation::Parameters;

/// The maximum number of aliases that a sign-in keeps. Cognito uses fewer names for one user, even in a long
/// sign-in.
const MAX_ALIASES: usize = 8;

/// The user's current name, and the user's earlier names in this sign-in, including the typed name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UserNames {
    /// The user name that is sent as `USERNAME` in every answer.
    pub(super) username: String,
    /// The earlier names of the user, the newest first.
    pub(super) aliases: Vec<String>,
}

impl UserNames {
    pub(super) fn typed(name: &str) -> Self {
        Self { username: name.to_owned(), aliases: Vec::new() }
    }

    /// Takes the user name from the challenge's parameters: `USERNAME` or, if `USERNAME` is absent,
    /// `USER_ID_FOR_SRP`. A name that this function replaces becomes an alias.
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

    /// Returns all names, the newest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        core::iter::once(&self.username).chain(&self.aliases).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(parameters: &[(&str, &str)]) -> Vec<String> {
        let mut names = UserNames::typed("alice@example.com");
        names.learn(&parameters.iter().copied().collect());
        names.iter().map(ToOwned::to_owned).collect()
    }

    #[test]
    fn the_echoed_name_wins_and_all_other_names_become_aliases() {
        assert_eq!(names(&[]), ["alice@example.com"]);
        assert_eq!(
            names(&[("USERNAME", "alice"), ("USER_ID_FOR_SRP", "0d4f")]),
            ["alice", "0d4f", "alice@example.com"]
        );
        assert_eq!(names(&[("USERNAME", ""), ("USER_ID_FOR_SRP", "0d4f")]), ["0d4f", "alice@example.com"]);
        assert_eq!(names(&[("USERNAME", "0d4f"), ("USER_ID_FOR_SRP", "0d4f")]), ["0d4f", "alice@example.com"]);
    }

    #[test]
    fn the_number_of_aliases_is_limited() {
        let mut names = UserNames::typed("alice");
        for number in 0_u8..100 {
            names.learn(&[("USERNAME", alloc::format!("{number}"))].into_iter().collect());
        }
        assert_eq!(names.iter().count(), 1 + MAX_ALIASES);
        assert_eq!(names.username, "99");
    }
}
