//! GetOpenIdToken: returns a token for AssumeRoleWithWebIdentity, as the first request of the basic flow.

use alloc::collections::BTreeMap;

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Operation, Service};
use crate::failure::Failure;
use crate::identity_pool::ISSUER;
use crate::jwt;
use crate::login::{self, Login};
use crate::simulator::Simulator;
use crate::validation::Checks;

/// The lifetime of the token, in seconds.
const SECONDS: u64 = 600;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetOpenIdToken {
    identity_id: Option<String>,
    logins: Option<BTreeMap<String, String>>,
}

impl Operation for GetOpenIdToken {
    const NAME: &'static str = "GetOpenIdToken";
    const SERVICE: Service = Service::IdentityPools;

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let requested = checks.region_and_id("identityId", self.identity_id);
        let logins = checks.logins(self.logins);
        checks.finish()?;
        let pool = simulator.identity_pools.pool_of(&requested)?;
        if !pool.config.allow_classic_flow {
            let text = "Basic (classic) flow is not enabled, please use enhanced flow.";
            return Err(Failure::invalid_parameter(text));
        }
        let logins = login::check(simulator, pool, &logins, now)?;
        let identity_id = simulator.identity_pools.identities.resolve(&requested, &logins)?;
        let issued = now.as_unix_seconds();
        let token = jwt::sign(&json!({
            "iss": ISSUER,
            "aud": pool.id,
            "sub": identity_id,
            "amr": methods(&logins),
            "iat": issued,
            "exp": issued.saturating_add(SECONDS),
        }))?;
        simulator.identity_pools.identities.link(&requested, &identity_id, &logins);
        Ok(json!({ "IdentityId": identity_id, "Token": token }))
    }
}

/// Returns the claim `amr`: whether the identity is authenticated, and the providers of its logins.
fn methods(logins: &[Login]) -> Vec<&str> {
    if logins.is_empty() {
        return vec!["unauthenticated"];
    }
    core::iter::once("authenticated").chain(logins.iter().map(|login| login.provider.as_str())).collect()
}
