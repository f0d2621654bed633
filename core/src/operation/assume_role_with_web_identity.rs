//! AssumeRoleWithWebIdentity: temporary AWS credentials of a role for a token, in the basic flow. The Security Token
//! Service's, by the query protocol.
//!
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Deserializer, Serialize};

use super::{Authorization, ForIdentityPool, Operation};
use crate::configuration::endpoint::Service;
use crate::error::InvalidInput;
use crate::secret::{OpenIdToken, SecretAccessKey, SessionToken};
use crate::timestamp::Timestamp;

/// Assumes a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct AssumeRoleWithWebIdentity {
    /// The role, 20 to 2,048 characters.
    pub role_arn: String,
    /// What the session is called in logs, 2 to 64 letters, digits and `_=,.@+-`.
    pub role_session_name: String,
    /// The token: an identity pool's, or an OpenID Connect provider's that the account trusts.
    pub web_identity_token: OpenIdToken,
    /// The host of an OAuth 2.0 provider, for an access token of its own: `www.amazon.com`, `graph.facebook.com`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_id: Option<String>,
    /// Managed policies that narrow the role, at most ten.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policy_arns: Vec<PolicyDescriptor>,
    /// A policy, as JSON, that narrows the role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// How long the credentials live, in seconds: 900 up to what the role allows; an hour if none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<i32>,
    /// The least size of the session token, in bytes, up to 4,096.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_session_token_size: Option<i32>,
}

/// A managed policy.
///
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_PolicyDescriptorType.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub struct PolicyDescriptor {
    /// The policy's ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
}

impl PolicyDescriptor {
    /// The policy of this ARN.
    #[must_use]
    pub fn new(arn: impl Into<String>) -> Self {
        Self { arn: Some(arn.into()) }
    }
}

impl AssumeRoleWithWebIdentity {
    /// Assumes this role by this token. The optional members are set on the value.
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

    /// Each one gives credentials of its own.
    fn is_repeatable(&self) -> bool {
        true
    }

    fn check(&self, _has_access_token: bool) -> Result<(), InvalidInput> {
        // The service's own refusal quotes the value.
        let problem = |name, problem| Err(InvalidInput::new(name, problem));
        let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
        if !(20..=2048).contains(&self.role_arn.chars().count()) {
            return problem("role ARN", "must be 20 to 2,048 characters long");
        }
        if !(2..=64).contains(&self.role_session_name.len()) || !self.role_session_name.bytes().all(is_of_name) {
            return problem("role session name", "must be 2 to 64 letters, digits and _=,.@+-");
        }
        if !(4..=20_000).contains(&self.web_identity_token.expose().len()) {
            return problem("web identity token", "must be 4 to 20,000 characters long");
        }
        if self.policy.as_ref().is_some_and(|policy| policy.is_empty() || policy.chars().count() > 2048) {
            return problem("policy", "must be 1 to 2,048 characters long");
        }
        if self.duration_seconds.is_some_and(|seconds| !(900..=43_200).contains(&seconds)) {
            return problem("duration", "must be 900 to 43,200 seconds");
        }
        Ok(())
    }
}

impl ForIdentityPool for AssumeRoleWithWebIdentity {}

/// The credentials, and for whom they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct AssumeRoleWithWebIdentityResponse {
    /// The credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials: Option<RoleCredentials>,
    /// The token's subject: for an identity pool's, the identity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_from_web_identity_token: Option<String>,
    /// The role's session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assumed_role_user: Option<AssumedRoleUser>,
    /// The share of the room for policies and tags that they take, in per cent. The service has named it anew:
    /// [`session_token_utilization`](Self::session_token_utilization).
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "number")]
    pub packed_policy_size: Option<i32>,
    /// The token's issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The token's audience: for an identity pool's, the pool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// What the token names as the source of its identity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_identity: Option<String>,
    /// The size of the session token, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "number")]
    pub session_token_size: Option<i32>,
    /// The share of the room for policies and tags that they take, in per cent.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "number")]
    pub session_token_utilization: Option<i32>,
}

/// Credentials as the Security Token Service gives them.
///
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct RoleCredentials {
    /// The public half.
    pub access_key_id: String,
    /// The secret half.
    pub secret_access_key: SecretAccessKey,
    /// What goes along with every request.
    pub session_token: SessionToken,
    /// When they expire, by the service's clock.
    pub expiration: DateTime,
}

/// A session of a role.
///
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumedRoleUser.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct AssumedRoleUser {
    /// The role's id, `:` and the session's name.
    pub assumed_role_id: String,
    /// `arn:aws:sts::…:assumed-role/…`
    pub arn: String,
}

/// A point in time as the Security Token Service writes it: `2019-11-09T13:34:41Z`
/// ([RFC 3339](https://www.rfc-editor.org/rfc/rfc3339)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DateTime(String);

impl DateTime {
    /// To the millisecond; none for what is no time in UTC, or one before 1970.
    #[must_use]
    pub fn timestamp(&self) -> Option<Timestamp> {
        Timestamp::from_date_time(&self.0)
    }
}

/// XML writes a number as text.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i32>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Number(i32),
        Text(String),
    }
    Ok(match Option::deserialize(deserializer)? {
        Some(Written::Number(number)) => Some(number),
        Some(Written::Text(text)) => text.trim().parse().ok(),
        None => None,
    })
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
    fn what_the_service_would_refuse_with_its_value_is_refused_here() {
        let good = || AssumeRoleWithWebIdentity::new("arn:aws:iam::123456789012:role/Guest", "alice", "t.o+k=en");
        let changes: [fn(&mut AssumeRoleWithWebIdentity); 6] = [
            |request| request.role_arn = "arn".into(),
            |request| request.role_session_name = "a b".into(),
            |request| request.role_session_name = "a".into(),
            |request| request.web_identity_token = "t".into(),
            |request| request.policy = Some("".into()),
            |request| request.duration_seconds = Some(60),
        ];
        for change in changes {
            let mut request = good();
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
        let an_hour_on = Timestamp::from_unix_seconds(NOW.as_unix_seconds() + 3600);
        assert_eq!(credentials.expiration.timestamp(), Some(an_hour_on));
        assert_eq!(response.packed_policy_size, Some(6));
    }

    #[test]
    fn a_refusal_is_read_from_xml() {
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
            let refused = failed(call.step(NOW, answer(403, &xml)));
            assert_eq!(refused.refusal_kind(), Some(kind));
            assert_eq!(refused.refusal().unwrap().message, "No");
        }
    }

    #[test]
    fn what_is_no_answer_repeats_nothing_of_it() {
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
