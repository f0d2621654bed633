//! The rule that decides whether a response reports a success. Every protocol uses this rule.
//!
//! A response reports a success only if all these conditions are true:
//!
//! - Its status is 200. The service reports a success with no other status.
//! - It has no header `x-amzn-waf-action`. A response with this header comes from AWS WAF and not from the
//!   service. It also has no header `x-amzn-errortype`, which names an error.
//! - Its body is valid for the operation and has no top-level member that names an error. If the body
//!   contains tokens, only the member `__type` is treated as the name of an error. The body may be empty only
//!   if AWS documents that the response has no members ([`HAS_EMPTY_RESPONSE`]).
//!
//! A response with the status 400 or above is an error response. Any other response is malformed. The reason
//! in the error says what this crate knows about the request. Unless the reason says that the service did not
//! receive the request, the service may have processed the request.
//!
//! [`HAS_EMPTY_RESPONSE`]: crate::operation::Operation::HAS_EMPTY_RESPONSE

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;

use serde::de::{DeserializeOwned, IgnoredAny};

use crate::error::Error;
use crate::http::Response;
use crate::protocol::answer::{Metadata, read_object};

/// The names of error members in lower case. AWS services, API gateways, Lambda functions and OAuth servers
/// report an error in such a member. No successful response of an operation has a top-level member with such
/// a name.
const ERROR_MEMBERS: [&str; 8] =
    ["__type", "code", "error", "errors", "error_description", "errormessage", "errortype", "message"];

/// The maximum length of a host in an error message, in bytes. The longest host name has 253 bytes, and a
/// port with its colon has 6 bytes.
const MAX_HOST_BYTES: usize = 253 + 6;

impl Metadata {
    /// Checks that the status and the headers of a response report a success. If the response is an error
    /// response, the result is the error that `refusal` returns.
    pub(super) fn require_success(&self, response: &Response, refusal: impl FnOnce() -> Error) -> Result<(), Error> {
        let headers = response.headers();
        if let Some(action) = headers.get("x-amzn-waf-action") {
            let task = if action.trim().eq_ignore_ascii_case("captcha") { "CAPTCHA" } else { "challenge" };
            return Err(self.malformed(format!(
                "AWS WAF asks for a {task}, which only a browser can answer: the service did not receive the request"
            )));
        }
        match self.status {
            200 if headers.get("x-amzn-errortype").is_some() => {
                Err(self.malformed("a header names an error, but the status is that of a success"))
            }
            200 => Ok(()),
            300..400 => Err(self.malformed_showing(response.body(), redirect(headers.get("location")))),
            400.. => Err(refusal()),
            _ => Err(self.malformed(
                "the service reports a success only with the status 200: it may or may not have processed the request",
            )),
        }
    }

    /// Reads the JSON object in the body of a successful response.
    pub(super) fn read_result<T: DeserializeOwned>(&self, body: &[u8]) -> Result<T, Error> {
        // If the body is not a JSON object, `read_object` returns the error.
        let members = serde_json::from_slice::<BTreeMap<String, Option<IgnoredAny>>>(body).unwrap_or_default();
        // The service may not issue the tokens a second time. Therefore only the member `__type` makes a
        // response with tokens malformed.
        let has_tokens = members.get("AuthenticationResult").is_some_and(Option::is_some);
        let known_names = if has_tokens { &["__type"][..] } else { &ERROR_MEMBERS };
        let names_error = |name: &str| known_names.iter().any(|known| known.eq_ignore_ascii_case(name));
        if members.iter().any(|(name, value)| value.is_some() && names_error(name)) {
            return Err(self.malformed("the body names an error, but the status is that of a success"));
        }
        read_object(body, self)
    }
}

/// Describes a redirect in an error message. The description contains the host in the header `Location`, but
/// neither the path nor the query, because they may contain an identifier of the user.
fn redirect(location: Option<&str>) -> String {
    let host = location.and_then(host);
    let target = host.map_or_else(String::new, |host| format!(" to {host}"));
    format!(
        "the response redirects{target}, which the service never does: a proxy, a firewall or a captive portal \
         answered, and the service probably did not receive the request"
    )
}

