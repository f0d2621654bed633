//! App clients.

use core::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::config::ClientConfig;
use crate::failure::Failure;
use crate::random::Random;

/// An app client of a pool.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) pool_id: String,
    /// Which client of the simulator this was: first made, first listed.
    pub(crate) number: usize,
    pub(crate) secret: Option<String>,
    pub(crate) created: u64,
    pub(crate) modified: u64,
    pub(crate) config: ClientConfig,
}

impl Client {
    pub(crate) fn new(
        pool_id: &str,
        mut config: ClientConfig,
        number: usize,
        created: u64,
        random: &mut Random,
    ) -> Self {
        let id = config.id.take().unwrap_or_else(|| random.lower_case(26));
        let given = config.secret.take();
        let secret = given.or_else(|| config.generate_secret.then(|| random.lower_case(51)));
        Self { id, pool_id: pool_id.to_owned(), number, secret, created, modified: created, config }
    }

    /// Refuses a flow that the client was not given, in the words that go with this flow.
    pub(crate) fn check_flow(&self, flow: &str) -> Result<(), Failure> {
        let (new, old) = match flow {
            "USER_SRP_AUTH" => (ExplicitAuthFlow::AllowUserSrpAuth, None),
            "USER_PASSWORD_AUTH" => (ExplicitAuthFlow::AllowUserPasswordAuth, Some(ExplicitAuthFlow::UserPasswordAuth)),
            "CUSTOM_AUTH" => (ExplicitAuthFlow::AllowCustomAuth, Some(ExplicitAuthFlow::CustomAuthFlowOnly)),
            "USER_AUTH" => (ExplicitAuthFlow::AllowUserAuth, None),
            _ => (ExplicitAuthFlow::AllowRefreshTokenAuth, None),
        };
        let flows = &self.config.explicit_auth_flows;
        // A client of the time before the ALLOW_ values may do SRP and refresh, whatever else it lists.
        let legacy =
            flows.iter().any(|flow| !flow.is_current()) && !flows.contains(&ExplicitAuthFlow::CustomAuthFlowOnly);
        let implied = legacy && matches!(flow, "USER_SRP_AUTH" | "REFRESH_TOKEN_AUTH");
        // Rotation has GetTokensFromRefreshToken for this. The text that goes with it is not known; this one is plausible.
        let rotated = flow == "REFRESH_TOKEN_AUTH" && self.config.refresh_token_rotation.is_some();
        if !rotated && (implied || flows.contains(&new) || old.is_some_and(|old| flows.contains(&old))) {
            return Ok(());
        }
        Err(Failure::invalid_parameter(match flow {
            "USER_SRP_AUTH" => "USER_SRP_AUTH is not enabled for the client.".to_owned(),
            _ => format!("{flow} flow not enabled for this client"),
        }))
    }

    pub(crate) fn hides_users(&self) -> bool {
        self.config.prevent_user_existence_errors == UserExistenceErrors::Enabled
    }

    /// `UserPoolClientType` of the API.
    pub(crate) fn description(&self) -> Value {
        let config = &self.config;
        let mut description = json!({
            "UserPoolId": self.pool_id,
            "ClientName": config.name,
            "ClientId": self.id,
            "CreationDate": self.created,
            "LastModifiedDate": self.modified,
            "RefreshTokenValidity": config.refresh_token_validity.amount,
            "AccessTokenValidity": config.access_token_validity.amount,
            "IdTokenValidity": config.id_token_validity.amount,
            "TokenValidityUnits": {
                "AccessToken": config.access_token_validity.unit,
                "IdToken": config.id_token_validity.unit,
                "RefreshToken": config.refresh_token_validity.unit,
            },
            "ExplicitAuthFlows": config.explicit_auth_flows,
            "AllowedOAuthFlowsUserPoolClient": false,
            "PreventUserExistenceErrors": config.prevent_user_existence_errors,
            "EnableTokenRevocation": config.enable_token_revocation,
            "EnablePropagateAdditionalUserContextData": false,
            "AuthSessionValidity": config.auth_session_validity_minutes,
        });
        let Some(members) = description.as_object_mut() else { return description };
        if let Some(secret) = &self.secret {
            members.insert("ClientSecret".to_owned(), json!(secret));
        }
        if !config.scopes.is_empty() {
            members.insert("AllowedOAuthScopes".to_owned(), json!(config.scopes));
        }
        if let Some(rotation) = config.refresh_token_rotation {
            let grace = rotation.retry_grace_period_seconds;
            let rotation = json!({ "Feature": "ENABLED", "RetryGracePeriodSeconds": grace });
            members.insert("RefreshTokenRotation".to_owned(), rotation);
        }
        description
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Client").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A way to sign in that an app client may be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum ExplicitAuthFlow {
    /// SRP.
    AllowUserSrpAuth,
    /// The password itself.
    AllowUserPasswordAuth,
    /// The password itself, from a back end.
    AllowAdminUserPasswordAuth,
    /// Custom challenges.
    AllowCustomAuth,
    /// The choice-based sign-in.
    AllowUserAuth,
    /// Refresh tokens.
    AllowRefreshTokenAuth,
    /// A token for the client itself, without a user; no other flow goes with it.
    AllowClientTokenAuth,
    /// The older name of the password flow.
    UserPasswordAuth,
    /// The older name of the back end's password flow.
    AdminNoSrpAuth,
    /// The older way to allow custom challenges, and nothing else.
    CustomAuthFlowOnly,
}

impl ExplicitAuthFlow {
    /// What a client gets that names none.
    pub const COGNITO_DEFAULT: [Self; 3] = [Self::AllowUserSrpAuth, Self::AllowCustomAuth, Self::AllowRefreshTokenAuth];

    fn is_current(self) -> bool {
        !matches!(self, Self::UserPasswordAuth | Self::AdminNoSrpAuth | Self::CustomAuthFlowOnly)
    }
}

/// Rotation: each refresh gives a new refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RefreshTokenRotation {
    /// How long the old refresh token stays good, for clients that lost the answer: 0 to 60, by default 0.
    pub retry_grace_period_seconds: u64,
    /// Whether a token that comes back after that ends the whole sign-in: no. AWS documents the refusal,
    /// RefreshTokenReuseException, and not whether anything follows from it.
    pub reuse_revokes_family: bool,
}

/// Whether a client's answers tell a user that does not exist from a wrong password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(clippy::exhaustive_enums, reason = "Cognito has these two")]
pub enum UserExistenceErrors {
    /// They do not.
    Enabled,
    /// They do.
    Legacy,
}

/// How long a token is good for, as it was said: a number and its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Validity {
    /// How many.
    pub amount: u64,
    /// Of what.
    pub unit: TimeUnit,
}

impl Validity {
    /// So many minutes.
    #[must_use]
    pub const fn minutes(amount: u64) -> Self {
        Self { amount, unit: TimeUnit::Minutes }
    }

    /// So many hours.
    #[must_use]
    pub const fn hours(amount: u64) -> Self {
        Self { amount, unit: TimeUnit::Hours }
    }

    /// So many days.
    #[must_use]
    pub const fn days(amount: u64) -> Self {
        Self { amount, unit: TimeUnit::Days }
    }

    /// In seconds.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        self.amount.saturating_mul(match self.unit {
            TimeUnit::Seconds => 1,
            TimeUnit::Minutes => 60,
            TimeUnit::Hours => 3_600,
            TimeUnit::Days => 86_400,
        })
    }
}

/// The units of TokenValidityUnits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "Cognito has these four")]
pub enum TimeUnit {
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days.
    Days,
}
