//! Temporary AWS credentials for an identity in an identity pool.

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

/// Temporary AWS credentials, together with the id of their identity.
///
/// An application signs its requests to AWS with the secret access key, and sends the session token with each
/// request. Every AWS SDK accepts an access key id, a secret access key and a session token.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Credentials {
    /// The identity id, as `REGION:GUID`. Store the identity id, and pass it to the next [`GetCredentials`].
    pub identity_id: String,
    /// The access key id: the public part of the credentials.
    pub access_key_id: String,
    /// The secret access key, with which the application signs its requests.
    pub secret_access_key: SecretAccessKey,
    /// The session token, which every signed request must contain.
    pub session_token: SessionToken,
    /// The time at which the credentials expire, by the service's clock. AWS allows a lifetime of at most
    /// twelve hours, so this time is never later than twelve hours after the response.
    pub expires_at: Timestamp,
    /// The number of seconds by which the local clock was ahead of the service's clock when the credentials
    /// arrived.
    pub clock_drift_seconds: i64,
}

impl Credentials {
    /// Returns whether the credentials are valid for at least `margin` after the local time `now`.
    ///
    /// Also returns `false` if `now` is more than twelve hours before the time of expiry. No credentials are
    /// valid for that long, so the local clock must have changed since the credentials arrived.
    #[must_use]
    pub fn is_valid_for(&self, now: Timestamp, margin: Duration) -> bool {
        let margin_millis = u64::try_from(margin.as_millis()).unwrap_or(u64::MAX);
        let (now, expires_at) = (now.as_unix_millis(), self.expires_at_local().as_unix_millis());
        // The drift is in whole seconds.
        let is_plausible = expires_at.saturating_sub(now) <= MAX_LIFE_MILLIS + 1000;
        is_plausible && now.saturating_add(margin_millis) < expires_at
    }

    /// Returns the time at which the credentials expire, by the local clock.
    #[must_use]
    pub fn expires_at_local(&self) -> Timestamp {
        let drift_millis = self.clock_drift_seconds.saturating_mul(1000);
        Timestamp::from_unix_millis(self.expires_at.as_unix_millis().saturating_add_signed(drift_millis))
    }

    /// Creates credentials from the service's response, or returns an error if the response is incomplete.
    fn from_response(
        identity_id: String,
        received: Option<impl Into<Received>>,
        now: Timestamp,
        metadata: &Metadata,
    ) -> Result<Self, Error> {
        let incomplete = || metadata.malformed("a part of the credentials is missing");
        let received: Received = received.ok_or_else(incomplete)?.into();
        let Received { access_key_id, secret_access_key, session_token, expires_at } = received;
        if access_key_id.is_empty() || secret_access_key.is_empty() || session_token.is_empty() {
            return Err(incomplete());
        }
        let expires_at = expires_at.ok_or_else(incomplete)?;
        let service_time = service_time(expires_at, now, metadata.date);
        let latest = Timestamp::from_unix_millis(service_time.as_unix_millis().saturating_add(MAX_LIFE_MILLIS));
        let seconds = |time: Timestamp| time.as_unix_seconds().cast_signed();
        Ok(Self {
            identity_id,
            access_key_id,
            secret_access_key,
            session_token,
            expires_at: expires_at.min(latest),
            clock_drift_seconds: seconds(now).saturating_sub(seconds(service_time)),
        })
    }
}

/// Returns the time of the service's clock when the credentials arrived. This is the `Date` header if the
/// header is plausible, or else the local time if the local time is plausible. A time is plausible if it is
/// at most twelve hours before the expiry. If neither time is plausible, the header takes precedence. The
/// `Date` header may come from a proxy with a wrong clock.
fn service_time(expires_at: Timestamp, now: Timestamp, date: Option<Timestamp>) -> Timestamp {
    let earliest = expires_at.as_unix_millis().saturating_sub(MAX_LIFE_MILLIS);
    let is_plausible = |time: &Timestamp| *time < expires_at && earliest <= time.as_unix_millis();
    let found = [date, Some(now)].into_iter().flatten().find(is_plausible);
    found.or(date).unwrap_or(now)
}

/// The longest lifetime of a role session, in milliseconds.
const MAX_LIFE_MILLIS: u64 = 12 * 3600 * 1000;

/// Credentials from the response of GetCredentialsForIdentity or of AssumeRoleWithWebIdentity.
struct Received {
    access_key_id: String,
    secret_access_key: SecretAccessKey,
    session_token: SessionToken,
    expires_at: Option<Timestamp>,
}

impl From<IdentityCredentials> for Received {
    fn from(credentials: IdentityCredentials) -> Self {
        Self {
            access_key_id: credentials.access_key_id.unwrap_or_default(),
            secret_access_key: credentials.secret_key.unwrap_or_else(|| SecretAccessKey::new("")),
            session_token: credentials.session_token.unwrap_or_else(|| SessionToken::new("")),
            expires_at: credentials.expiration.and_then(|expiration| expiration.timestamp()),
        }
    }
}

impl From<RoleCredentials> for Received {
    fn from(credentials: RoleCredentials) -> Self {
        let RoleCredentials { access_key_id, secret_access_key, session_token, expiration } = credentials;
        Self { access_key_id, secret_access_key, session_token, expires_at: expiration.timestamp() }
    }
}

/// The IAM role that determines the permissions of the credentials. The role also determines whether the
/// credentials come from Cognito's enhanced flow or from Cognito's basic flow.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flow.html>
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// The role that the identity pool assigns to the identity. The credentials come from the enhanced flow.
    #[default]
    OfPool,
    /// The role with this ARN. The login token must list this role. The credentials come from the enhanced
    /// flow.
    Custom(String),
    /// A role that the identity assumes at the Security Token Service (STS). The credentials come from the
    /// basic flow, which the identity pool must allow.
    Assumed(AssumedRole),
}

/// A role that an identity assumes in the basic flow.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AssumedRole {
    /// The role's ARN.
    pub role_arn: String,
    /// The name of the role session in AWS's logs: 2 to 64 characters, each a letter, a digit or one of
    /// `_=,.@+-`.
    pub role_session_name: String,
    /// The lifetime of the credentials in seconds, from 900 up to the role's maximum session duration. If the
    /// value is `None`, the lifetime is one hour.
    pub duration_seconds: Option<i32>,
    /// An inline policy, as JSON, that restricts the permissions of the role.
    pub policy: Option<String>,
    /// The ARNs of at most ten managed policies, which restrict the permissions of the role.
    pub policy_arns: Vec<String>,
}

impl AssumedRole {
    /// Creates the description of an existing role, from the role's ARN and the name of the role session. The
    /// caller may set the optional fields of the returned value.
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
