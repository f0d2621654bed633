//! A map from user names to keepers.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// A map with one shared keeper for each user of a process. `K` is a keeper in a mutex, and each adapter uses
/// a different kind of mutex.
///
/// From time to time, the map drops idle keepers that no caller holds. The map of a server with many users
/// therefore does not grow forever.
#[derive(Debug)]
pub struct KeepersByName<K> {
    keepers: BTreeMap<String, Arc<K>>,
    clean_up_at: usize,
}

/// The minimum number of keepers at which the map removes idle keepers.
const FIRST_CLEAN_UP: usize = 64;

impl<K> KeepersByName<K> {
    /// Creates an empty map.
    #[must_use]
    pub fn new() -> Self {
        Self { keepers: BTreeMap::new(), clean_up_at: FIRST_CLEAN_UP }
    }

    /// Returns the keeper of the user with this name. If the map has no keeper for this user, `make` creates
    /// the keeper. `is_idle` returns whether the map may drop a keeper.
    pub fn get_or_insert_with(&mut self, name: &str, make: impl FnOnce() -> K, is_idle: impl Fn(&K) -> bool) -> Arc<K> {
        if self.keepers.len() >= self.clean_up_at {
            self.keepers.retain(|_, keeper| Arc::strong_count(keeper) > 1 || !is_idle(keeper));
            self.clean_up_at = FIRST_CLEAN_UP.max(2 * self.keepers.len());
        }
        Arc::clone(self.keepers.entry(name.to_owned()).or_insert_with(|| Arc::new(make())))
    }

    /// Returns all keepers, each with the name of its user.
    #[must_use]
    pub fn to_vec(&self) -> Vec<(String, Arc<K>)> {
        self.keepers.iter().map(|(name, keeper)| (name.clone(), Arc::clone(keeper))).collect()
    }
}

impl<K> Default for KeepersByName<K> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    #[test]
    fn one_name_has_one_keeper() {
        let mut keepers = KeepersByName::new();
        let first = keepers.get_or_insert_with("alice", || 1, |_| false);
        assert!(Arc::ptr_eq(&first, &keepers.get_or_insert_with("alice", || 2, |_| false)));
    }

    #[test]
    fn idle_keepers_are_dropped_and_those_in_use_stay() {
        let mut keepers = KeepersByName::new();
        let held = keepers.get_or_insert_with("held", || true, |idle| *idle);
        keepers.get_or_insert_with("busy", || false, |idle| *idle);
        for number in 0..10 * FIRST_CLEAN_UP {
            keepers.get_or_insert_with(&format!("user {number}"), || true, |idle| *idle);
            assert!(keepers.keepers.len() <= FIRST_CLEAN_UP + 1);
        }
        assert!(Arc::ptr_eq(&held, &keepers.get_or_insert_with("held", || true, |idle| *idle)));
        assert!(keepers.keepers.contains_key("busy"));
    }
}
