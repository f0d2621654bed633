//! AssumeRoleWithWebIdentity: the second request of the basic flow, which goes to the Security Token Service.

use cognito_core::Timestamp;
use data_encoding::BASE32;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Operation, Service};
use crate::credentials::CredentialsOwner;
use crate::date::iso_8601;
use crate::failure::Failure;
use crate::identity_pool::ISSUER;
use crate::jwt::{self, Jwt};
use crate::random::Random;
use crate::sign_in::later;
use crate::simulator::Simulator;
use crate::validation::{Checks, POLICY, PROVIDER_ID, ROLE_ARN, ROLE_SESSION_NAME, WEB_IDENTITY_TOKEN};

/// The parameters of the request. The request is a form, so all parameters are texts.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AssumeRoleWithWebIdentity {
    role_arn: Option<String>,
    role_session_name: Option<String>,
    web_identity_token: Option<String>,
    provider_id: Option<String>,
    policy: Option<String>,
    duration_seconds: Option<String>,
}

impl Operation for AssumeRoleWithWebIdentity {
    const NAME: &'static str = "AssumeRoleWithWebIdentity";
    const SERVICE: Service = Service::Tokens;

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let role_arn = checks.required("roleArn", self.role_arn, &ROLE_ARN);
        let name = checks.required("roleSessionName", self.role_session_name, &ROLE_SESSION_NAME);
        let token = checks.required("webIdentityToken", self.web_identity_token, &WEB_IDENTITY_TOKEN);
        let provider = checks.optional("providerId", self.provider_id, &PROVIDER_ID);
        let policy = checks.optional("policy", self.policy, &POLICY);
        let seconds = checks.number("durationSeconds", self.duration_seconds.as_deref(), 900..=43_200).unwrap_or(3600);
        checks.finish_as("ValidationError")?;
        check_policy(policy.as_deref())?;
        if provider.is_some() {
            return Err(Failure::not_simulated("AssumeRoleWithWebIdentity with a ProviderId"));
        }
        let token = read_token(&token, now)?;
        let claim = |name: &str| token.text(name).map(str::to_owned).ok_or_else(|| invalid("a claim is missing"));
        let (pool_id, identity_id) = (claim("aud")?, claim("sub")?);
        check_role(simulator, &pool_id, &token, &role_arn)?;
        let Simulator { identity_pools, random, .. } = simulator;
        let role_id = role_id(random, &role_arn);
        let owner = CredentialsOwner {
            identity_id: identity_id.clone(),
            role_arn: role_arn.clone(),
            expires: later(now, seconds),
        };
        let credentials = identity_pools.issued.issue(owner, &name, random);
        Ok(json!({
            "SubjectFromWebIdentityToken": identity_id,
            "Audience": pool_id,
            "Provider": ISSUER,
            "AssumedRoleUser": { "Arn": assumed_role(&role_arn, &name), "AssumedRoleId": format!("{role_id}:{name}") },
            "Credentials": {
                "AccessKeyId": credentials.access_key_id,
                "SecretAccessKey": credentials.secret_key,
                "SessionToken": credentials.session_token,
                "Expiration": iso_8601(credentials.expires),
            },
        }))
    }
}

/// Checks that a session policy is a JSON object. The simulator does not evaluate session policies.
fn check_policy(policy: Option<&str>) -> Result<(), Failure> {
    let is_object = |text| serde_json::from_str::<Value>(text).is_ok_and(|value| value.is_object());
    if policy.is_none_or(is_object) {
        return Ok(());
    }
    Err(Failure::new("MalformedPolicyDocument", "The policy is not in the valid JSON format."))
}

/// Reads and verifies a token from GetOpenIdToken. Tokens of other issuers are rejected.
fn read_token(token: &str, now: Timestamp) -> Result<Jwt<'_>, Failure> {
    let text = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)";
    let token = jwt::read(token).ok_or_else(|| invalid(text))?;
    let issuer = token.text("iss").unwrap_or_default();
    if issuer != ISSUER {
        return Err(invalid(&format!("No OpenIDConnect provider found in your account for {issuer}")));
    }
    if !token.is_genuine() {
        return Err(invalid("The token's signature does not verify."));
    }
    let (now, expires) = (now.as_unix_seconds(), token.seconds("exp").ok_or_else(|| invalid("a claim is missing"))?);
    if now >= expires {
        let text = format!("Token expired: current date/time {now} must be before the expiration date/time {expires}");
        return Err(Failure::new("ExpiredTokenException", text));
    }
    Ok(token)
}

/// Checks whether an identity may assume a role, in place of the role's trust policy.
///
/// A guest may assume the role for guests only. An authenticated identity may assume the other roles of the
/// identity pool.
fn check_role(simulator: &Simulator, pool_id: &str, token: &Jwt<'_>, role_arn: &str) -> Result<(), Failure> {
    let denied = || Failure::new("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity");
    let pool = simulator.identity_pools.get(pool_id).map_err(|_| denied())?;
    let methods = token.claims.get("amr").and_then(Value::as_array);
    let is_authenticated = methods.is_some_and(|methods| methods.iter().any(|method| method == "authenticated"));
    let is_allowed = match is_authenticated {
        true => pool.authenticated_roles().any(|role| role == role_arn),
        false => pool.config.roles.unauthenticated.as_deref() == Some(role_arn),
    };
    if is_allowed { Ok(()) } else { Err(denied()) }
}

/// Returns the unique id of a role, which depends only on the role's ARN and the seed.
pub(crate) fn role_id(random: &Random, role_arn: &str) -> String {
    let letters: String = BASE32.encode(&random.keyed("role", role_arn)).chars().take(17).collect();
    format!("AROA{letters}")
}

/// Returns the ARN of an assumed role: `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`.
pub(crate) fn assumed_role(role_arn: &str, session_name: &str) -> String {
    let mut fields = role_arn.split(':');
    let partition = fields.nth(1).unwrap_or("aws");
    let account = fields.nth(2).unwrap_or_default();
    let role = role_arn.rsplit('/').next().unwrap_or_default();
    format!("arn:{partition}:sts::{account}:assumed-role/{role}/{session_name}")
}

fn invalid(text: &str) -> Failure {
    Failure::new("InvalidIdentityToken", text)
}
