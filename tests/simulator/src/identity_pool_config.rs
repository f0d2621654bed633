//! The settings of an identity pool.

use alloc::collections::BTreeMap;
use core::fmt;

use serde::{Deserialize, Serialize};

/// The configuration of an identity pool.
///
/// ```
/// # fn main() -> Result<(), Box<dyn core::error::Error>> {
/// let config = cognito_testkit::Config::from_json(r#"{
///     "pools": [{ "name": "customers" }],
///     "identity_pools": [{
///         "id": "us-east-1:0a1b2c3d-0000-4000-8000-000000000001",
///         "user_pools": ["customers"],
///         "supported_login_providers": { "accounts.google.com": "example-app-id" },
///         "roles": { "authenticated": "arn:aws:iam::123456789012:role/customer" }
///     }]
/// }"#)?;
/// # assert_eq!(config.identity_pools.len(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IdentityPoolConfig {
    /// The identity pool id, in the form `region:uuid`. The default is a generated id.
    pub id: Option<String>,
    /// The pool's name. The default is `identity pool`.
    pub name: String,
    /// Whether guests get an identity. The default is `false`.
    pub allow_unauthenticated_identities: bool,
    /// Whether GetOpenIdToken works, which the basic flow needs. The default is `false`.
    pub allow_classic_flow: bool,
    /// The ids or names of the user pools in the same simulator that this identity pool trusts.
    ///
    /// All app clients of these user pools are trusted, including clients that are created later. The tokens
    /// of these app clients get no server-side check.
    pub user_pools: Vec<String>,
    /// The trusted app clients of user pools, in the form in which Cognito lists them.
    pub cognito_identity_providers: Vec<CognitoIdentityProvider>,
    /// The app id at each trusted well-known provider.
    ///
    /// The providers are `accounts.google.com`, `appleid.apple.com`, `graph.facebook.com` and
    /// `www.amazon.com`. The tokens of Facebook and Amazon are opaque texts, not JSON Web Tokens.
    pub supported_login_providers: BTreeMap<String, String>,
    /// The ARNs of other OpenID Connect providers, such as
    /// `arn:aws:iam::123456789012:oidc-provider/login.example.com`.
    ///
    /// The name of an OpenID Connect login is the part of the ARN after `oidc-provider/`. The token of such a
    /// login can have any audience.
    pub open_id_connect_provider_arns: Vec<String>,
    /// The ARNs of SAML providers, such as `arn:aws:iam::123456789012:saml-provider/Example`.
    ///
    /// The name of a SAML login is the whole ARN. SAML assertions are opaque.
    pub saml_provider_arns: Vec<String>,
    /// The valid opaque tokens, each with the user's id at the login provider.
    pub opaque_tokens: BTreeMap<String, String>,
    /// The roles for which credentials are issued.
    pub roles: Roles,
    /// The choice of a role for signed-in users, by the name of their login provider.
    ///
    /// For one app client of a user pool, the key is `provider:client id`, as in Cognito. Such a key takes
    /// precedence over the provider's name.
    pub role_mappings: BTreeMap<String, RoleMapping>,
    /// The lifetime of credentials from GetCredentialsForIdentity, in seconds. The default is one hour.
    pub credentials_seconds: u64,
}

impl Default for IdentityPoolConfig {
    fn default() -> Self {
        Self {
            id: None,
            name: "identity pool".to_owned(),
            allow_unauthenticated_identities: false,
            allow_classic_flow: false,
            user_pools: Vec::new(),
            cognito_identity_providers: Vec::new(),
            supported_login_providers: BTreeMap::new(),
            open_id_connect_provider_arns: Vec::new(),
            saml_provider_arns: Vec::new(),
            opaque_tokens: BTreeMap::new(),
            roles: Roles::default(),
            role_mappings: BTreeMap::new(),
            credentials_seconds: 3600,
        }
    }
}

impl fmt::Debug for IdentityPoolConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("IdentityPoolConfig");
        debug.field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}

/// An app client of a user pool that an identity pool trusts.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CognitoIdentityProvider {
    /// The name of the provider, in the form `cognito-idp.REGION.amazonaws.com/USER-POOL-ID`.
    pub provider_name: String,
    /// The app client id.
    pub client_id: String,
    /// Whether an ID token is rejected after its user has signed out globally, or was disabled or deleted.
    ///
    /// The default is `false`.
    pub server_side_token_check: bool,
}

/// The ARNs of an identity pool's roles.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Roles {
    /// The ARN of the role of signed-in users.
    pub authenticated: Option<String>,
    /// The ARN of the role of guests.
    pub unauthenticated: Option<String>,
}

/// The choice of a role for the signed-in users of one login provider.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleMapping {
    /// Whether the claims of the token or rules choose the role: `Token` or `Rules`.
    #[serde(rename = "type")]
    pub kind: RoleMappingType,
    /// The result if this mapping chooses no role.
    #[serde(default)]
    pub ambiguous_role_resolution: AmbiguousRoleResolution,
    /// The rules. The first rule that matches chooses the role.
    #[serde(default)]
    pub rules: Vec<MappingRule>,
}

/// The kind of a role mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[expect(clippy::exhaustive_enums, reason = "Cognito has these two")]
pub enum RoleMappingType {
    /// The claims `cognito:preferred_role` and `cognito:roles` of the token choose the role.
    Token,
    /// Rules on the claims of the token choose the role.
    Rules,
}

/// The result if a role mapping chooses no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[expect(clippy::exhaustive_enums, reason = "Cognito has these two")]
pub enum AmbiguousRoleResolution {
    /// The user gets the pool's role for signed-in users.
    AuthenticatedRole,
    /// The user gets no credentials.
    #[default]
    Deny,
}

/// A rule of a role mapping.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MappingRule {
    /// The name of the claim that the rule reads.
    pub claim: String,
    /// The comparison of the claim with the value: `Equals`, `Contains`, `StartsWith` or `NotEqual`.
    pub match_type: MatchType,
    /// The value that the claim is compared with.
    pub value: String,
    /// The ARN of the role for users whose claim matches.
    pub role_arn: String,
}

/// The comparison of a claim with the value of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[expect(clippy::exhaustive_enums, reason = "Cognito has these four")]
pub enum MatchType {
    /// The claim equals the value.
    Equals,
    /// The claim contains the value.
    Contains,
    /// The claim starts with the value.
    StartsWith,
    /// The claim is present and differs from the value.
    NotEqual,
}
