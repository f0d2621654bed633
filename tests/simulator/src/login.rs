//! Logins with a token of an identity provider, and the verification of these tokens.

use alloc::collections::BTreeMap;

use cognito_core::Timestamp;
use serde_json::{Map, Value, json};

use crate::failure::Failure;
use crate::identity;
use crate::identity_pool::IdentityPool;
use crate::jwt::{self, Jwt};
use crate::simulator::Simulator;

/// The providers with opaque tokens, which only the provider itself can read.
const OPAQUE: [&str; 4] = ["graph.facebook.com", "www.amazon.com", "api.twitter.com", "www.digits.com"];

/// A verified login.
pub(crate) struct Login {
    pub(crate) provider: String,
    /// The user's id at the provider (`sub`).
    pub(crate) subject: String,
    /// The audience of the token (`aud`), which is empty if the token is opaque.
    pub(crate) audience: String,
    pub(crate) claims: Map<String, Value>,
}

/// The kind of a provider, which decides how its tokens are verified.
enum Source<'pool> {
    UserPool,
    /// The tokens are JSON Web Tokens with this app id as their audience.
    App(&'pool str),
    /// The tokens are JSON Web Tokens with any audience.
    OpenIdConnect,
    Opaque,
}

/// Verifies every login. An identity pool without providers rejects all logins.
pub(crate) fn check(
    simulator: &Simulator,
    pool: &IdentityPool,
    logins: &BTreeMap<String, String>,
    now: Timestamp,
) -> Result<Vec<Login>, Failure> {
    let config = &pool.config;
    let has_providers = !config.user_pools.is_empty()
        || !config.cognito_identity_providers.is_empty()
        || !config.supported_login_providers.is_empty()
        || !config.open_id_connect_provider_arns.is_empty()
        || !config.saml_provider_arns.is_empty();
    if !logins.is_empty() && !has_providers {
        return Err(identity::no_match());
    }
    logins.iter().map(|(provider, token)| check_one(simulator, pool, provider, token, now)).collect()
}

fn check_one(
    simulator: &Simulator,
    pool: &IdentityPool,
    provider: &str,
    token: &str,
    now: Timestamp,
) -> Result<Login, Failure> {
    let source = source(pool, provider).ok_or_else(unsupported)?;
    if matches!(source, Source::Opaque) {
        let subject = pool.config.opaque_tokens.get(token).ok_or_else(|| invalid("Token is invalid."))?;
        let (provider, subject) = (provider.to_owned(), subject.clone());
        return Ok(Login { provider, subject, audience: String::new(), claims: Map::new() });
    }
    let jwt = jwt::read(token).ok_or_else(|| invalid("Not a valid OpenId Connect identity token."))?;
    let audience = check_claims(&jwt, provider)?;
    let mut is_inactive = false;
    match source {
        Source::UserPool => {
            let checks = trusts(simulator, pool, provider, &audience).ok_or_else(unsupported)?;
            is_inactive = checks && !is_active(simulator, token);
        }
        Source::App(app) if app != audience => return Err(unsupported()),
        _ => {}
    }
    check_time(&jwt, now)?;
    if is_inactive {
        return Err(Failure::not_authorized("Token is inactive"));
    }
    let subject = jwt.text("sub").ok_or_else(|| missing("sub"))?.to_owned();
    Ok(Login { provider: provider.to_owned(), subject, audience, claims: jwt.claims })
}

fn source<'pool>(pool: &'pool IdentityPool, provider: &str) -> Option<Source<'pool>> {
    let config = &pool.config;
    // The identity pool's trust in the user pool is checked later, together with the app client, because the
    // error for a wrong issuer comes first.
    if provider.starts_with("cognito-idp.") {
        return Some(Source::UserPool);
    }
    if let Some(app) = config.supported_login_providers.get(provider) {
        return Some(if OPAQUE.contains(&provider) { Source::Opaque } else { Source::App(app) });
    }
    let is_open_id = |arn: &String| arn.split_once(":oidc-provider/").is_some_and(|(_, name)| name == provider);
    if config.open_id_connect_provider_arns.iter().any(is_open_id) {
        return Some(Source::OpenIdConnect);
    }
    config.saml_provider_arns.iter().any(|arn| arn == provider).then_some(Source::Opaque)
}

