//! The configuration of a client of a user pool: the user pool, the app client, the endpoint and headers.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;
use core::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::Mac;

use crate::configuration::connection::Connection;
use crate::configuration::endpoint::{self, Endpoint, EndpointVariant, Service};
use crate::error::{Error, InvalidInput, OtherEndpoint};
use crate::refresh_method::RefreshMethod;
use crate::secret::{ClientSecret, Parameter};
use crate::srp;

/// The id of a user pool, such as `us-east-1_QdbSdK39m`, which consists of a region and a name.
///
/// The service identifies the user pool by the app client, and not by this id. If the region is correct but
/// the name is wrong, a sign-in by SRP fails as if the password were wrong, because SRP hashes the name.
/// Other sign-ins fail with [`Error::OtherUserPool`] after the tokens have arrived.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UserPoolId {
    text: String,
    underscore: usize,
}

impl UserPoolId {
    /// Creates a user pool id after checking its form.
    ///
    /// # Errors
    /// When `id` does not consist of a region, one `_`, and a name of letters and digits, or when `id` is
    /// longer than 55 characters.
    pub fn new(id: impl Into<String>) -> Result<Self, InvalidInput> {
        let text = id.into();
        let invalid = |problem| InvalidInput::new("user pool id", problem);
        let underscore = text.find('_').ok_or(invalid("has no underscore between region and name"))?;
        let (region, name) =
            (text.get(..underscore).unwrap_or_default(), text.get(underscore + 1..).unwrap_or_default());
        if text.len() > 55 {
            return Err(invalid("is longer than 55 characters"));
        }
        if !endpoint::is_region(region) {
            return Err(invalid("must begin with a region of lower-case letters, digits and hyphens"));
        }
        if name.contains('_') {
            return Err(invalid("has more than one underscore"));
        }
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(invalid("must end with a name of letters and digits"));
        }
        Ok(Self { text, underscore })
    }

    /// Returns the region, which is the part of the id before the `_`.
    #[must_use]
    pub fn region(&self) -> &str {
        self.text.get(..self.underscore).unwrap_or_default()
    }

    /// Returns the name, which is the part of the id after the `_`. SRP uses this name instead of the whole
    /// id.
    #[must_use]
    pub fn name(&self) -> &str {
        self.text.get(self.underscore + 1..).unwrap_or_default()
    }

    /// Returns the id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the name of this user pool as a login provider of an identity pool, such as
    /// `cognito-idp.us-east-1.amazonaws.com/us-east-1_QdbSdK39m`. The name contains the user pool's region
    /// and the domain of AWS in this region.
    #[must_use]
    pub fn login_provider(&self) -> String {
        let region = self.region();
        format!("cognito-idp.{region}.{}/{self}", endpoint::domain_of(region))
    }
}

impl FromStr for UserPoolId {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        Self::new(text)
    }
}

impl fmt::Display for UserPoolId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// An app client of a user pool, with the endpoint and the headers of requests. Every call and flow of a user
/// pool needs an app client. Cloning an `AppClient` is cheap.
///
/// ```
/// use cognito_core::{AppClient, Endpoint, UserPoolId};
///
/// let user_pool_id = UserPoolId::new("us-east-1_QdbSdK39m")?;
/// let app_client = AppClient::new(user_pool_id, "3pu8tnp684l4lmlfoth25ojmd2")?
///     .with_endpoint(Endpoint::custom("https://auth.example.com/cognito")?)
///     .with_header("x-api-key", "0a1b2c")?
///     .with_user_agent("my-app/1.2")?;
/// # Ok::<(), cognito_core::error::InvalidInput>(())
/// ```
#[derive(Clone)]
pub struct AppClient(Arc<Settings>);

#[derive(Clone)]
struct Settings {
    user_pool_id: UserPoolId,
    client_id: String,
    client_secret: Option<ClientSecret>,
    connection: Connection,
    refresh_method: RefreshMethod,
}

impl AppClient {
    /// Creates the description of an existing app client, without a client secret. Requests go to AWS's
    /// endpoint for the user pool's region.
    ///
    /// # Errors
    /// When the client id is empty, is longer than 128 characters, or contains characters other than letters,
    /// digits, `_` and `+`.
    pub fn new(user_pool_id: UserPoolId, client_id: impl Into<String>) -> Result<Self, InvalidInput> {
        let client_id = client_id.into();
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'+';
        if client_id.is_empty() || client_id.len() > 128 || !client_id.bytes().all(is_plain) {
            return Err(InvalidInput::new("client id", "must be 1 to 128 letters, digits, _ or +"));
        }
        let connection = Connection::new(Service::UserPools, user_pool_id.region())?;
        let settings = Settings {
            user_pool_id,
            client_id,
            client_secret: None,
            connection,
            refresh_method: RefreshMethod::default(),
        };
        Ok(Self(Arc::new(settings)))
    }

