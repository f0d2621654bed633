//! AssumeRoleWithWebIdentity: exchanges a token for the temporary AWS credentials of a role. This operation
//! is the last step of the basic flow. The operation belongs to the Security Token Service, which uses the
//! AWS Query protocol.
//!
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Authorization, ForIdentityPool, Operation};
use crate::configuration::endpoint::Service;
use crate::encoding::lenient;
use crate::error::InvalidInput;
use crate::secret::{OpenIdToken, SecretAccessKey, SessionToken};
use crate::timestamp::Timestamp;

/// A request to assume a role with a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct AssumeRoleWithWebIdentity {
    /// The ARN of the role, 20 to 2,048 characters.
    pub role_arn: String,
    /// The name of the role session, which appears in AWS's logs. The name consists of 2 to 64 characters:
    /// letters, digits and `_=,.@+-`.
    pub role_session_name: String,
    /// The token that proves the user's identity. An identity pool, or an OpenID Connect provider that the
    /// AWS account trusts, has issued the token.
    pub web_identity_token: OpenIdToken,
    /// The host name of the OAuth 2.0 provider (`www.amazon.com` or `graph.facebook.com`) if the token is an
    /// OAuth 2.0 access token, or `None` if the token is an OpenID Connect token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_id: Option<String>,
    /// Up to ten managed policies that restrict the permissions of the role session.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policy_arns: Vec<PolicyDescriptor>,
    /// A policy, in JSON, that restricts the permissions of the role session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// The lifetime of the credentials, in seconds: at least 900, and at most the maximum session duration of
    /// the role. The default lifetime is 3,600 seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<i32>,
    /// The minimum size of the session token, in bytes. The largest allowed value is 4,096.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_session_token_size: Option<i32>,
}

/// A descriptor of a managed policy. The descriptor contains the ARN of the policy.
///
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_PolicyDescriptorType.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub struct PolicyDescriptor {
    /// The ARN of the policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
}

impl PolicyDescriptor {
    /// Creates a descriptor of the policy with this ARN.
    #[must_use]
    pub fn new(arn: impl Into<String>) -> Self {
        Self { arn: Some(arn.into()) }
    }
}

impl AssumeRoleWithWebIdentity {
    /// Creates a request to assume this role with this token. Set the optional fields on the returned
    /// request.
    #[must_use]
    pub fn new(
        role_arn: impl Into<String>,
        role_session_name: impl Into<String>,
        web_identity_token: impl Into<OpenIdToken>,
    ) -> Self {
        Self {
            role_arn: role_arn.into(),
            role_session_name: role_session_name.into(),
            web_identity_token: web_identity_token.into(),
            provider_id: None,
            policy_arns: Vec::new(),
            policy: None,
            duration_seconds: None,
            minimum_session_token_size: None,
        }
    }
}

impl Operation for AssumeRoleWithWebIdentity {
    type Response = AssumeRoleWithWebIdentityResponse;

    const NAME: &'static str = "AssumeRoleWithWebIdentity";
    const SERVICE: Service = Service::Sts;
    const AUTHORIZATION: Authorization = Authorization::InRequest;

    /// Returns `true`, because a retry merely returns another set of credentials.
    fn is_repeatable(&self) -> bool {
        true
    }

    fn check(&self, _has_access_token: bool) -> Result<(), InvalidInput> {
        // The service's own error message repeats the rejected value, which may be the token.
        let invalid = |name, problem| Err(InvalidInput::new(name, problem));
        let is_name_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
        if !(20..=2048).contains(&self.role_arn.chars().count()) {
            return invalid("role ARN", "must be 20 to 2,048 characters long");
        }
        if !(2..=64).contains(&self.role_session_name.len()) || !self.role_session_name.bytes().all(is_name_byte) {
            return invalid("role session name", "must be 2 to 64 letters, digits and _=,.@+-");
        }
        if !(4..=20_000).contains(&self.web_identity_token.expose().len()) {
            return invalid("web identity token", "must be 4 to 20,000 characters long");
        }
        if self.policy.as_ref().is_some_and(|policy| policy.is_empty() || policy.chars().count() > 2048) {
            return invalid("policy", "must be 1 to 2,048 characters long");
        }
        if self.duration_seconds.is_some_and(|seconds| !(900..=43_200).contains(&seconds)) {
            return invalid("duration", "must be 900 to 43,200 seconds");
        }
        Ok(())
    }
}

