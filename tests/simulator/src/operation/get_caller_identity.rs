//! GetCallerIdentity, an operation of AWS STS: returns the role session that signed the request.
//!
//! A test can check with this operation that AWS credentials are valid.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::assume_role_with_web_identity::{assumed_role, role_id};
use super::{Operation, Service};
use crate::failure::Failure;
use crate::simulator::Simulator;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetCallerIdentity {
    signer: Option<Signer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Signer {
    access_key_id: String,
    session_token: String,
}

impl Operation for GetCallerIdentity {
    const NAME: &'static str = "GetCallerIdentity";
    const SERVICE: Service = Service::Tokens;

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let unsigned = || Failure::new("MissingAuthenticationToken", "Request is missing Authentication Token");
        let Signer { access_key_id, session_token } = self.signer.ok_or_else(unsigned)?;
        let text = "The security token included in the request is invalid";
        let unknown = || Failure::new("InvalidClientTokenId", text);
        let issued = &simulator.identity_pools.issued;
        let (owner, session_name) = issued.signer(&access_key_id, &session_token).ok_or_else(unknown)?;
        if now >= owner.expires {
            return Err(Failure::new("ExpiredToken", "The security token included in the request is expired"));
        }
        let account = owner.role_arn.split(':').nth(4).unwrap_or_default();
        Ok(json!({
            "Arn": assumed_role(&owner.role_arn, session_name),
            "UserId": format!("{}:{session_name}", role_id(&simulator.random, &owner.role_arn)),
            "Account": account,
        }))
    }
}
