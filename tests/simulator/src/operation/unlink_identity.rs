//! UnlinkIdentity: removes logins from an identity.

use alloc::collections::BTreeMap;

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::{Operation, Service};
use crate::failure::Failure;
use crate::login;
use crate::simulator::Simulator;
use crate::validation::{Checks, PROVIDER_NAME};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UnlinkIdentity {
    identity_id: Option<String>,
    logins: Option<BTreeMap<String, String>>,
    logins_to_remove: Option<Vec<String>>,
}

impl Operation for UnlinkIdentity {
    const NAME: &'static str = "UnlinkIdentity";
    const SERVICE: Service = Service::IdentityPools;

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let identity_id = checks.region_and_id("identityId", self.identity_id);
        checks.present("logins", self.logins.is_some());
        let logins = checks.logins(self.logins);
        checks.present("loginsToRemove", self.logins_to_remove.is_some());
        let providers = self.logins_to_remove.unwrap_or_default();
        for provider in &providers {
            checks.required("loginsToRemove", Some(provider.clone()), &PROVIDER_NAME);
        }
        checks.finish()?;
        let pool = simulator.identity_pools.pool_of(&identity_id)?;
        let logins = login::check(simulator, pool, &logins, now)?;
        simulator.identity_pools.identities.unlink(&identity_id, &logins, &providers)?;
        Ok(Value::Null)
    }
}
