//! The input of a scenario, and the differences between each server and Cognito.

use cognito_core::error::{InvalidInput, NotAuthorized, RefusalKind};
use cognito_core::{AppClient, Endpoint, IdentityPool, IdentityPoolId, RefreshMethod, UserPoolId};
use serde::Deserialize;

/// One server, with a user who exists only for one scenario.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) server: Server,
    url: String,
    user_pool_id: String,
    client_id: String,
    client_secret: Option<String>,
    /// The name with which the user signs in.
    pub(crate) username: String,
    /// The user name in the service, absent for a user who has not signed up yet.
    pub(crate) canonical_username: Option<String>,
    pub(crate) email: String,
    pub(crate) password: String,
    pub(crate) codes: Codes,
    identity_pool: Option<Identities>,
}

/// The codes that the server sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Codes {
    pub(crate) sign_up: String,
    pub(crate) reset: String,
    pub(crate) other: String,
}

/// An identity pool, and a role that the user pool's users can assume in the basic flow.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Identities {
    id: String,
    pub(crate) assumed_role_arn: String,
    pub(crate) untrusting_role_arn: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Server {
    Ministack,
    CognitoLocal,
    Moto,
}

impl Case {
    /// Returns the app client without its secret.
    pub(crate) fn app_client_without_secret(&self) -> Result<AppClient, InvalidInput> {
        let app_client = AppClient::new(UserPoolId::new(&*self.user_pool_id)?, &*self.client_id)?;
        let app_client = app_client.with_refresh_method(self.server.refresh_method());
        Ok(app_client.with_endpoint(Endpoint::custom(&self.url)?))
    }

    pub(crate) fn app_client(&self) -> Result<AppClient, InvalidInput> {
        Ok(self.app_client_without_secret()?.with_secret(self.client_secret.clone().unwrap_or_default()))
    }

    pub(crate) fn has_client_secret(&self) -> bool {
        self.client_secret.is_some()
    }

    pub(crate) fn identities(&self) -> Result<&Identities, &'static str> {
        self.identity_pool.as_ref().ok_or("the case has no identity pool")
    }
}

impl Identities {
    /// Returns the identity pool. The server of the case is also its Security Token Service.
    pub(crate) fn pool(&self, case: &Case) -> Result<IdentityPool, InvalidInput> {
        let pool = IdentityPool::new(IdentityPoolId::new(&*self.id)?)?;
        let endpoint = Endpoint::custom(&case.url)?;
        Ok(pool.with_endpoint(endpoint.clone()).with_sts_endpoint(endpoint))
    }
}

impl Server {
    /// Returns the error for a wrong password. cognito-local answers with InvalidPasswordException, which
    /// Cognito uses for a password that breaks the policy.
    pub(crate) fn wrong_password(self) -> RefusalKind {
        match self {
            Self::CognitoLocal => RefusalKind::InvalidPassword,
            Self::Ministack | Self::Moto => RefusalKind::NotAuthorized(NotAuthorized::IncorrectUsernameOrPassword),
        }
    }

    /// Returns the error for a wrong old password in a password change. The error message of the server moto
    /// contains only the user name.
    pub(crate) fn wrong_old_password(self) -> RefusalKind {
        match self {
            Self::Moto => RefusalKind::NotAuthorized(NotAuthorized::Other),
            other => other.wrong_password(),
        }
    }

    /// Returns the error for a wrong code at the set-up of an authenticator app. cognito-local answers with
    /// CodeMismatchException, which Cognito uses only at a sign-in.
    pub(crate) fn wrong_code_at_enrolment(self) -> RefusalKind {
        match self {
            Self::CognitoLocal => RefusalKind::CodeMismatch,
            Self::Ministack | Self::Moto => RefusalKind::EnableSoftwareTokenMfa,
        }
    }

    /// Returns whether the server checks codes. moto accepts any code for a sign-up, and any code that it did
    /// not generate for a new password.
    pub(crate) fn checks_codes(self) -> bool {
        self != Self::Moto
    }

    /// Returns whether the server verifies SRP: only ministack verifies it. On cognito-local and moto,
    /// scenarios that do not test SRP sign in with USER_PASSWORD_AUTH.
    pub(crate) fn verifies_srp(self) -> bool {
        self == Self::Ministack
    }

    /// Returns whether the server supports ResendConfirmationCode: only ministack supports it.
    pub(crate) fn resends_codes(self) -> bool {
        self == Self::Ministack
    }

    /// Returns the refresh method of the server. Only ministack supports GetTokensFromRefreshToken.
    fn refresh_method(self) -> RefreshMethod {
        match self {
            Self::Ministack => RefreshMethod::GetTokensFromRefreshToken,
            Self::CognitoLocal | Self::Moto => RefreshMethod::RefreshTokenAuth,
        }
    }

    /// Returns whether the server reports a revoked access token as Cognito does. The server moto only
    /// reports "Invalid token".
    pub(crate) fn reports_revoked_access_tokens(self) -> bool {
        self != Self::Moto
    }
}
