//! Temporary AWS credentials of an identity.

mod get;
mod keeper;
mod logins;
#[cfg(test)]
mod tests;

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use crate::error::Error;
use crate::operation::{AssumeRoleWithWebIdentity, IdentityCredentials, PolicyDescriptor, RoleCredentials};
use crate::protocol::Metadata;
use crate::secret::{OpenIdToken, SecretAccessKey, SessionToken};
use crate::timestamp::Timestamp;

pub use get::GetCredentials;
pub use keeper::{CredentialsInput, CredentialsKeeper, CredentialsTask, KeptCredentials};

/// Temporary AWS credentials, with the identity that they are of.
///
/// Requests to AWS are signed with them, and carry the session token along: this is what any AWS SDK takes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Credentials {
    /// The identity, `REGION:GUID`. Keep it, and ask with it the next time.
    pub identity_id: String,
    /// The public half.
    pub access_key_id: String,
    /// The secret half.
    pub secret_access_key: SecretAccessKey,
    /// What goes along with every request.
    pub session_token: SessionToken,
    /// When they expire, by the service's clock: at the most twelve hours after they came, the longest that AWS gives.
    pub expires_at: Timestamp,
    /// By how many seconds the local clock was ahead of the service's when they came.
    pub clock_drift_seconds: i64,
}

impl Credentials {
    /// Whether they are good for at least `margin` more at the local time `now`.
    #[must_use]
    pub fn is_valid_for(&self, now: Timestamp, margin: Duration) -> bool {
        let margin_millis = u64::try_from(margin.as_millis()).unwrap_or(u64::MAX);
        now.as_unix_millis().saturating_add(margin_millis) < self.expires_at_local().as_unix_millis()
    }

    /// When they expire, by the local clock.
    #[must_use]
    pub fn expires_at_local(&self) -> Timestamp {
        let drift_millis = self.clock_drift_seconds.saturating_mul(1000);
        Timestamp::from_unix_millis(self.expires_at.as_unix_millis().saturating_add_signed(drift_millis))
    }

    /// Takes what the service gave, if it is whole.
    fn from_response(
        identity_id: String,
        given: Option<impl Into<Given>>,
        now: Timestamp,
        metadata: &Metadata,
    ) -> Result<Self, Error> {
        let not_whole = || metadata.malformed("the credentials are not whole");
        let Given { access_key_id, secret_access_key, session_token, expires_at } = given.ok_or_else(not_whole)?.into();
        if access_key_id.is_empty() || secret_access_key.is_empty() || session_token.is_empty() {
            return Err(not_whole());
        }
        let latest = metadata.date.unwrap_or(now).as_unix_millis().saturating_add(MAX_LIFE_MILLIS);
        let latest = Timestamp::from_unix_millis(latest);
        let drift = |date: Timestamp| now.as_unix_seconds().cast_signed() - date.as_unix_seconds().cast_signed();
        Ok(Self {
            identity_id,
            access_key_id,
            secret_access_key,
            session_token,
            expires_at: expires_at.ok_or_else(not_whole)?.min(latest),
            clock_drift_seconds: metadata.date.map_or(0, drift),
        })
    }
}

/// The longest that a role's session can last.
const MAX_LIFE_MILLIS: u64 = 12 * 3600 * 1000;

/// Credentials as one of the two services gave them.
struct Given {
    access_key_id: String,
    secret_access_key: SecretAccessKey,
    session_token: SessionToken,
    expires_at: Option<Timestamp>,
}

impl From<IdentityCredentials> for Given {
    fn from(credentials: IdentityCredentials) -> Self {
        Self {
            access_key_id: credentials.access_key_id.unwrap_or_default(),
            secret_access_key: credentials.secret_key.unwrap_or_else(|| SecretAccessKey::new("")),
            session_token: credentials.session_token.unwrap_or_else(|| SessionToken::new("")),
            expires_at: credentials.expiration.and_then(|expiration| expiration.timestamp()),
        }
    }
}

impl From<RoleCredentials> for Given {
    fn from(credentials: RoleCredentials) -> Self {
        let RoleCredentials { access_key_id, secret_access_key, session_token, expiration } = credentials;
        Self { access_key_id, secret_access_key, session_token, expires_at: expiration.timestamp() }
    }
}

/// Which role the credentials are for, and by which of Cognito's two flows they come.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flow.html>
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// The one that the identity pool has for the identity. The enhanced flow.
    #[default]
    OfPool,
    /// The one of this ARN, of several that the login token names. The enhanced flow.
    Custom(String),
    /// One that the identity assumes at the Security Token Service. The basic flow, which the pool must allow.
    Assumed(AssumedRole),
}

/// A role to be assumed in the basic flow.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AssumedRole {
    /// The role's ARN.
    pub role_arn: String,
    /// What the session is called in logs, 2 to 64 letters, digits and `_=,.@+-`.
    pub role_session_name: String,
    /// How long the credentials live, in seconds: 900 up to what the role allows; an hour if none.
    pub duration_seconds: Option<i32>,
    /// A policy, as JSON, that narrows the role.
    pub policy: Option<String>,
    /// The ARNs of managed policies that narrow the role, at most ten.
    pub policy_arns: Vec<String>,
}

impl AssumedRole {
    /// This role, in a session of this name. The optional members are set on the value.
    #[must_use]
    pub fn new(role_arn: impl Into<String>, role_session_name: impl Into<String>) -> Self {
        Self {
            role_arn: role_arn.into(),
            role_session_name: role_session_name.into(),
            duration_seconds: None,
            policy: None,
            policy_arns: Vec::new(),
        }
    }

    fn request(&self, token: OpenIdToken) -> AssumeRoleWithWebIdentity {
        let mut request = AssumeRoleWithWebIdentity::new(&*self.role_arn, &*self.role_session_name, token);
        request.duration_seconds = self.duration_seconds;
        request.policy.clone_from(&self.policy);
        request.policy_arns = self.policy_arns.iter().map(|arn| PolicyDescriptor::new(&**arn)).collect();
        request
    }
}
