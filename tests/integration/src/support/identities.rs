//! Helpers for identity pools, logins, and the operation AssumeRoleWithWebIdentity.

use cognito_core::{Request, Response, Timestamp};
use cognito_testkit::{IdentityPoolConfig, Roles, login_token};
use serde_json::{Value, json};

use super::scene::{Answer, Refusal, Scene, read};

pub const USER_ROLE: &str = "arn:aws:iam::123456789012:role/users/user";
pub const GUEST_ROLE: &str = "arn:aws:iam::123456789012:role/guest";
pub const GOOGLE: &str = "accounts.google.com";
pub const GOOGLE_APP: &str = "google-app";
pub const FACEBOOK: &str = "graph.facebook.com";
/// An OpenID Connect provider that the identity pool trusts by its ARN.
pub const OPEN_ID: &str = "login.example.com/realm";
pub const SAML: &str = "arn:aws:iam::123456789012:saml-provider/Example";

pub const NO_MATCH: (&str, &str) = (
    "NotAuthorizedException",
    "Logins don't match. Please include at least one valid login for this identity or identity pool.",
);
pub const UNSUPPORTED: (&str, &str) =
    ("NotAuthorizedException", "Token is not from a supported provider of this identity pool.");

/// Returns an identity pool that trusts every kind of login provider, and allows guests and both flows.
pub fn open_identity_pool() -> IdentityPoolConfig {
    IdentityPoolConfig {
        allow_unauthenticated_identities: true,
        allow_classic_flow: true,
        user_pools: vec!["pool".to_owned()],
        supported_login_providers: [(GOOGLE, GOOGLE_APP), (FACEBOOK, "42")].map(owned).into(),
        open_id_connect_provider_arns: vec![format!("arn:aws:iam::123456789012:oidc-provider/{OPEN_ID}")],
        saml_provider_arns: vec![SAML.to_owned()],
        opaque_tokens: [("opaque-bob", "bob"), ("assertion", "carol")].map(owned).into(),
        roles: Roles { authenticated: Some(USER_ROLE.to_owned()), unauthenticated: Some(GUEST_ROLE.to_owned()) },
        ..IdentityPoolConfig::default()
    }
}

pub fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// Returns a Google login token for `subject` that is valid for one hour.
pub fn google(scene: &Scene, subject: &str) -> String {
    login_token("https://accounts.google.com", GOOGLE_APP, subject, scene.in_seconds(3600), [])
}

/// Returns a scene with the user Alice and an identity pool, and the id of the identity pool.
pub fn identity_scene(config: IdentityPoolConfig) -> (Scene, String) {
    let mut scene = Scene::with_alice();
    let pool = scene.add_identity_pool(config);
    (scene, pool)
}

impl Scene {
    #[track_caller]
    pub fn add_identity_pool(&mut self, config: IdentityPoolConfig) -> String {
        self.simulator.create_identity_pool(self.now, config).unwrap()
    }

    /// Returns the time that is `seconds` after the current time of the scene.
    pub fn in_seconds(&self, seconds: u64) -> Timestamp {
        Timestamp::from_unix_seconds(self.now.as_unix_seconds() + seconds)
    }

    /// Returns the name of the user pool as a login provider.
    pub fn provider(&self) -> String {
        format!("cognito-idp.us-east-1.amazonaws.com/{}", self.pool_id)
    }

    /// Sends a request of the identity pools, and returns the raw response.
    pub fn send_to_identity_pools(&mut self, operation: &str, body: &[u8]) -> Response {
        let target = format!("AWSCognitoIdentityService.{operation}");
        let headers = [("X-Amz-Target", target)].into_iter().collect();
        self.simulator.handle(self.now, &Request::post("http://localhost/", headers, body.to_vec()))
    }

    /// Calls an operation of the identity pools.
    pub fn call_identity_pools(&mut self, operation: &str, body: Value) -> Answer {
        read(&self.send_to_identity_pools(operation, body.to_string().as_bytes()))
    }

