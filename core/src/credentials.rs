//! Temporary AWS credentials of an identity.

mod get;
#[cfg(test)]
mod tests;

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use crate::call::Metadata;
use crate::error::Error;
use crate::flow::Timestamp;
use crate::operation::{AssumeRoleWithWebIdentity, IdentityCredentials, PolicyDescriptor, RoleCredentials};
use crate::secret::{OpenIdToken, SecretAccessKey, SessionToken};

pub use get::GetCredentials;

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
    /// When they expire, by the service's clock.
    pub expires_at: Timestamp,
    /// By how many seconds the local clock was ahead of the service's when they came.
    pub clock_drift_seconds: i64,
}

impl Credentials {
    /// Whether they are good for at least `margin` more at the local time `now`.
    #[must_use]
    pub fn are_good_for(&self, now: Timestamp, margin: Duration) -> bool {
        let margin_millis = u64::try_from(margin.as_millis()).unwrap_or(u64::MAX);
        now.as_unix_millis().saturating_add(margin_millis) < self.expires_at_here().as_unix_millis()
    }

    /// When they expire, by the local clock.
    #[must_use]
    pub fn expires_at_here(&self) -> Timestamp {
        let drift_millis = self.clock_drift_seconds.saturating_mul(1000);
        Timestamp::from_unix_millis(self.expires_at.as_unix_millis().saturating_add_signed(drift_millis))
    }

    /// By how much the local clock is ahead of the `Date` of the answer, if it had one.
    fn clock_drift_seconds(now: Timestamp, metadata: &Metadata) -> i64 {
        metadata
            .date
            .map_or(0, |date| now.as_unix_seconds().cast_signed().saturating_sub(date.as_unix_seconds().cast_signed()))
    }

    fn of_identity(
        identity_id: String,
        credentials: Option<IdentityCredentials>,
        now: Timestamp,
        metadata: &Metadata,
    ) -> Result<Self, Error> {
        let credentials = credentials.unwrap_or_default();
        let expires_at = credentials.expiration.and_then(|expiration| expiration.timestamp());
        match (credentials.access_key_id, credentials.secret_key, credentials.session_token, expires_at) {
            (Some(access_key_id), Some(secret_access_key), Some(session_token), Some(expires_at)) => {
                let clock_drift_seconds = Self::clock_drift_seconds(now, metadata);
                Ok(Self {
                    identity_id,
                    access_key_id,
                    secret_access_key,
                    session_token,
                    expires_at,
                    clock_drift_seconds,
                })
            }
            _ => Err(metadata.malformed("the credentials are not whole")),
        }
    }

    fn of_role(
        identity_id: String,
        credentials: Option<RoleCredentials>,
        now: Timestamp,
        metadata: &Metadata,
    ) -> Result<Self, Error> {
        let not_whole = || metadata.malformed("the credentials are not whole");
        let RoleCredentials { access_key_id, secret_access_key, session_token, expiration } =
            credentials.ok_or_else(not_whole)?;
        let expires_at = expiration.timestamp().ok_or_else(not_whole)?;
        let clock_drift_seconds = Self::clock_drift_seconds(now, metadata);
        Ok(Self { identity_id, access_key_id, secret_access_key, session_token, expires_at, clock_drift_seconds })
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
