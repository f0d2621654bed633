//! The identities of identity pools, and the logins that are linked to them.

use alloc::collections::{BTreeMap, BTreeSet};

use crate::failure::Failure;
use crate::login::Login;

/// All identities by id.
#[derive(Debug, Default)]
pub(crate) struct Identities(BTreeMap<String, Identity>);

#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) pool_id: String,
    /// The user's id at each login provider. A guest has no logins.
    logins: BTreeMap<String, String>,
    /// Whether the identity is disabled, because it was merged into another identity or its last login was
    /// removed.
    disabled: bool,
}

impl Identity {
    fn has(&self, login: &Login) -> bool {
        self.logins.get(&login.provider) == Some(&login.subject)
    }
}

impl Identities {
    /// Returns the identity with this id, unless it is disabled.
    pub(crate) fn get(&self, id: &str) -> Result<&Identity, Failure> {
        self.0.get(id).filter(|identity| !identity.disabled).ok_or_else(|| unknown(id))
    }

    pub(crate) fn add(&mut self, id: String, pool_id: &str) {
        self.0.insert(id, Identity { pool_id: pool_id.to_owned(), logins: BTreeMap::new(), disabled: false });
    }

    pub(crate) fn remove(&mut self, id: &str) -> bool {
        self.0.remove(id).is_some()
    }

    /// Returns the id of the identity that any of these logins is linked to.
    ///
    /// Logins that are linked to different identities are an error.
    pub(crate) fn owner(&self, pool_id: &str, logins: &[Login]) -> Result<Option<String>, Failure> {
        let has_one = |identity: &Identity| logins.iter().any(|login| identity.has(login));
        let owners = self.0.iter().filter(|(_, identity)| identity.pool_id == pool_id && has_one(identity));
        let owners: BTreeSet<_> = owners.map(|(id, _)| id).collect();
        if owners.len() > 1 {
            return Err(conflict());
        }
        let Some(owner) = owners.first() else { return Ok(None) };
        self.check_conflict(owner, logins)?;
        Ok(Some((*owner).clone()))
    }

    /// Returns the id of the identity for a request that names the identity `requested` and these logins.
    ///
    /// The logins are not linked yet: see [`link`](Self::link).
    pub(crate) fn resolve(&self, requested: &str, logins: &[Login]) -> Result<String, Failure> {
        let identity = self.get(requested)?;
        if logins.is_empty() {
            let is_guest = identity.logins.is_empty();
            return if is_guest { Ok(requested.to_owned()) } else { Err(forbidden(requested)) };
        }
        let owner = self.owner(&identity.pool_id, logins)?;
        if identity.logins.is_empty() {
            return Ok(owner.unwrap_or_else(|| requested.to_owned()));
        }
        owner.filter(|owner| owner == requested).ok_or_else(no_match)
    }

    /// Links the logins to the identity `resolved`.
    ///
    /// If the request named a different identity, which must be a guest's identity, that identity is
    /// disabled.
    pub(crate) fn link(&mut self, requested: &str, resolved: &str, logins: &[Login]) {
        if let Some(identity) = self.0.get_mut(requested).filter(|_| requested != resolved) {
            identity.disabled = true;
        }
        if let Some(identity) = self.0.get_mut(resolved) {
            let pairs = logins.iter().map(|login| (login.provider.clone(), login.subject.clone()));
            identity.logins.extend(pairs);
        }
    }

    /// Removes the logins of `providers` from an identity. An identity without logins is disabled.
    pub(crate) fn unlink(&mut self, id: &str, logins: &[Login], providers: &[String]) -> Result<(), Failure> {
        let identity = self.get(id)?;
        let are_linked = !logins.is_empty() && logins.iter().all(|login| identity.has(login));
        if !are_linked || !providers.iter().all(|provider| identity.logins.contains_key(provider)) {
            return Err(no_match());
        }
        if let Some(identity) = self.0.get_mut(id) {
            identity.logins.retain(|provider, _| !providers.contains(provider));
            identity.disabled = identity.logins.is_empty();
        }
        Ok(())
    }

    /// Rejects a login if the identity already has a login of another user at the same provider.
    fn check_conflict(&self, id: &str, logins: &[Login]) -> Result<(), Failure> {
        let identity = self.get(id)?;
        let is_other = |login: &&Login| identity.logins.contains_key(&login.provider) && !identity.has(login);
        logins.iter().find(is_other).map_or(Ok(()), |_| Err(conflict()))
    }
}

fn unknown(id: &str) -> Failure {
    Failure::not_found(format!("Identity '{id}' not found."))
}

fn forbidden(id: &str) -> Failure {
    Failure::not_authorized(format!("Access to Identity '{id}' is forbidden."))
}

/// Returns the error for logins that match neither the identity nor the identity pool.
pub(crate) fn no_match() -> Failure {
    let text = "Logins don't match. Please include at least one valid login for this identity or identity pool.";
    Failure::not_authorized(text)
}

fn conflict() -> Failure {
    Failure::new("ResourceConflictException", "Login is already linked to another identity.")
}
