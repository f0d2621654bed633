//! The settings of an identity pool.

use alloc::collections::BTreeMap;
use core::fmt;

use serde::{Deserialize, Serialize};

/// An identity pool.
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
    /// The identity pool id, `region:uuid`; made up when absent.
    pub id: Option<String>,
    /// The pool's name: `identity pool`.
    pub name: String,
    /// Whether there are guests: no.
    pub allow_unauthenticated_identities: bool,
    /// Whether GetOpenIdToken works, as the basic flow needs it: no.
    pub allow_classic_flow: bool,
    /// User pools of the same simulator by id or name. All their app clients are trusted, those that are made later too,
    /// without a server-side token check.
    pub user_pools: Vec<String>,
    /// App clients of user pools, as Cognito lists them.
    pub cognito_identity_providers: Vec<CognitoIdentityProvider>,
    /// The app id at each of the well-known providers: `accounts.google.com`, `appleid.apple.com`, `graph.facebook.com`,
    /// `www.amazon.com`. Tokens of the last two are opaque.
    pub supported_login_providers: BTreeMap<String, String>,
    /// Other OpenID Connect providers, as `arn:aws:iam::123456789012:oidc-provider/login.example.com`. The login's name is
    /// what comes after `oidc-provider/`, and its token may be for any audience.
    pub open_id_connect_provider_arns: Vec<String>,
    /// SAML providers, as `arn:aws:iam::123456789012:saml-provider/Example`, which is the login's name too. Assertions are
    /// opaque.
    pub saml_provider_arns: Vec<String>,
    /// The subject of each opaque token that is good.
    pub opaque_tokens: BTreeMap<String, String>,
    /// The roles that credentials are for.
    pub roles: Roles,
    /// How a role is chosen for a signed-in user, by the name of the provider; for an app client of a user pool also by
    /// `provider:client id`, which is how Cognito lists it and which counts first.
    pub role_mappings: BTreeMap<String, RoleMapping>,
    /// How long credentials of GetCredentialsForIdentity last: 3600.
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

/// An app client of a user pool, as an identity provider.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CognitoIdentityProvider {
    /// `cognito-idp.REGION.amazonaws.com/USER-POOL-ID`
    pub provider_name: String,
    /// The app client's id.
    pub client_id: String,
    /// Whether an ID token of a user who has signed out everywhere, is disabled or is deleted is refused: no.
    pub server_side_token_check: bool,
}

/// The ARNs of an identity pool's roles.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Roles {
    /// Of those who have logged in.
    pub authenticated: Option<String>,
    /// Of guests.
    pub unauthenticated: Option<String>,
}

/// How the role of a signed-in user is chosen.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleMapping {
    /// `Token` or `Rules`.
    #[serde(rename = "type")]
    pub kind: RoleMappingType,
    /// What happens where neither says which role.
    #[serde(default)]
    pub ambiguous_role_resolution: AmbiguousRoleResolution,
    /// The rules. The first that matches counts.
    #[serde(default)]
    pub rules: Vec<MappingRule>,
}

/// What a role is chosen by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[expect(clippy::exhaustive_enums, reason = "Cognito has these two")]
pub enum RoleMappingType {
    /// By the token's claims `cognito:preferred_role` and `cognito:roles`.
    Token,
    /// By rules over the token's claims.
    Rules,
}

/// What happens where a role mapping does not say which role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[expect(clippy::exhaustive_enums, reason = "Cognito has these two")]
pub enum AmbiguousRoleResolution {
    /// The pool's role for those who have logged in.
    AuthenticatedRole,
    /// No credentials.
    #[default]
    Deny,
}

/// A rule of a role mapping.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MappingRule {
    /// The name of the claim.
    pub claim: String,
    /// `Equals`, `Contains`, `StartsWith` or `NotEqual`.
    pub match_type: MatchType,
    /// What the claim is compared with.
    pub value: String,
    /// The role of those whose claim matches.
    pub role_arn: String,
}

/// How a claim is compared with a rule's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[expect(clippy::exhaustive_enums, reason = "Cognito has these four")]
pub enum MatchType {
    /// It is the same.
    Equals,
    /// It has the value somewhere in it.
    Contains,
    /// It begins with the value.
    StartsWith,
    /// It is there and is another.
    NotEqual,
}