    /// Sets the secret of the app client. An empty text removes the secret. This method removes spaces and
    /// line breaks around the secret. No client secret contains spaces or line breaks, but a file or an
    /// environment variable may end with a line break.
    ///
    /// Each request contains a secret hash, computed from the client secret, the client id and the user name
    /// in the request:
    /// <https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html#cognito-user-pools-computing-secret-hash>
    #[must_use]
    pub fn with_secret(self, secret: impl Into<ClientSecret>) -> Self {
        let secret = secret.into();
        let trimmed = ClientSecret::from(secret.expose().trim());
        self.with(|settings| settings.client_secret = (!trimmed.is_empty()).then_some(trimmed))
    }

    /// Sets the endpoint of all requests.
    #[must_use]
    pub fn with_endpoint(self, endpoint: Endpoint) -> Self {
        self.with(|settings| settings.connection.endpoint = endpoint)
    }

    /// Sets the endpoint of all requests to AWS's endpoint for the user pool's region. The variant says
    /// whether the endpoint uses FIPS and dual stack.
    ///
    /// # Errors
    /// When the user pool's region is invalid: see [`Endpoint::for_service`].
    pub fn with_endpoint_variant(self, variant: EndpointVariant) -> Result<Self, InvalidInput> {
        let endpoint = Endpoint::for_service(Service::UserPools, self.user_pool_id().region(), variant)?;
        Ok(self.with_endpoint(endpoint))
    }

    /// Adds a header to all requests, such as an API key for a proxy or a token for a web application
    /// firewall.
    ///
    /// # Errors
    /// When the name or the value is not valid in a header, or when this crate or the transport sets the
    /// header itself.
    pub fn with_header(mut self, name: &str, value: &str) -> Result<Self, InvalidInput> {
        Arc::make_mut(&mut self.0).connection.add_header(name, value)?;
        Ok(self)
    }

    /// Appends a space and a text such as `my-app/1.2` to the `user-agent` header.
    ///
    /// # Errors
    /// When the text is empty or contains characters other than printable ASCII.
    pub fn with_user_agent(mut self, addition: &str) -> Result<Self, InvalidInput> {
        Arc::make_mut(&mut self.0).connection.append_to_user_agent(addition)?;
        Ok(self)
    }

    /// Sets the operation that refreshes tokens.
    #[must_use]
    pub fn with_refresh_method(self, method: RefreshMethod) -> Self {
        self.with(|settings| settings.refresh_method = method)
    }

    /// Returns the operation that refreshes tokens.
    #[must_use]
    pub fn refresh_method(&self) -> RefreshMethod {
        self.0.refresh_method
    }

    /// Returns the id of the user pool.
    #[must_use]
    pub fn user_pool_id(&self) -> &UserPoolId {
        &self.0.user_pool_id
    }

    /// Returns the id of the app client.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.0.client_id
    }

    /// Returns the endpoint of all requests.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.0.connection.endpoint
    }

    /// Checks that a session or a challenge from the endpoint `signed_in_at` belongs to the endpoint of this
    /// app client. All of AWS's own endpoints in the user pool's region are treated as the same endpoint.
    /// `None` means an endpoint of AWS.
    pub(crate) fn require_endpoint(&self, signed_in_at: Option<&str>) -> Result<(), Error> {
        let configured = self.endpoint().url();
        let is_of_aws = |url: &str| Endpoint::is_of_aws(url, Service::UserPools, self.user_pool_id().region());
        if signed_in_at == Some(configured) || signed_in_at.is_none_or(is_of_aws) && is_of_aws(configured) {
            return Ok(());
        }
        let signed_in_at = signed_in_at.map(Into::into);
        Err(Error::OtherEndpoint(Box::new(OtherEndpoint { signed_in_at, configured: configured.into() })))
    }

    pub(crate) fn client_secret(&self) -> Option<&ClientSecret> {
        self.0.client_secret.as_ref()
    }

    /// Returns the `SECRET_HASH` of a request with this user name, or `None` when the app client has no
    /// secret.
    pub(crate) fn secret_hash(&self, username: &str) -> Option<Parameter> {
        let mut mac = srp::hmac(self.client_secret()?.expose().as_bytes());
        mac.update(username.as_bytes());
        mac.update(self.client_id().as_bytes());
        Some(Parameter::from(STANDARD.encode(mac.finalize().into_bytes())))
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.0.connection
    }

    fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }
}