/// Returns whether `provider` is the provider name of this user pool.
fn is_provider(simulator: &Simulator, pool_id: &str, provider: &str) -> bool {
    let pool = simulator.pools.get(pool_id);
    pool.is_ok_and(|pool| pool.issuer().strip_prefix("https://") == Some(provider))
}

/// Returns whether the tokens of a trusted app client get a server-side check.
///
/// Returns `None` if the app client is not trusted.
fn trusts(simulator: &Simulator, pool: &IdentityPool, provider: &str, client_id: &str) -> Option<bool> {
    let mut named = pool.config.cognito_identity_providers.iter();
    if let Some(known) = named.find(|known| known.provider_name == provider && known.client_id == client_id) {
        return Some(known.server_side_token_check);
    }
    let client = simulator.client(client_id).ok()?;
    let is_listed = pool.config.user_pools.contains(&client.pool_id);
    (is_listed && is_provider(simulator, &client.pool_id, provider)).then_some(false)
}

/// Returns whether the ID token's sign-in is still active: the sign-in is not revoked and the user is
/// enabled.
fn is_active(simulator: &Simulator, token: &str) -> bool {
    let Some(family) = simulator.tokens.family_of_id(token).filter(|family| !family.revoked) else { return false };
    let pool = simulator.pools.get(&family.pool_id);
    pool.is_ok_and(|pool| pool.user_by_sub(&family.sub).is_some_and(|user| user.enabled))
}

/// Checks the issuer and the signature of a token, and returns its audience.
fn check_claims(jwt: &Jwt<'_>, provider: &str) -> Result<String, Failure> {
    if jwt.text("iss").and_then(|issuer| issuer.strip_prefix("https://")) != Some(provider) {
        return Err(invalid("Issuer doesn't match providerName"));
    }
    let audience = jwt.audience().ok_or_else(|| missing("aud"))?;
    if !jwt.is_genuine() {
        return Err(invalid("Couldn't verify signed token."));
    }
    Ok(audience.to_owned())
}

/// Rejects an expired token. The error text contains the current time, and then the expiry of the token.
fn check_time(jwt: &Jwt<'_>, now: Timestamp) -> Result<(), Failure> {
    let (now, expires) = (now.as_unix_seconds(), jwt.seconds("exp").ok_or_else(|| missing("exp"))?);
    if now >= expires {
        return Err(invalid(&format!("Token expired: {now} >= {expires}")));
    }
    Ok(())
}

fn unsupported() -> Failure {
    Failure::not_authorized("Token is not from a supported provider of this identity pool.")
}

fn missing(claim: &str) -> Failure {
    invalid(&format!("Missing a required claim: {claim}"))
}

fn invalid(text: &str) -> Failure {
    Failure::not_authorized(format!("Invalid login token. {text}"))
}

/// Returns a token as an identity provider would issue it.
///
/// The token can be for Google, Apple or any OpenID Connect provider. To test claims that the simulator does
/// not set itself, such as `cognito:roles`, create a token for a user pool. The token is signed with the
/// testkit's public test key.
///
/// `issuer` is `https://` and the name of the login. `claims` are added to the token, and replace claims of the same
/// name.
///
/// ```
/// use cognito_core::Timestamp;
/// use cognito_testkit::login_token;
/// use serde_json::json;
///
/// let expires = Timestamp::from_unix_seconds(1_700_003_600);
/// let claims = [("email", json!("alice@example.com"))];
/// let issuer = "https://accounts.google.com";
/// let token = login_token(issuer, "example-app-id", "1029384756", expires, claims);
/// assert_eq!(token.split('.').count(), 3);
/// ```
#[must_use]
pub fn login_token<'name>(
    issuer: &str,
    audience: &str,
    subject: &str,
    expires: Timestamp,
    claims: impl IntoIterator<Item = (&'name str, Value)>,
) -> String {
    let own = [
        ("iss", json!(issuer)),
        ("aud", json!(audience)),
        ("sub", json!(subject)),
        ("exp", json!(expires.as_unix_seconds())),
    ];
    let all: Map<String, Value> = own.into_iter().chain(claims).map(|(name, value)| (name.to_owned(), value)).collect();
    // Signing cannot fail, because the key is part of the source.
    jwt::sign(&Value::Object(all)).unwrap_or_default()
}
