//! What the set-up has made for a scenario, and in what each server departs from Cognito.

use cognito_core::error::{InvalidInput, NotAuthorized, RefusalKind};
use cognito_core::{AppClient, Endpoint, IdentityPool, IdentityPoolId, RefreshMethod, UserPoolId};
use serde::Deserialize;

/// One server, with a user who is there for one scenario alone.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) server: Server,
    url: String,
    user_pool_id: String,
    client_id: String,
    client_secret: Option<String>,
    /// What the user is signed in by.
    pub(crate) username: String,
    /// What the service calls the user; none for one who has yet to sign up.
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

/// An identity pool, and a role that the user pool's users may assume in the basic flow.
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
    /// The app client without its secret.
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
    /// The pool, and the Security Token Service, both at the server of the case.
    pub(crate) fn pool(&self, case: &Case) -> Result<IdentityPool, InvalidInput> {
        let pool = IdentityPool::new(IdentityPoolId::new(&*self.id)?)?;
        let endpoint = Endpoint::custom(&case.url)?;
        Ok(pool.with_endpoint(endpoint.clone()).with_sts_endpoint(endpoint))
    }
}

impl Server {
    /// cognito-local calls a wrong password InvalidPasswordException, as Cognito calls one that breaks the policy.
    pub(crate) fn wrong_password(self) -> RefusalKind {
        match self {
            Self::CognitoLocal => RefusalKind::InvalidPassword,
            Self::Ministack | Self::Moto => RefusalKind::NotAuthorized(NotAuthorized::IncorrectUsernameOrPassword),
        }
    }

    /// moto has no words for a wrong password where it is to be changed: its message is the user's name.
    pub(crate) fn wrong_old_password(self) -> RefusalKind {
        match self {
            Self::Moto => RefusalKind::NotAuthorized(NotAuthorized::Other),
            other => other.wrong_password(),
        }
    }

    /// cognito-local says CodeMismatchException, which Cognito says at a sign-in and not at enrolment.
    pub(crate) fn wrong_code_at_enrolment(self) -> RefusalKind {
        match self {
            Self::CognitoLocal => RefusalKind::CodeMismatch,
            Self::Ministack | Self::Moto => RefusalKind::EnableSoftwareTokenMfa,
        }
    }

    /// moto takes any code for a sign-up, and any that is not of its own making for a new password.
    pub(crate) fn checks_codes(self) -> bool {
        self != Self::Moto
    }

    /// ministack alone verifies SRP; what is not about SRP goes by USER_PASSWORD_AUTH at the others.
    pub(crate) fn verifies_srp(self) -> bool {
        self == Self::Ministack
    }

    /// ministack alone has ResendConfirmationCode.
    pub(crate) fn resends_codes(self) -> bool {
        self == Self::Ministack
    }

    /// ministack alone has GetTokensFromRefreshToken.
    fn refresh_method(self) -> RefreshMethod {
        match self {
            Self::Ministack => RefreshMethod::GetTokensFromRefreshToken,
            Self::CognitoLocal | Self::Moto => RefreshMethod::RefreshTokenAuth,
        }
    }

    /// moto says "Invalid token" of an access token that was signed out, which Cognito never says.
    pub(crate) fn says_that_access_tokens_are_revoked(self) -> bool {
        self != Self::Moto
    }
}
