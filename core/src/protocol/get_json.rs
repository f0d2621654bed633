//! Fetches a JSON document with GET, such as a key set ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517))
//! or a user's claims ([UserInfo](https://openid.net/specs/openid-connect-core-1_0.html#UserInfo)). Error
//! responses have the form that OAuth 2.0 defines.

use alloc::string::String;

use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::configuration::endpoint::Endpoint;
use crate::error::Error;
use crate::http::{Headers, Request, Response};
use crate::protocol::answer::Metadata;
use crate::protocol::oauth_form;
use crate::secret::AccessToken;

#[derive(Debug, Clone, Copy)]
pub(crate) struct GetJson;

impl GetJson {
    /// Writes the request for a JSON document. If `bearer` is not `None`, the request contains that access
    /// token as a bearer token ([RFC 6750 section 2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)).
    pub(crate) fn request(endpoint: &Endpoint, operation: &'static str, bearer: Option<&AccessToken>) -> Request {
        let mut headers = Headers::new();
        headers.push("accept", "application/json");
        if let Some(token) = bearer {
            let header: Zeroizing<String> = Zeroizing::new(["Bearer ", token.expose()].concat());
            headers.push("authorization", &*header);
        }
        Request::get(endpoint.url(), headers).for_operation(operation)
    }

    pub(crate) fn read<T: DeserializeOwned>(response: &Response, metadata: &Metadata) -> Result<T, Error> {
        metadata.require_success(response, || oauth_form::refusal(response, metadata))?;
        metadata.read_result(response.body())
    }
}

#[cfg(test)]
mod tests;
