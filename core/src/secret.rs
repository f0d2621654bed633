//! One type per secret: redacted in `Debug`, without `Display`, compared in constant time, zeroized on drop.
//!
//! What cannot be reached: the copies that JSON parsing, HTTP and TLS make of a text on its way in or out, and those of
//! a `String` that grew or was cloned before it came here.

use alloc::string::String;
use core::fmt;
use core::marker::PhantomData;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A user's password.
pub type Password = Secret<kind::Password>;
/// An app client's secret.
pub type ClientSecret = Secret<kind::ClientSecret>;
/// The key by which a remembered device signs in.
pub type DevicePassword = Secret<kind::DevicePassword>;
/// An access token: a JWT that speaks for the user at Cognito and at resource servers.
pub type AccessToken = Secret<kind::AccessToken>;
/// An ID token: a JWT with the user's attributes.
pub type IdToken = Secret<kind::IdToken>;
/// A refresh token: opaque, and good for new tokens for as long as it lives.
pub type RefreshToken = Secret<kind::RefreshToken>;
/// The secret of an authenticator app, in base32.
pub type SecretCode = Secret<kind::SecretCode>;
/// The secret of an authenticator app as the text of a QR code.
pub type OtpauthUri = Secret<kind::OtpauthUri>;
/// The opaque `Session` string that carries a sign-in from one challenge to the next.
pub type ChallengeSession = Secret<kind::ChallengeSession>;
/// A token of a login provider, by which an identity pool knows a user: an ID token, an access token of Facebook or Amazon,
/// a SAML assertion in base64.
pub type LoginToken = Secret<kind::LoginToken>;
/// The token by which an identity pool vouches for an identity at the Security Token Service.
pub type OpenIdToken = Secret<kind::OpenIdToken>;
/// The secret half of AWS credentials, which requests are signed with.
pub type SecretAccessKey = Secret<kind::SecretAccessKey>;
/// What goes along with every request that temporary AWS credentials sign.
pub type SessionToken = Secret<kind::SessionToken>;
/// A secret among the parameters of a sign-in, such as a code or an answer; and any other that has no type of its own.
pub type Parameter = Secret<kind::Parameter>;

/// A secret text. The kind keeps one secret from being taken for another.
pub struct Secret<Kind> {
    text: Zeroizing<String>,
    kind: PhantomData<fn() -> Kind>,
}

impl<Kind> Secret<Kind> {
    /// Takes the text over.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: Zeroizing::new(text.into()), kind: PhantomData }
    }

    /// The text itself, to be sent or stored, never logged.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// Whether there is no text.
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
    /// Constant time for texts of one length.
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

/// The text itself: a stored or sent secret is as readable as it must be.
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

/// The kinds of secret.
#[expect(clippy::exhaustive_enums, reason = "complete: they have no values")]
pub mod kind {
    /// See [`Password`](super::Password).
    #[derive(Debug)]
    pub enum Password {}
    /// See [`ClientSecret`](super::ClientSecret).
    #[derive(Debug)]
    pub enum ClientSecret {}
    /// See [`DevicePassword`](super::DevicePassword).
    #[derive(Debug)]
    pub enum DevicePassword {}
    /// See [`AccessToken`](super::AccessToken).
    #[derive(Debug)]
    pub enum AccessToken {}
    /// See [`IdToken`](super::IdToken).
    #[derive(Debug)]
    pub enum IdToken {}
    /// See [`RefreshToken`](super::RefreshToken).
    #[derive(Debug)]
    pub enum RefreshToken {}
    /// See [`SecretCode`](super::SecretCode).
    #[derive(Debug)]
    pub enum SecretCode {}
    /// See [`OtpauthUri`](super::OtpauthUri).
    #[derive(Debug)]
    pub enum OtpauthUri {}
    /// See [`ChallengeSession`](super::ChallengeSession).
    #[derive(Debug)]
    pub enum ChallengeSession {}
    /// See [`LoginToken`](super::LoginToken).
    #[derive(Debug)]
    pub enum LoginToken {}
    /// See [`OpenIdToken`](super::OpenIdToken).
    #[derive(Debug)]
    pub enum OpenIdToken {}
    /// See [`SecretAccessKey`](super::SecretAccessKey).
    #[derive(Debug)]
    pub enum SecretAccessKey {}
    /// See [`SessionToken`](super::SessionToken).
    #[derive(Debug)]
    pub enum SessionToken {}
    /// See [`Parameter`](super::Parameter).
    #[derive(Debug)]
    pub enum Parameter {}
}