impl ForIdentityPool for AssumeRoleWithWebIdentity {}

/// The response to AssumeRoleWithWebIdentity: the temporary credentials, and the user to whom they belong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct AssumeRoleWithWebIdentityResponse {
    /// The temporary credentials of the role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials: Option<RoleCredentials>,
    /// The subject of the token. If an identity pool issued the token, the subject is the identity id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub subject_from_web_identity_token: Option<String>,
    /// The session of the assumed role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::object")]
    pub assumed_role_user: Option<AssumedRoleUser>,
    /// The total size of the request's policies and tags, in percent of the allowed size.
    /// [`session_token_utilization`](Self::session_token_utilization) is the newer name of
    /// [`packed_policy_size`](Self::packed_policy_size).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::integer")]
    pub packed_policy_size: Option<i32>,
    /// The issuer of the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub provider: Option<String>,
    /// The audience of the token. If an identity pool issued the token, the audience is the identity pool id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub audience: Option<String>,
    /// The source identity that the token contains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub source_identity: Option<String>,
    /// The size of the session token, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::integer")]
    pub session_token_size: Option<i32>,
    /// The total size of the request's policies and tags, in percent of the allowed size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::integer")]
    pub session_token_utilization: Option<i32>,
}

/// Temporary AWS credentials of a role, as the Security Token Service returns them.
///
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct RoleCredentials {
    /// The access key id, which is the public part of the credentials.
    pub access_key_id: String,
    /// The secret access key, which is the secret part of the credentials.
    pub secret_access_key: SecretAccessKey,
    /// The session token. A client that signs a request with these credentials must add the session token to
    /// the request.
    pub session_token: SessionToken,
    /// The time at which the credentials expire, according to the service's clock.
    pub expiration: DateTime,
}

/// A session of an assumed role.
///
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumedRoleUser.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct AssumedRoleUser {
    /// The id of the role, followed by `:` and the name of the session.
    pub assumed_role_id: String,
    /// The ARN of the session, in the form `arn:aws:sts::…:assumed-role/…`.
    pub arn: String,
}

/// A point in time as the Security Token Service writes it, such as `2019-11-09T13:34:41Z` ([RFC
/// 3339](https://www.rfc-editor.org/rfc/rfc3339)). A number of seconds since the Unix epoch is also valid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DateTime(String);

