//! The configuration of a client of an identity pool.

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;
use core::str::FromStr;

use crate::configuration::connection::Connection;
use crate::configuration::endpoint::{self, Endpoint, EndpointVariant, Service};
use crate::error::InvalidInput;

/// The id of an identity pool, such as `us-east-1:0d4f6c1e-5f1d-4b4e-9a57-2b1f0c3d8e7a`, which consists of a
/// region and a GUID.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdentityPoolId {
    text: String,
    colon: usize,
}

impl IdentityPoolId {
    /// Creates an identity pool id after checking its form.
    ///
    /// # Errors
    /// When `id` does not consist of a region, one `:`, and a GUID of lower-case hexadecimal digits and
    /// hyphens, or when `id` is longer than 55 characters.
    pub fn new(id: impl Into<String>) -> Result<Self, InvalidInput> {
        let text = id.into();
        let invalid = |problem| InvalidInput::new("identity pool id", problem);
        let colon = text.find(':').ok_or(invalid("has no colon between region and GUID"))?;
        if text.len() > 55 {
            return Err(invalid("is longer than 55 characters"));
        }
        if !is_id(&text) {
            return Err(invalid("must be a region, a colon and a GUID of lower-case hexadecimal digits and hyphens"));
        }
        Ok(Self { text, colon })
    }

    /// Returns the region, which is the part of the id before the `:`.
    #[must_use]
    pub fn region(&self) -> &str {
        self.text.get(..self.colon).unwrap_or_default()
    }

    /// Returns the id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// Returns whether a text has the form of an identity pool id, which is also the form of an identity id.
pub(crate) fn is_id(text: &str) -> bool {
    let is_guid = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-');
    let parts = text.split_once(':').filter(|_| text.len() <= 55);
    parts.is_some_and(|(region, guid)| endpoint::is_region(region) && !guid.is_empty() && guid.bytes().all(is_guid))
}

impl FromStr for IdentityPoolId {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        Self::new(text)
    }
}

impl fmt::Display for IdentityPoolId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// An identity pool, with the endpoints of the identity pool and of the Security Token Service. Every call
/// and flow of an identity pool needs an `IdentityPool`. Cloning an `IdentityPool` is cheap.
///
/// ```
/// use cognito_core::{IdentityPool, IdentityPoolId};
///
/// let id = IdentityPoolId::new("us-east-1:0d4f6c1e-5f1d-4b4e-9a57-2b1f0c3d8e7a")?;
/// let identity_pool = IdentityPool::new(id)?;
/// # Ok::<(), cognito_core::error::InvalidInput>(())
/// ```
#[derive(Clone)]
pub struct IdentityPool(Arc<Settings>);

#[derive(Clone)]
struct Settings {
    id: IdentityPoolId,
    connection: Connection,
    sts_endpoint: Endpoint,
}

impl IdentityPool {
    /// Creates the description of an existing identity pool. Requests go to AWS's endpoints for the identity
    /// pool's region.
    ///
    /// # Errors
    /// When the identity pool's region is invalid: see [`Endpoint::for_service`].
    pub fn new(id: IdentityPoolId) -> Result<Self, InvalidInput> {
        let connection = Connection::new(Service::IdentityPools, id.region())?;
        let sts_endpoint = Endpoint::for_service(Service::Sts, id.region(), EndpointVariant::default())?;
        Ok(Self(Arc::new(Settings { id, connection, sts_endpoint })))
    }

    /// Sets the endpoint of requests to the identity pool.
    #[must_use]
    pub fn with_endpoint(mut self, endpoint: Endpoint) -> Self {
        Arc::make_mut(&mut self.0).connection.endpoint = endpoint;
        self
    }

    /// Sets the endpoint of requests to the Security Token Service. Only the basic flow sends requests to the
    /// Security Token Service.
    #[must_use]
    pub fn with_sts_endpoint(mut self, endpoint: Endpoint) -> Self {
        Arc::make_mut(&mut self.0).sts_endpoint = endpoint;
        self
    }

