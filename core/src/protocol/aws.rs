//! The protocol of each AWS service.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::configuration::endpoint::{Endpoint, Service};
use crate::error::{Error, InvalidInput};
use crate::http::{Request, Response};
use crate::protocol::answer::Metadata;
use crate::protocol::aws_json::AwsJson;
use crate::protocol::aws_query::AwsQuery;

/// A protocol of AWS services.
#[derive(Debug, Clone, Copy)]
pub(super) enum AwsProtocol {
    Json(AwsJson),
    Query(AwsQuery),
}

impl Service {
    /// Returns the protocol of the service.
    pub(super) fn protocol(self) -> AwsProtocol {
        match self {
            Self::UserPools => AwsProtocol::Json(AwsJson { target_prefix: "AWSCognitoIdentityProviderService" }),
            Self::IdentityPools => AwsProtocol::Json(AwsJson { target_prefix: "AWSCognitoIdentityService" }),
            Self::Sts => AwsProtocol::Query(AwsQuery { version: "2011-06-15" }),
        }
    }
}

impl AwsProtocol {
    /// Writes the request of an operation.
    pub(super) fn request(
        self,
        endpoint: &Endpoint,
        operation: &'static str,
        members: &impl Serialize,
    ) -> Result<Request, InvalidInput> {
        match self {
            Self::Json(json) => json.request(endpoint, operation, members),
            Self::Query(query) => query.request(endpoint, operation, members),
        }
    }

    /// Reads the response to an operation.
    pub(super) fn read<T: DeserializeOwned>(
        self,
        operation: &str,
        response: &Response,
        metadata: &Metadata,
    ) -> Result<T, Error> {
        match self {
            Self::Json(json) => json.read(response, metadata),
            Self::Query(query) => query.read(operation, response, metadata),
        }
    }
}
