//! GetCredentialsForIdentity: returns AWS credentials in one request, which is the enhanced flow.

use alloc::collections::BTreeMap;

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Operation, Service};
use crate::credentials::CredentialsOwner;
use crate::failure::Failure;
use crate::sign_in::later;
use crate::simulator::Simulator;
use crate::validation::{ARN, Checks};
use crate::{login, role};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetCredentialsForIdentity {
    identity_id: Option<String>,
    logins: Option<BTreeMap<String, String>>,
    custom_role_arn: Option<String>,
}

impl Operation for GetCredentialsForIdentity {
    const NAME: &'static str = "GetCredentialsForIdentity";
    const SERVICE: Service = Service::IdentityPools;

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let requested = checks.region_and_id("identityId", self.identity_id);
        let logins = checks.logins(self.logins);
        let custom = checks.optional("customRoleArn", self.custom_role_arn, &ARN);
        checks.finish()?;
        let pool = simulator.identity_pools.pool_of(&requested)?;
        let logins = login::check(simulator, pool, &logins, now)?;
        let identity_id = simulator.identity_pools.identities.resolve(&requested, &logins)?;
        let role_arn = role::choose(pool, &logins, custom.as_deref())?;
        let expires = later(now, pool.config.credentials_seconds);
        let Simulator { identity_pools, random, .. } = simulator;
        identity_pools.identities.link(&requested, &identity_id, &logins);
        let owner = CredentialsOwner { identity_id: identity_id.clone(), role_arn, expires };
        let credentials = identity_pools.issued.issue(owner, "CognitoIdentityCredentials", random);
        Ok(json!({
            "IdentityId": identity_id,
            "Credentials": {
                "AccessKeyId": credentials.access_key_id,
                "SecretKey": credentials.secret_key,
                "SessionToken": credentials.session_token,
                // The real service sends the number with a decimal point, so the number is an `f64`.
                "Expiration": credentials.expires.as_unix_seconds() as f64,
            },
        }))
    }
}