    pub fn get_id(&mut self, pool: &str, logins: Value) -> Result<String, Refusal> {
        let answer = self.call_identity_pools("GetId", json!({ "IdentityPoolId": pool, "Logins": logins }))?;
        Ok(text(&answer["IdentityId"]))
    }

    pub fn credentials(&mut self, identity: &str, logins: Value) -> Answer {
        self.call_identity_pools("GetCredentialsForIdentity", json!({ "IdentityId": identity, "Logins": logins }))
    }

    /// Requests credentials, and returns the identity id and the role ARN that the credentials belong to.
    #[track_caller]
    pub fn owner(&mut self, identity: &str, logins: Value) -> Result<(String, String), Refusal> {
        let answer = self.credentials(identity, logins)?;
        let key = text(&answer["Credentials"]["AccessKeyId"]);
        let owner = self.simulator.credentials_owner(&key).unwrap();
        assert_eq!(answer["IdentityId"], json!(owner.identity_id));
        Ok((owner.identity_id, owner.role_arn))
    }

    pub fn open_id_token(&mut self, identity: &str, logins: Value) -> Result<String, Refusal> {
        let answer = self.call_identity_pools("GetOpenIdToken", json!({ "IdentityId": identity, "Logins": logins }))?;
        Ok(text(&answer["Token"]))
    }

    /// Sends a request of the query protocol with these parameters.
    pub fn query(&mut self, parameters: &[(&str, &str)]) -> Response {
        self.form(form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish().as_bytes())
    }

    /// Sends a request of the query protocol with this body.
    pub fn form(&mut self, body: &[u8]) -> Response {
        let headers = [("content-type", "application/x-www-form-urlencoded; charset=utf-8")].into_iter().collect();
        self.simulator.handle(self.now, &Request::post("http://localhost/", headers, body.to_vec()))
    }

    /// Calls AssumeRoleWithWebIdentity with the parameters `more` in addition to the required ones.
    pub fn assume_role(&mut self, role: &str, token: &str, more: &[(&str, &str)]) -> Result<String, Refusal> {
        let mut parameters = vec![
            ("Action", "AssumeRoleWithWebIdentity"),
            ("Version", "2011-06-15"),
            ("RoleArn", role),
            ("RoleSessionName", "session"),
            ("WebIdentityToken", token),
        ];
        parameters.extend(more);
        read_xml(&self.query(&parameters))
    }
}

/// Returns the XML of a successful response, or the error.
#[track_caller]
pub fn read_xml(response: &Response) -> Result<String, Refusal> {
    let body = String::from_utf8(response.body().to_vec()).unwrap();
    assert_eq!(response.headers().get("content-type"), Some("text/xml"));
    assert_eq!(element(&body, "RequestId").as_deref(), response.headers().get("x-amzn-requestid"));
    if response.status() == 200 {
        return Ok(body);
    }
    Err(Refusal { name: element(&body, "Code").unwrap(), message: element(&body, "Message").unwrap() })
}

/// Returns the content of an element that occurs once and has no attributes.
pub fn element(xml: &str, name: &str) -> Option<String> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    Some(rest.split_once(&format!("</{name}>"))?.0.to_owned())
}

/// Reads XML as nested JSON objects, without attributes.
#[track_caller]
pub fn read_tree(xml: &str) -> Value {
    let mut rest = xml;
    let mut members = serde_json::Map::new();
    while let Some(after) = rest.strip_prefix('<') {
        let (tag, after) = after.split_once('>').unwrap();
        let name = tag.split(' ').next().unwrap();
        let (content, after) = after.split_once(&format!("</{name}>")).unwrap();
        members.insert(name.to_owned(), read_tree(content));
        rest = after;
    }
    if members.is_empty() { json!(rest) } else { Value::Object(members) }
}

#[track_caller]
pub fn text(value: &Value) -> String {
    let Some(text) = value.as_str() else { panic!("{value} is not a string") };
    text.to_owned()
}

pub fn not_authorized(message: &str) -> (&str, &str) {
    ("NotAuthorizedException", message)
}
