//! Conversions to and from the types of the `http` crate.

use alloc::vec::Vec;

use http::HeaderMap;

use super::{Headers, Method, Request, Response};

impl From<Method> for http::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => Self::GET,
            Method::Post => Self::POST,
        }
    }
}

/// Borrows the body of the request, so that the conversion does not copy the secrets in the body.
impl<'a> TryFrom<&'a Request> for http::Request<&'a [u8]> {
    type Error = http::Error;

    fn try_from(request: &'a Request) -> Result<Self, http::Error> {
        let mut builder = http::Request::builder().method(request.method()).uri(request.url());
        for (name, value) in request.headers().iter() {
            builder = builder.header(name, value);
        }
        builder.body(request.body())
    }
}

impl From<http::Response<Vec<u8>>> for Response {
    fn from(response: http::Response<Vec<u8>>) -> Self {
        let (parts, body) = response.into_parts();
        Self::new(parts.status.as_u16(), Headers::from(&parts.headers), body)
    }
}

/// Omits headers with values that are not ASCII text, because this crate does not need such headers.
impl From<&HeaderMap> for Headers {
    fn from(headers: &HeaderMap) -> Self {
        headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::NOW;

    #[test]
    fn a_request_converts_to_the_type_of_the_http_crate() {
        let client = crate::test_support::app_client();
        let sign_up = crate::operation::SignUp::new("alice", "Very$ecur3");
        let request = crate::test_support::sent(crate::Flow::step(
            &mut crate::Call::new(&client, sign_up),
            NOW,
            crate::Event::Start,
        ));
        let converted = http::Request::try_from(&request).unwrap();
        assert_eq!(converted.method(), http::Method::POST);
        assert_eq!(converted.uri(), "https://cognito-idp.us-east-1.amazonaws.com/");
        assert_eq!(converted.headers()["x-amz-target"], "AWSCognitoIdentityProviderService.SignUp");
        assert_eq!(*converted.body(), request.body());
    }

    #[test]
    fn a_get_converts_to_the_type_of_the_http_crate() {
        let request = Request::get("https://example.com/jwks.json", Headers::new());
        let converted = http::Request::try_from(&request).unwrap();
        assert_eq!((converted.method(), *converted.body()), (&http::Method::GET, &b""[..]));
    }

    #[test]
    fn a_response_converts_from_the_type_of_the_http_crate() {
        let response = http::Response::builder()
            .status(400)
            .header("X-Amzn-RequestId", "0d4f")
            .header("x-binary", http::HeaderValue::from_bytes(b"\xff").unwrap())
            .body(b"{}".to_vec())
            .unwrap();
        let converted = Response::from(response);
        assert_eq!((converted.status(), converted.body()), (400, &b"{}"[..]));
        assert_eq!(converted.headers().get("x-amzn-requestid"), Some("0d4f"));
        assert_eq!(converted.headers().get("x-binary"), None);
    }
}