/// Returns the host of an absolute URL, with the port if the URL has one, or `None` if the URL has no valid
/// host.
fn host(url: &str) -> Option<&str> {
    let (scheme, rest) = url.trim().split_once("//")?;
    let is_scheme = |scheme: &str| scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    if !(scheme.is_empty() || scheme.strip_suffix(':').is_some_and(is_scheme)) {
        return None;
    }
    let authority = rest.split(['/', '\\', '?', '#']).next()?;
    // A user name and a password may come before the host.
    let host = authority.rsplit('@').next()?;
    let is_host_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
    (!host.is_empty() && host.len() <= MAX_HOST_BYTES && host.bytes().all(is_host_byte)).then_some(host)
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec::Vec;

    use super::*;
    use crate::Call;
    use crate::configuration::identity_pool::tests::identity_pool;
    use crate::error::RefusalKind;
    use crate::flow::{Event, Flow, Step};
    use crate::operation::{
        AssumeRoleWithWebIdentity, ChangePassword, ConfirmSignUp, GetUser, Operation, Public, RevokeToken,
        TokenAuthorized, UpdateUserAttributes,
    };
    use crate::secret::AccessToken;
    use crate::test_support::{NOW, answer_with, app_client, done, failed, sent};

    fn public<O: Operation + Public>(operation: O) -> Call<O> {
        Call::new(&app_client(), operation)
    }

    fn signed_in<O: Operation + TokenAuthorized>(operation: O) -> Call<O> {
        Call::signed_in(&app_client(), &AccessToken::from("access.token"), operation)
    }

    fn ended<F: Flow>(
        mut call: F,
        status: u16,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Step<F::Output>, Error> {
        sent(call.step(NOW, Event::Start));
        call.step(NOW, answer_with(status, headers, body))
    }

    /// Passes the same response to four operations, and returns the messages of their errors. For two of the
    /// operations, a response without members is valid.
    #[track_caller]
    fn malformed(status: u16, headers: &[(&str, &str)], body: &str) -> Vec<String> {
        let role = AssumeRoleWithWebIdentity::new("arn:aws:iam::123456789012:role/Guest", "alice", "token");
        let errors = [
            failed(ended(signed_in(ChangePassword::new("old", "new")), status, headers, body)),
            failed(ended(public(RevokeToken::new("refresh")), status, headers, body)),
            failed(ended(public(ConfirmSignUp::new("alice", "123456")), status, headers, body)),
            failed(ended(Call::for_identity_pool(&identity_pool(), role), status, headers, body)),
        ];
        errors
            .iter()
            .map(|error| {
                assert!(matches!(error, Error::Malformed(_)), "{status} {headers:?} {body}: {error:?}");
                error.to_string()
            })
            .collect()
    }

    /// According to AWS's documentation, a challenge of AWS WAF has the status 202 and an empty body.
    /// Regression: this crate treated such a response as a success and reported "Changed the password".
    #[test]
    fn a_challenge_of_aws_waf_is_not_a_success() {
        for (status, body) in [(202, ""), (200, ""), (200, "{}"), (202, "{}"), (405, "<html>"), (403, "{}")] {
            for message in malformed(status, &[("X-Amzn-Waf-Action", "challenge")], body) {
                assert!(message.contains("AWS WAF asks for a challenge"), "{message}");
                assert!(message.contains("did not receive the request"), "{message}");
            }
        }
        for message in malformed(405, &[("x-amzn-waf-action", "captcha")], "<html>") {
            assert!(message.contains("AWS WAF asks for a CAPTCHA"), "{message}");
        }
    }

    #[test]
    fn only_the_status_200_reports_a_success() {
        for status in [0, 100, 201, 202, 203, 204, 205, 206, 226, 299] {
            for body in ["", "{}", r#"{"Session":"s"}"#] {
                for message in malformed(status, &[], body) {
                    assert!(message.contains("may or may not have processed the request"), "{message}");
                }
            }
        }
    }

    #[test]
    fn a_body_or_header_that_names_an_error_is_no_success() {
        for body in [
            r#"{"__type":"NotAuthorizedException"}"#,
            r#"{"__type":"NotAuthorizedException","message":"no"}"#,
            r#"{"Message":"no"}"#,
            r#"{"error":"invalid_request"}"#,
            r#"{"error":{"code":403}}"#,
            r#"{"Error":{"Code":"AccessDenied"}}"#,
            r#"{"errorType":"TypeError","errorMessage":"x is undefined","trace":[]}"#,
            r#"{"code":1}"#,
        ] {
            malformed(200, &[], body);
        }
        for body in ["", "{}"] {
            malformed(200, &[("x-amzn-ErrorType", "NotAuthorizedException")], body);
        }
        done(ended(public(RevokeToken::new("refresh")), 200, &[], r#"{"error":null,"NewMember":{"message":"x"}}"#));
    }

    /// A gateway may add a member to a response. A rotated refresh token in that response must not be lost.
    #[test]
    fn tokens_next_to_a_message_are_not_lost() {
        let metadata = Metadata { status: 200, ..Metadata::default() };
        let read = |body: &str| metadata.read_result::<serde_json::Value>(body.as_bytes());
        assert!(read(r#"{"AuthenticationResult":{"AccessToken":"a"},"message":"ok"}"#).is_ok());
        assert!(read(r#"{"AuthenticationResult":null,"message":"no"}"#).is_err());
        assert!(read(r#"{"AuthenticationResult":{"AccessToken":"a"},"__type":"NotAuthorizedException"}"#).is_err());
        assert!(read(r#"{"message":"no"}"#).is_err());
    }

    #[test]
    fn only_a_response_without_members_may_have_an_empty_body() {
        for body in ["", "{}", " {} ", r#"{"NewMember":1}"#] {
            done(ended(public(RevokeToken::new("refresh")), 200, &[], body));
            done(ended(signed_in(ChangePassword::new("old", "new")), 200, &[], body));
        }
        done(ended(public(ConfirmSignUp::new("alice", "123456")), 200, &[], "{}"));
        for body in ["[]", "null", "\"\"", "<html></html>", "OK"] {
            malformed(200, &[], body);
        }
        for error in [
            failed(ended(public(ConfirmSignUp::new("alice", "123456")), 200, &[], "")),
            failed(ended(signed_in(UpdateUserAttributes::new(Vec::new())), 200, &[], "")),
            failed(ended(signed_in(GetUser::new()), 200, &[], "")),
        ] {
            assert!(matches!(error, Error::Malformed(_)), "{error:?}");
        }
    }

    #[test]
    fn a_redirect_names_the_host_that_it_leads_to() {
        let portal = "https://user:s3cr3t@portal.example.com:8443/login?token=s3cr3t#s3cr3t";
        for (location, part) in [
            (portal, " redirects to portal.example.com:8443,"),
            ("//portal.example.com", " redirects to portal.example.com,"),
            ("http://[2001:db8::1]/?s3cr3t", " redirects to [2001:db8::1],"),
            ("http://portal.example.com\\@s3cr3t/", " redirects to portal.example.com,"),
            ("/login?s3cr3t", " redirects,"),
            ("http://po\u{1b}[31mrtal/", " redirects,"),
            ("http://", " redirects,"),
            ("javascript:s3cr3t//portal", " redirects,"),
            ("", " redirects,"),
        ] {
            for status in [301, 302, 303, 307, 308] {
                for message in malformed(status, &[("Location", location)], "") {
                    assert!(message.contains(part) && !message.contains("s3cr3t"), "{location}: {message}");
                }
            }
        }
        malformed(302, &[], r#"{"__type":"NotAuthorizedException","message":"Invalid Refresh Token"}"#);
    }

    #[test]
    fn an_error_response_keeps_its_name() {
        let error = failed(ended(signed_in(GetUser::new()), 403, &[], r#"{"__type":"ForbiddenException"}"#));
        assert_eq!(error.refusal_kind(), Some(RefusalKind::Forbidden));
    }
}
