//! The choice of the role for which an identity gets credentials.

use serde_json::Value;

use crate::failure::Failure;
use crate::identity_pool::IdentityPool;
use crate::identity_pool_config::{AmbiguousRoleResolution, MappingRule, MatchType, RoleMapping, RoleMappingType};
use crate::login::Login;

/// Returns the role for these logins. Without logins, the result is the role of guests.
pub(crate) fn choose(pool: &IdentityPool, logins: &[Login], custom: Option<&str>) -> Result<String, Failure> {
    let roles = &pool.config.roles;
    let mapping = logins.iter().find_map(|login| Some((mapping_for(pool, login)?, login)));
    let role = match (mapping, custom) {
        (Some((mapping, login)), _) => mapped(mapping, login, custom, roles.authenticated.as_deref())?,
        (None, Some(_)) => return Err(Failure::not_authorized("CustomRoleArn is not a role of this identity.")),
        (None, None) if logins.is_empty() => roles.unauthenticated.as_deref(),
        (None, None) => roles.authenticated.as_deref(),
    };
    role.map(str::to_owned).ok_or_else(no_role)
}

fn mapping_for<'pool>(pool: &'pool IdentityPool, login: &Login) -> Option<&'pool RoleMapping> {
    let mappings = &pool.config.role_mappings;
    let of_client = mappings.get(&format!("{}:{}", login.provider, login.audience));
    of_client.or_else(|| mappings.get(&login.provider))
}

fn mapped<'role>(
    mapping: &'role RoleMapping,
    login: &'role Login,
    custom: Option<&str>,
    authenticated: Option<&'role str>,
) -> Result<Option<&'role str>, Failure> {
    let candidates: Vec<&str> = match mapping.kind {
        RoleMappingType::Token => roles_claim(login),
        RoleMappingType::Rules => {
            mapping.rules.iter().filter(|rule| matches(rule, login)).map(|rule| rule.role_arn.as_str()).collect()
        }
    };
    let preferred = match (custom, mapping.kind) {
        (Some(custom), _) => {
            let role = candidates.iter().find(|role| **role == custom);
            let unknown = || Failure::not_authorized("CustomRoleArn is not a role of this identity.");
            return role.map(|role| Some(*role)).ok_or_else(unknown);
        }
        (None, RoleMappingType::Token) => preferred(login, &candidates),
        (None, RoleMappingType::Rules) => candidates.first().copied(),
    };
    match (preferred, mapping.ambiguous_role_resolution) {
        (Some(role), _) => Ok(Some(role)),
        (None, AmbiguousRoleResolution::AuthenticatedRole) => Ok(authenticated),
        (None, AmbiguousRoleResolution::Deny) => {
            Err(Failure::not_authorized("The role of this identity is ambiguous, and the pool denies access."))
        }
    }
}

fn roles_claim(login: &Login) -> Vec<&str> {
    let roles = login.claims.get("cognito:roles").and_then(Value::as_array);
    roles.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Returns the role that the token prefers, or else the only role of the token.
fn preferred<'role>(login: &'role Login, roles: &[&'role str]) -> Option<&'role str> {
    let claimed = login.claims.get("cognito:preferred_role").and_then(Value::as_str);
    claimed.or(match roles {
        [only] => Some(*only),
        _ => None,
    })
}

/// Returns whether a claim matches a rule.
///
/// A claim with several values matches if at least one value matches. For `NotEqual`, every value must differ
/// from the rule's value.
fn matches(rule: &MappingRule, login: &Login) -> bool {
    let claim = login.claims.get(&rule.claim);
    let values: Vec<String> = match claim {
        Some(Value::Array(values)) => values.iter().map(text).collect(),
        Some(value) => vec![text(value)],
        None => return false,
    };
    let matches = |value: &String| match rule.match_type {
        MatchType::Equals => *value == rule.value,
        MatchType::Contains => value.contains(&rule.value),
        MatchType::StartsWith => value.starts_with(&rule.value),
        MatchType::NotEqual => *value != rule.value,
    };
    if rule.match_type == MatchType::NotEqual { values.iter().all(matches) } else { values.iter().any(matches) }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn no_role() -> Failure {
    let text = "Invalid identity pool configuration. Check assigned IAM roles for this pool.";
    Failure::new("InvalidIdentityPoolConfigurationException", text)
}
