//! The protocol of each AWS service.

use serde::Serialize;

use crate::configuration::endpoint::{Endpoint, Service};
use crate::error::{Error, InvalidInput};
use crate::http::{Request, Response};
use crate::operation::Operation;
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
    pub(super) fn read<O: Operation>(self, response: &Response, metadata: &Metadata) -> Result<O::Response, Error> {
        match self {
            Self::Json(json) => json.read(O::HAS_EMPTY_RESPONSE, response, metadata),
            Self::Query(query) => query.read(O::NAME, response, metadata),
        }
    }
}
