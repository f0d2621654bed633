//! Identity pools, and the methods with which a test creates and inspects them.

use alloc::collections::BTreeMap;

use cognito_core::Timestamp;
use serde::Serialize;

use crate::config::ConfigError;
use crate::credentials::{CredentialsOwner, Issued};
use crate::failure::Failure;
use crate::identity::Identities;
use crate::identity_pool_config::IdentityPoolConfig;
use crate::simulator::Simulator;
use crate::validation::{ARN, Checks};

/// The issuer of the tokens that GetOpenIdToken returns.
pub(crate) const ISSUER: &str = "https://cognito-identity.amazonaws.com";

/// All identity pools by id, with all identities and all issued credentials.
#[derive(Debug, Default)]
pub(crate) struct IdentityPools {
    pools: BTreeMap<String, IdentityPool>,
    pub(crate) identities: Identities,
    pub(crate) issued: Issued,
}

/// An identity pool.
#[derive(Debug)]
pub(crate) struct IdentityPool {
    pub(crate) id: String,
    /// The settings of the pool. In these settings, the list of user pools contains only ids, even if the
    /// configuration had names.
    pub(crate) config: IdentityPoolConfig,
}

impl IdentityPools {
    pub(crate) fn get(&self, id: &str) -> Result<&IdentityPool, Failure> {
        self.pools.get(id).ok_or_else(|| Failure::not_found(format!("IdentityPool '{id}' not found.")))
    }

    /// Returns the identity pool that an identity belongs to.
    pub(crate) fn pool_of(&self, identity_id: &str) -> Result<&IdentityPool, Failure> {
        self.get(&self.identities.get(identity_id)?.pool_id)
    }
}

impl IdentityPool {
    /// Returns every role that an identity with a login can get.
    pub(crate) fn authenticated_roles(&self) -> impl Iterator<Item = &str> {
        let rules = self.config.role_mappings.values().flat_map(|mapping| &mapping.rules);
        self.config.roles.authenticated.as_deref().into_iter().chain(rules.map(|rule| rule.role_arn.as_str()))
    }
}

impl Simulator {
    /// Creates an identity pool and returns its id. The argument `_now` has no effect yet.
    ///
    /// # Errors
    /// The id is invalid or already exists, a role is not an ARN, or a user pool is unknown or ambiguous.
    pub fn create_identity_pool(
        &mut self,
        _now: Timestamp,
        mut config: IdentityPoolConfig,
    ) -> Result<String, ConfigError> {
        let id = config.id.take().unwrap_or_else(|| format!("{}:{}", self.region, self.random.uuid()));
        let mut checks = Checks::default();
        checks.region_and_id("identityPoolId", Some(id.clone()));
        check_roles(&mut checks, &config);
        checks.finish()?;
        if self.identity_pools.pools.contains_key(&id) {
            return Err(ConfigError::new(format!("an identity pool with the id {id} already exists")));
        }
        for user_pool in &mut config.user_pools {
            *user_pool = self.user_pool_id(user_pool)?;
        }
        self.identity_pools.pools.insert(id.clone(), IdentityPool { id: id.clone(), config });
        Ok(id)
    }

    /// Returns the id and name of each identity pool, sorted by id.
    #[must_use]
    pub fn identity_pools(&self) -> Vec<IdentityPoolSummary> {
        let summary = |pool: &IdentityPool| IdentityPoolSummary { id: pool.id.clone(), name: pool.config.name.clone() };
        self.identity_pools.pools.values().map(summary).collect()
    }

    /// Returns the identity and the role for which the credentials with this access key id were issued.
    #[must_use]
    pub fn credentials_owner(&self, access_key_id: &str) -> Option<CredentialsOwner> {
        self.identity_pools.issued.owner(access_key_id).cloned()
    }

    /// Deletes an identity, as an administrator would. Returns whether the identity existed.
    pub fn delete_identity(&mut self, identity_id: &str) -> bool {
        self.identity_pools.identities.remove(identity_id)
    }

    fn user_pool_id(&self, name: &str) -> Result<String, ConfigError> {
        let mut matching = self.pools.0.values().filter(|pool| pool.id == name || pool.config.name == name);
        match (matching.next(), matching.next()) {
            (Some(pool), None) => Ok(pool.id.clone()),
            (None, _) => Err(ConfigError::new(format!("user_pools: no user pool has the id or the name {name:?}"))),
            (Some(_), Some(_)) => {
                Err(ConfigError::new(format!("user_pools: several user pools have the name {name:?}, so use an id")))
            }
        }
    }
}

fn check_roles(checks: &mut Checks, config: &IdentityPoolConfig) {
    checks.optional("authenticated", config.roles.authenticated.clone(), &ARN);
    checks.optional("unauthenticated", config.roles.unauthenticated.clone(), &ARN);
    for rule in config.role_mappings.values().flat_map(|mapping| &mapping.rules) {
        checks.required("roleArn", Some(rule.role_arn.clone()), &ARN);
    }
}

/// The id and name of an identity pool, as `cognito-sim` prints them.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct IdentityPoolSummary {
    /// The identity pool id.
    pub id: String,
    /// The pool's name.
    pub name: String,
}
