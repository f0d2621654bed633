//! Requests to OAuth 2.0 endpoints such as the token endpoint: the request is a form, and the response is
//! JSON.
//!
//! See [RFC 6749](https://www.rfc-editor.org/rfc/rfc6749), sections 2.3.1, 4.1.3, 5.1, 5.2 and appendix B.

use alloc::string::String;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::configuration::endpoint::Endpoint;
use crate::encoding::percent;
use crate::error::Error;
use crate::http::{Headers, Request, Response};
use crate::protocol::answer::{Metadata, is_name};
use crate::secret::ClientSecret;

#[derive(Debug, Clone, Copy)]
pub(crate) struct OAuthForm;

/// The client id and client secret for HTTP Basic authentication (RFC 6749, section 2.3.1).
#[derive(Debug, Clone, Copy)]
pub(crate) struct BasicAuthentication<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) client_secret: &'a ClientSecret,
}

impl OAuthForm {
    /// Writes a request whose body is a form with these parameters. If the app client has a secret, pass
    /// `authentication`. Otherwise, pass the parameter `client_id`.
    pub(crate) fn request(
        endpoint: &Endpoint,
        operation: &'static str,
        parameters: &[(&str, &str)],
        authentication: Option<BasicAuthentication<'_>>,
    ) -> Request {
        let mut headers = Headers::new();
        headers.push("content-type", "application/x-www-form-urlencoded");
        headers.push("accept", "application/json");
        if let Some(authentication) = authentication {
            headers.push("authorization", &*authentication.header());
        }
        Request::post(endpoint.url(), headers, form(parameters).into_bytes()).for_operation(operation)
    }

    pub(crate) fn read<T: DeserializeOwned>(response: &Response, metadata: &Metadata) -> Result<T, Error> {
        metadata.require_success(response, || refusal(response, metadata))?;
        metadata.read_result(response.body())
    }
}

impl BasicAuthentication<'_> {
    /// Returns the value of the header `authorization`. The client id and the secret are percent-encoded
    /// before they are joined with a colon.
    fn header(self) -> Zeroizing<String> {
        let (client_id, client_secret) = (self.client_id, self.client_secret.expose());
        // The buffer is large enough from the start, because a growing buffer leaves copies of secrets in
        // memory. Percent-encoding turns each byte into at most three characters.
        let mut pair = Zeroizing::new(String::with_capacity(3 * (client_id.len() + client_secret.len()) + 1));
        percent::encode_into(&mut pair, client_id, percent::FORM);
        pair.push(':');
        percent::encode_into(&mut pair, client_secret, percent::FORM);
        let encoded = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
        Zeroizing::new(["Basic ", &encoded].concat())
    }
}

fn form(parameters: &[(&str, &str)]) -> String {
    // The buffer is large enough from the start, because a growing buffer leaves copies of secrets in memory.
    let length = parameters.iter().map(|(name, value)| 2 + 3 * (name.len() + value.len())).sum();
    let mut form = String::with_capacity(length);
    for (name, value) in parameters {
        if !form.is_empty() {
            form.push('&');
        }
        percent::encode_into(&mut form, name, percent::FORM);
        form.push('=');
        percent::encode_into(&mut form, value, percent::FORM);
    }
    form
}

/// Reads the error from an error response: `{"error": "invalid_grant", "error_description": "…"}`.
pub(super) fn refusal(response: &Response, metadata: &Metadata) -> Error {
    let Ok(body) = serde_json::from_slice::<Map<String, Value>>(response.body()) else {
        return metadata.malformed_showing(response.body(), "the error is not valid JSON");
    };
    let member = |name| body.get(name).and_then(Value::as_str);
    match member("error").filter(|code| is_name(code)) {
        Some(code) => metadata.refused(code, member("error_description").unwrap_or_default()),
        None => metadata.malformed_showing(response.body(), "the error has no valid name"),
    }
}

#[cfg(test)]
mod tests;
