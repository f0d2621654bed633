//! The app clients of user pools.

use core::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::config::ClientConfig;
use crate::failure::Failure;
use crate::random::Random;

/// An app client of a user pool.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) pool_id: String,
    /// The position of this client among all clients of the simulator, in order of creation.
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
        let configured = config.secret.take();
        let secret = configured.or_else(|| config.generate_secret.then(|| random.lower_case(51)));
        Self { id, pool_id: pool_id.to_owned(), number, secret, created, modified: created, config }
    }

    /// Rejects a flow that is not enabled for this client. Cognito's error text depends on the flow.
    pub(crate) fn check_flow(&self, flow: &str) -> Result<(), Failure> {
        let (new, old) = match flow {
            "USER_SRP_AUTH" => (ExplicitAuthFlow::AllowUserSrpAuth, None),
            "USER_PASSWORD_AUTH" => (ExplicitAuthFlow::AllowUserPasswordAuth, Some(ExplicitAuthFlow::UserPasswordAuth)),
            "CUSTOM_AUTH" => (ExplicitAuthFlow::AllowCustomAuth, Some(ExplicitAuthFlow::CustomAuthFlowOnly)),
            "USER_AUTH" => (ExplicitAuthFlow::AllowUserAuth, None),
            _ => (ExplicitAuthFlow::AllowRefreshTokenAuth, None),
        };
        let flows = &self.config.explicit_auth_flows;
        // The older values have no prefix ALLOW_. Such values also enable SRP and refresh, unless
        // CUSTOM_AUTH_FLOW_ONLY is among the values.
        let legacy =
            flows.iter().any(|flow| !flow.is_current()) && !flows.contains(&ExplicitAuthFlow::CustomAuthFlowOnly);
        let implied = legacy && matches!(flow, "USER_SRP_AUTH" | "REFRESH_TOKEN_AUTH");
        // With rotation, only GetTokensFromRefreshToken refreshes tokens. Cognito's error text for this case
        // is unknown; the text below is a guess.
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

    /// Returns this client as the API's `UserPoolClientType`.
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

/// A sign-in flow that can be enabled for an app client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum ExplicitAuthFlow {
    /// Sign-in with a password over SRP.
    AllowUserSrpAuth,
    /// Sign-in with the password in the request.
    AllowUserPasswordAuth,
    /// Sign-in by a back end, with the password in the request.
    AllowAdminUserPasswordAuth,
    /// Sign-in with custom challenges.
    AllowCustomAuth,
    /// Choice-based sign-in (USER_AUTH).
    AllowUserAuth,
    /// Refresh: the client exchanges a refresh token for new tokens.
    AllowRefreshTokenAuth,
    /// A flow that issues a token for the app client itself, without a user. A client with this flow can have
    /// no other flow.
    AllowClientTokenAuth,
    /// The older name of [`AllowUserPasswordAuth`](Self::AllowUserPasswordAuth).
    UserPasswordAuth,
    /// The older name of [`AllowAdminUserPasswordAuth`](Self::AllowAdminUserPasswordAuth).
    AdminNoSrpAuth,
    /// The older value that enables custom challenges and no other flow.
    CustomAuthFlowOnly,
}

impl ExplicitAuthFlow {
    /// The flows of an app client that lists no flows: SRP, custom challenges and refresh.
    pub const COGNITO_DEFAULT: [Self; 3] = [Self::AllowUserSrpAuth, Self::AllowCustomAuth, Self::AllowRefreshTokenAuth];

    fn is_current(self) -> bool {
        !matches!(self, Self::UserPasswordAuth | Self::AdminNoSrpAuth | Self::CustomAuthFlowOnly)
    }
}

/// The settings of refresh token rotation. With rotation, each refresh returns a new refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RefreshTokenRotation {
    /// How long the old refresh token stays valid, in seconds, for clients that did not receive the response.
    ///
    /// A grace period can have 0 to 60 seconds. By default there is no grace period.
    pub retry_grace_period_seconds: u64,
    /// Whether the use of an old refresh token after the grace period revokes all tokens of the sign-in.
    ///
    /// The default is `false`: AWS documents the error RefreshTokenReuseException, but no further effect.
    pub reuse_revokes_family: bool,
}

/// Whether the errors for an app client hide that a user does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(clippy::exhaustive_enums, reason = "Cognito has these two")]
pub enum UserExistenceErrors {
    /// An unknown user and a wrong password cause the same error.
    Enabled,
    /// An unknown user and a wrong password cause different errors.
    Legacy,
}

/// The lifetime of a token, as a number and its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Validity {
    /// The number of units.
    pub amount: u64,
    /// The unit of the number.
    pub unit: TimeUnit,
}

impl Validity {
    /// Returns a lifetime of `amount` minutes.
    #[must_use]
    pub const fn minutes(amount: u64) -> Self {
        Self { amount, unit: TimeUnit::Minutes }
    }

    /// Returns a lifetime of `amount` hours.
    #[must_use]
    pub const fn hours(amount: u64) -> Self {
        Self { amount, unit: TimeUnit::Hours }
    }

    /// Returns a lifetime of `amount` days.
    #[must_use]
    pub const fn days(amount: u64) -> Self {
        Self { amount, unit: TimeUnit::Days }
    }

    /// Returns the lifetime in seconds.
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

/// A unit of time in the API's `TokenValidityUnits`.
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
