//! GetId: returns the id of the identity that the logins are linked to, or of a new identity.

use alloc::collections::BTreeMap;

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Operation, Service};
use crate::failure::Failure;
use crate::login;
use crate::simulator::Simulator;
use crate::validation::{ACCOUNT_ID, Checks};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetId {
    account_id: Option<String>,
    identity_pool_id: Option<String>,
    logins: Option<BTreeMap<String, String>>,
}

impl Operation for GetId {
    const NAME: &'static str = "GetId";
    const SERVICE: Service = Service::IdentityPools;

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        checks.optional("accountId", self.account_id, &ACCOUNT_ID);
        let pool_id = checks.region_and_id("identityPoolId", self.identity_pool_id);
        let logins = checks.logins(self.logins);
        checks.finish()?;
        let pool = simulator.identity_pools.get(&pool_id)?;
        if logins.is_empty() && !pool.config.allow_unauthenticated_identities {
            let text = "Unauthenticated access is not supported for this identity pool.";
            return Err(Failure::not_authorized(text));
        }
        let logins = login::check(simulator, pool, &logins, now)?;
        let owner = simulator.identity_pools.identities.owner(&pool_id, &logins)?;
        let id = owner.unwrap_or_else(|| {
            let id = format!("{}:{}", simulator.region, simulator.random.uuid());
            simulator.identity_pools.identities.add(id.clone(), &pool_id);
            id
        });
        simulator.identity_pools.identities.link(&id, &id, &logins);
        Ok(json!({ "IdentityId": id }))
    }
}
