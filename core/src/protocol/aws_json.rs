//! AWS's JSON protocol, version 1.1: the request and the response are JSON.
//!
//! <https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html>

use alloc::string::String;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::configuration::endpoint::Endpoint;
use crate::encoding::json;
use crate::error::{Error, InvalidInput};
use crate::http::{Headers, Request, Response};
use crate::protocol::answer::{Metadata, is_name};

#[derive(Debug, Clone, Copy)]
pub(super) struct AwsJson {
    /// The name of the service in the header `x-amz-target`.
    pub(super) target_prefix: &'static str,
}

impl AwsJson {
    /// Writes the request of an operation. The body contains the request's members, and the header
    /// `x-amz-target` names the operation.
    pub(super) fn request(
        self,
        endpoint: &Endpoint,
        operation: &'static str,
        members: &impl Serialize,
    ) -> Result<Request, InvalidInput> {
        let body = json::to_vec(members).ok_or(InvalidInput::new("request", "cannot be written as JSON"))?;
        let mut headers = Headers::new();
        headers.push("content-type", "application/x-amz-json-1.1");
        headers.push("x-amz-target", [self.target_prefix, operation].join("."));
        Ok(Request::post(endpoint.url(), headers, body).for_operation(operation))
    }

    /// Reads the response to an operation. `may_be_empty` says whether the body may be empty.
    pub(super) fn read<T: DeserializeOwned>(
        self,
        may_be_empty: bool,
        response: &Response,
        metadata: &Metadata,
    ) -> Result<T, Error> {
        metadata.require_success(response, || refusal(response, metadata, "the error is not valid JSON"))?;
        let is_empty = may_be_empty && response.body().is_empty();
        metadata.read_result(if is_empty { b"{}" } else { response.body() })
    }
}

/// Reads the error from an error response. If the body is not JSON and no header names the error, the result
/// is a malformed response with the reason `not_json`.
pub(super) fn refusal(response: &Response, metadata: &Metadata, not_json: &str) -> Error {
    let body = serde_json::from_slice::<Map<String, Value>>(response.body());
    let is_json = body.is_ok();
    let body = body.unwrap_or_default();
    // A response may lack some of these members and headers. A member that is not a string is treated as
    // absent.
    let member = |name| body.get(name).and_then(Value::as_str);
    let header = |name| response.headers().get(name);
    let names = [member("__type"), member("code"), header("x-amzn-errortype")];
    let code = names.into_iter().flatten().map(bare_code).find(|code| !code.is_empty());
    let Some(code) = code.filter(|code| is_name(code)) else {
        let reason = if is_json { "the error has no valid name" } else { not_json };
        return metadata.malformed_showing(response.body(), reason);
    };
    let message = member("message").or(member("Message")).or(header("x-amzn-errormessage")).unwrap_or_default();
    metadata.refused(code, message)
}

/// Removes the namespace (the text before a `#`) and the suffix (the text after a `:` or `,`) from the name
/// of an error.
fn bare_code(text: &str) -> &str {
    let text = text.split([':', ',']).next().unwrap_or_default();
    text.rsplit('#').next().unwrap_or_default().trim()
}
