//! One type for each kind of secret. A secret is redacted in `Debug`, has no `Display`, is compared in
//! constant time, and is zeroized on drop.
//!
//! JSON parsing, HTTP and TLS make copies of a secret. This module cannot zeroize these copies. A `String`
//! that grows or is cloned leaves copies of its text in memory. This module cannot zeroize these copies
//! either.

use alloc::string::String;
use core::fmt;
use core::marker::PhantomData;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// The password of a user.
pub type Password = Secret<kind::Password>;
/// The secret of an app client.
pub type ClientSecret = Secret<kind::ClientSecret>;
/// The password of a remembered device. The device authenticates with this password.
pub type DevicePassword = Secret<kind::DevicePassword>;
/// An access token: a JWT that authorizes requests on behalf of the user. Cognito and resource servers accept
/// access tokens.
pub type AccessToken = Secret<kind::AccessToken>;
/// An ID token: a JWT with the user's attributes.
pub type IdToken = Secret<kind::IdToken>;
/// The payload of an access token or an ID token: all claims, as the JSON text that the service sent.
pub type TokenPayload = Secret<kind::TokenPayload>;
/// A refresh token: an opaque text. The client exchanges the refresh token for new tokens until the refresh
/// token expires or is revoked.
pub type RefreshToken = Secret<kind::RefreshToken>;
/// The secret of an authenticator app, in base32.
pub type SecretCode = Secret<kind::SecretCode>;
/// The secret of an authenticator app as an `otpauth` URI. An authenticator app reads the URI from a QR code.
pub type OtpauthUri = Secret<kind::OtpauthUri>;
/// The opaque `Session` string of a challenge. The answer to the challenge must contain this string.
pub type ChallengeSession = Secret<kind::ChallengeSession>;
/// A token from a login provider, which proves the user's identity to an identity pool. The token is an ID
/// token, an access token from Facebook or Amazon, or a SAML assertion in base64.
pub type LoginToken = Secret<kind::LoginToken>;
/// A token that an identity pool issues for an identity. The Security Token Service exchanges this token for
/// AWS credentials.
pub type OpenIdToken = Secret<kind::OpenIdToken>;
/// The secret access key of AWS credentials. Clients sign requests with this key.
pub type SecretAccessKey = Secret<kind::SecretAccessKey>;
/// The session token of temporary AWS credentials. Every request that is signed with the credentials must
/// contain this token.
pub type SessionToken = Secret<kind::SessionToken>;
/// A secret of any other kind, such as a code or the answer to a challenge.
pub type Parameter = Secret<kind::Parameter>;

/// A secret text. The type parameter `Kind` is the kind of secret, so that the compiler rejects a secret of
/// the wrong kind.
pub struct Secret<Kind> {
    text: Zeroizing<String>,
    kind: PhantomData<fn() -> Kind>,
}

impl<Kind> Secret<Kind> {
    /// Creates a secret from its text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: Zeroizing::new(text.into()), kind: PhantomData }
    }

    /// Returns the text of the secret, to send or to store. Never log the text of a secret.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// Returns whether the secret is an empty text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

impl<Kind> Clone for Secret<Kind> {
    fn clone(&self) -> Self {
        Self::new(self.expose())
    }
}

impl<Kind> PartialEq for Secret<Kind> {
    /// Compares two secrets. If the secrets have the same length, the comparison takes constant time.
    fn eq(&self, other: &Self) -> bool {
        self.expose().as_bytes().ct_eq(other.expose().as_bytes()).into()
    }
}

impl<Kind> Eq for Secret<Kind> {}

impl<Kind> From<String> for Secret<Kind> {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl<Kind> From<&str> for Secret<Kind> {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl<Kind> fmt::Debug for Secret<Kind> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("redacted")
    }
}

/// Serializes the secret as plain text. The service must be able to read a secret in a request, and this
/// crate must be able to read a stored secret.
impl<Kind> Serialize for Secret<Kind> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

impl<'de, Kind> Deserialize<'de> for Secret<Kind> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

/// Marker types, which have no values and only distinguish the kinds of [`Secret`].
#[expect(clippy::exhaustive_enums, reason = "complete: they have no values")]
pub mod kind {
    /// The marker type of [`Password`](super::Password).
    #[derive(Debug)]
    pub enum Password {}
    /// The marker type of [`ClientSecret`](super::ClientSecret).
    #[derive(Debug)]
    pub enum ClientSecret {}
    /// The marker type of [`DevicePassword`](super::DevicePassword).
    #[derive(Debug)]
    pub enum DevicePassword {}
    /// The marker type of [`AccessToken`](super::AccessToken).
    #[derive(Debug)]
    pub enum AccessToken {}
    /// The marker type of [`IdToken`](super::IdToken).
    #[derive(Debug)]
    pub enum IdToken {}
    /// The marker type of [`TokenPayload`](super::TokenPayload).
    #[derive(Debug)]
    pub enum TokenPayload {}
    /// The marker type of [`RefreshToken`](super::RefreshToken).
    #[derive(Debug)]
    pub enum RefreshToken {}
    /// The marker type of [`SecretCode`](super::SecretCode).
    #[derive(Debug)]
    pub enum SecretCode {}
    /// The marker type of [`OtpauthUri`](super::OtpauthUri).
    #[derive(Debug)]
    pub enum OtpauthUri {}
    /// The marker type of [`ChallengeSession`](super::ChallengeSession).
    #[derive(Debug)]
    pub enum ChallengeSession {}
    /// The marker type of [`LoginToken`](super::LoginToken).
    #[derive(Debug)]
    pub enum LoginToken {}
    /// The marker type of [`OpenIdToken`](super::OpenIdToken).
    #[derive(Debug)]
    pub enum OpenIdToken {}
    /// The marker type of [`SecretAccessKey`](super::SecretAccessKey).
    #[derive(Debug)]
    pub enum SecretAccessKey {}
    /// The marker type of [`SessionToken`](super::SessionToken).
    #[derive(Debug)]
    pub enum SessionToken {}
    /// The marker type of [`Parameter`](super::Parameter).
    #[derive(Debug)]
    pub enum Parameter {}
}