    /// Sets the endpoints of all requests to AWS's endpoints for the identity pool's region. The variant says
    /// whether the endpoints use FIPS and dual stack.
    ///
    /// # Errors
    /// When the identity pool's region is invalid: see [`Endpoint::for_service`].
    pub fn with_endpoint_variant(self, variant: EndpointVariant) -> Result<Self, InvalidInput> {
        let endpoint = Endpoint::for_service(Service::IdentityPools, self.0.id.region(), variant)?;
        let sts_endpoint = Endpoint::for_service(Service::Sts, self.0.id.region(), variant)?;
        Ok(self.with_endpoint(endpoint).with_sts_endpoint(sts_endpoint))
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

    /// Returns the id of the identity pool.
    #[must_use]
    pub fn id(&self) -> &IdentityPoolId {
        &self.0.id
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.0.connection
    }

    /// Returns the URL of the identity pool's endpoint, or `None` if the endpoint is one of AWS's own
    /// endpoints.
    pub(crate) fn custom_endpoint(&self) -> Option<&str> {
        let url = self.endpoint_of(Service::IdentityPools).url();
        Some(url).filter(|url| !Endpoint::is_of_aws(url, Service::IdentityPools, self.id().region()))
    }

    /// Returns the endpoint of requests to a service.
    pub(crate) fn endpoint_of(&self, service: Service) -> &Endpoint {
        match service {
            Service::Sts => &self.0.sts_endpoint,
            Service::IdentityPools | Service::UserPools => &self.0.connection.endpoint,
        }
    }
}

impl fmt::Debug for IdentityPool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("IdentityPool")
            .field("id", &self.0.id.as_str())
            .field("connection", &self.0.connection)
            .field("sts_endpoint", &self.0.sts_endpoint.url())
            .finish()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use alloc::string::ToString;

    use proptest::prelude::*;

    use super::*;
    use crate::operation::GetId;
    use crate::test_support::{NOW, sent};
    use crate::{Call, Event, Flow, Logins};

    pub(crate) const POOL: &str = "us-east-1:0d4f6c1e-5f1d-4b4e-9a57-2b1f0c3d8e7a";

    pub(crate) fn identity_pool() -> IdentityPool {
        IdentityPool::new(IdentityPoolId::new(POOL).unwrap()).unwrap()
    }

    #[test]
    fn an_identity_pool_id_is_a_region_and_a_guid() {
        let id = IdentityPoolId::new(POOL).unwrap();
        assert_eq!((id.region(), id.as_str()), ("us-east-1", POOL));
    }

    proptest! {
        #[test]
        fn a_valid_identity_pool_id_prints_as_it_was_parsed(region in "[a-z0-9-]{1,15}", guid in "[0-9a-f-]{1,39}") {
            let text = alloc::format!("{region}:{guid}");
            let id: IdentityPoolId = text.parse().unwrap();
            prop_assert_eq!((id.region(), id.as_str(), id.to_string()), (&*region, &*text, text.clone()));
        }

        #[test]
        fn parsing_any_text_as_an_identity_pool_id_does_not_panic(text in "[a-z0-9:._-]{0,60}|.{0,60}") {
            if let Ok(id) = IdentityPoolId::new(&*text) {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }

    #[test]
    fn an_invalid_identity_pool_id_is_rejected() {
        for id in [
            "",
            "us-east-1",
            "us-east-1:",
            ":0d4f",
            "us-east-1_QdbSdK39m",
            "US-EAST-1:0d4f",
            "us-east-1:0D4F",
            "us-east-1:0d4f:1",
            "us-east-1:xyz",
            "evil.example/:0d4f",
            "us-east-1:0d4f6c1e-5f1d-4b4e-9a57-2b1f0c3d8e7a-0d4f6c1e5f1d",
        ] {
            assert!(IdentityPoolId::new(id).is_err(), "{id}");
        }
    }

    #[test]
    fn every_request_has_the_endpoint_and_the_headers() {
        let pool = identity_pool()
            .with_endpoint(Endpoint::custom("https://proxy.example.com/identity").unwrap())
            .with_header("x-api-key", "k3y")
            .unwrap();
        let request = sent(Call::for_identity_pool(&pool, GetId::new(POOL, Logins::new())).step(NOW, Event::Start));
        assert_eq!(request.url(), "https://proxy.example.com/identity");
        assert_eq!(request.headers().get("x-amz-target"), Some("AWSCognitoIdentityService.GetId"));
        assert_eq!(request.headers().get("x-api-key"), Some("k3y"));
        assert!(!alloc::format!("{pool:?}").contains("k3y"));
    }
}