impl fmt::Debug for AppClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AppClient")
            .field("user_pool_id", &self.0.user_pool_id.as_str())
            .field("client_id", &self.0.client_id)
            .field("client_secret", &self.0.client_secret)
            .field("connection", &self.0.connection)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use proptest::prelude::*;

    use super::*;

    fn pool() -> UserPoolId {
        UserPoolId::new("us-east-1_QdbSdK39m").unwrap()
    }

    #[test]
    fn a_user_pool_id_is_a_region_and_a_name() {
        let id = UserPoolId::new("us-gov-west-1_A1").unwrap();
        assert_eq!((id.region(), id.name(), id.as_str()), ("us-gov-west-1", "A1", "us-gov-west-1_A1"));
    }

    proptest! {
        #[test]
        fn a_valid_user_pool_id_prints_as_it_was_parsed(region in "[a-z0-9-]{1,15}", name in "[A-Za-z0-9]{1,39}") {
            let text = format!("{region}_{name}");
            let id: UserPoolId = text.parse().unwrap();
            prop_assert_eq!((id.region(), id.name(), format!("{id}")), (&*region, &*name, text));
        }

        #[test]
        fn parsing_any_text_as_a_user_pool_id_does_not_panic(text in "[A-Za-z0-9:._-]{0,60}|.{0,60}") {
            if let Ok(id) = UserPoolId::new(&*text) {
                prop_assert_eq!(format!("{id}"), text);
            }
        }
    }

    #[test]
    fn an_invalid_user_pool_id_says_what_is_wrong() {
        for (id, problem) in [
            ("", "has no underscore between region and name"),
            ("us-east-1-abc", "has no underscore between region and name"),
            ("us_east_1_abc", "has more than one underscore"),
            ("_abc", "must begin with a region of lower-case letters, digits and hyphens"),
            ("US-EAST-1_abc", "must begin with a region of lower-case letters, digits and hyphens"),
            ("us-east-1_", "must end with a name of letters and digits"),
            ("us-east-1_ab-c", "must end with a name of letters and digits"),
            ("us-east-1_äb", "must end with a name of letters and digits"),
            ("us-east-1_0123456789012345678901234567890123456789012345", "is longer than 55 characters"),
        ] {
            assert_eq!(UserPoolId::new(id).unwrap_err(), InvalidInput::new("user pool id", problem), "{id}");
        }
        assert!(UserPoolId::new("us-east-1_012345678901234567890123456789012345678901234").is_ok());
    }

    #[test]
    fn an_empty_secret_is_no_secret() {
        let client = AppClient::new(pool(), "3pu8").unwrap();
        assert!(client.clone().with_secret("").secret_hash("alice").is_none());
        assert!(client.with_secret("s3cr3t").secret_hash("alice").is_some());
    }

    /// Regression: if the secret came from a file and ended with a line break, the service answered "Unable
    /// to verify secret hash".
    #[test]
    fn spaces_around_a_secret_are_removed() {
        let client = AppClient::new(pool(), "3pu8").unwrap();
        let expected = client.clone().with_secret("s3cr3t").secret_hash("alice");
        for secret in ["s3cr3t\n", "s3cr3t\r\n", " s3cr3t ", "\ts3cr3t\u{a0}"] {
            assert_eq!(client.clone().with_secret(secret).secret_hash("alice"), expected, "{secret:?}");
        }
        assert!(client.with_secret(" \n").secret_hash("alice").is_none());
    }

    #[test]
    fn the_secret_hash_is_an_hmac_over_user_name_and_client_id() {
        let client = AppClient::new(pool(), "3pu8tnp684l4lmlfoth25ojmd2").unwrap().with_secret("s3cr3t");
        // The expected value is from Python's module `hmac`.
        assert_eq!(client.secret_hash("alice").unwrap().expose(), "yaRTqp3b5Za3uwAaHnp5LnC6i2vxHcuZxsO6H2Nd+FY=");
    }

    #[test]
    fn an_invalid_or_reserved_header_is_rejected() {
        let client = AppClient::new(pool(), "3pu8").unwrap();
        for (name, value) in
            [("", "x"), ("a b", "x"), ("a:", "x"), ("x-key", "a\r\nb: c"), ("x-key", "ä"), ("Host", "x")]
        {
            assert!(client.clone().with_header(name, value).is_err(), "{name:?}");
        }
        assert!(client.clone().with_user_agent("a\nb").is_err());
        assert!(client.with_header("x-amz-waf-token", "abc def").is_ok());
    }

    #[test]
    fn an_invalid_client_id_is_rejected() {
        for id in ["", "a b", "a-b", "ä"] {
            assert!(AppClient::new(pool(), id).is_err(), "{id}");
        }
    }

    #[test]
    fn debug_shows_neither_the_secret_nor_the_values_of_headers() {
        let client =
            AppClient::new(pool(), "3pu8").unwrap().with_secret("s3cr3t").with_header("x-api-key", "k3y").unwrap();
        let debug = format!("{client:?}");
        assert!(debug.contains("x-api-key") && !debug.contains("k3y") && !debug.contains("s3cr3t"), "{debug}");
    }
}