impl DateTime {
    /// Returns the time with a precision of one millisecond. Returns `None` if the text is not a valid time
    /// with a time zone, or if the time is before 1970.
    #[must_use]
    pub fn timestamp(&self) -> Option<Timestamp> {
        Timestamp::from_service_text(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Call;
    use crate::configuration::identity_pool::tests::identity_pool;
    use crate::error::RefusalKind;
    use crate::flow::{Event, Flow};
    use crate::test_support::{NOW, answer, done, failed, sent};

    fn call() -> Call<AssumeRoleWithWebIdentity> {
        let mut request = AssumeRoleWithWebIdentity::new("arn:aws:iam::123456789012:role/Guest", "alice", "t.o+k=en");
        request.policy_arns = alloc::vec![PolicyDescriptor::new("arn:aws:iam::aws:policy/ReadOnlyAccess")];
        request.duration_seconds = Some(900);
        Call::for_identity_pool(&identity_pool(), request)
    }

    #[test]
    fn the_request_is_a_form_for_the_pools_region() {
        let request = sent(call().step(NOW, Event::Start));
        assert_eq!(request.url(), "https://sts.us-east-1.amazonaws.com/");
        assert_eq!(request.headers().get("content-type"), Some("application/x-www-form-urlencoded"));
        assert_eq!((request.headers().get("x-amz-target"), request.operation()), (None, "AssumeRoleWithWebIdentity"));
        assert_eq!(
            core::str::from_utf8(request.body()).unwrap(),
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&DurationSeconds=900\
             &PolicyArns.member.1.arn=arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FReadOnlyAccess\
             &RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2FGuest&RoleSessionName=alice\
             &WebIdentityToken=t%2Eo%2Bk%3Den"
        );
    }

    #[test]
    fn an_invalid_request_is_rejected_before_it_is_sent() {
        let valid = || AssumeRoleWithWebIdentity::new("arn:aws:iam::123456789012:role/Guest", "alice", "t.o+k=en");
        let changes: [fn(&mut AssumeRoleWithWebIdentity); 6] = [
            |request| request.role_arn = "arn".into(),
            |request| request.role_session_name = "a b".into(),
            |request| request.role_session_name = "a".into(),
            |request| request.web_identity_token = "t".into(),
            |request| request.policy = Some("".into()),
            |request| request.duration_seconds = Some(60),
        ];
        for change in changes {
            let mut request = valid();
            change(&mut request);
            let mut call = Call::for_identity_pool(&identity_pool(), request.clone());
            assert!(matches!(call.step(NOW, Event::Start), Err(crate::Error::InvalidInput(_))), "{request:?}");
        }
    }

    #[test]
    fn the_answer_is_read_from_xml() {
        let xml = "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">
            <AssumeRoleWithWebIdentityResult>
              <Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s3cr3t</SecretAccessKey>
                <SessionToken>t0k3n==</SessionToken><Expiration>2019-01-01T07:06:09Z</Expiration></Credentials>
              <SubjectFromWebIdentityToken>us-east-1:0d4f</SubjectFromWebIdentityToken>
              <PackedPolicySize>6</PackedPolicySize>
            </AssumeRoleWithWebIdentityResult>
            <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></AssumeRoleWithWebIdentityResponse>";
        let mut call = call();
        call.step(NOW, Event::Start).unwrap();
        let response = done(call.step(NOW, answer(200, xml)));
        let credentials = response.credentials.unwrap();
        assert_eq!((credentials.access_key_id.as_str(), credentials.session_token.expose()), ("ASIA", "t0k3n=="));
        let one_hour_later = Timestamp::from_unix_seconds(NOW.as_unix_seconds() + 3600);
        assert_eq!(credentials.expiration.timestamp(), Some(one_hour_later));
        assert_eq!(response.packed_policy_size, Some(6));
    }

    #[test]
    fn an_error_is_read_from_xml() {
        for (code, kind) in [
            ("ExpiredTokenException", RefusalKind::ExpiredToken),
            ("IDPRejectedClaim", RefusalKind::IdpRejectedClaim),
            ("InvalidIdentityToken", RefusalKind::InvalidIdentityToken),
            ("AccessDenied", RefusalKind::AccessDenied),
        ] {
            let xml = alloc::format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>No</Message></Error></ErrorResponse>"
            );
            let mut call = call();
            call.step(NOW, Event::Start).unwrap();
            let error = failed(call.step(NOW, answer(403, &xml)));
            assert_eq!(error.refusal_kind(), Some(kind));
            assert_eq!(error.refusal().unwrap().message, "No");
        }
    }

    #[test]
    fn only_a_lack_of_verification_keys_is_retried_once() {
        let error = |message| {
            let xml = alloc::format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidIdentityToken</Code>\
                 <Message>{message}</Message></Error></ErrorResponse>"
            );
            answer(400, &xml)
        };
        let no_keys = "Couldn't retrieve verification key from your identity provider, please reference \
                       AssumeRoleWithWebIdentity documentation for requirements";
        let mut call = call();
        sent(call.step(NOW, Event::Start));
        assert!(matches!(call.step(NOW, error(no_keys)), Ok(crate::Step::Wait(_))));
        sent(call.step(NOW, Event::Woke));
        assert_eq!(failed(call.step(NOW, error(no_keys))).refusal_kind(), Some(RefusalKind::InvalidIdentityToken));

        let mut call = self::call();
        sent(call.step(NOW, Event::Start));
        failed(call.step(NOW, error("The ID Token provided is not a valid JWT.")));
    }

    #[test]
    fn the_error_for_a_malformed_answer_repeats_none_of_it() {
        for body in [
            "",
            "{}",
            "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>\
            <AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>m4rk</SecretAccessKey></Credentials>\
            </AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>",
        ] {
            let mut call = call();
            call.step(NOW, Event::Start).unwrap();
            let error = failed(call.step(NOW, answer(200, body)));
            assert!(matches!(error, crate::Error::Malformed(_)), "{error:?}");
            assert!(!alloc::format!("{error:?} {}", error.with_causes()).contains("m4rk"));
        }
    }
}
