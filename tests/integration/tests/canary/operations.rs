//! Every operation of the API models, with a mark in every member that is secret.

use std::fmt::Debug;

use cognito_core::endpoint::Service;
use cognito_core::operation::*;
use cognito_core::secret::AccessToken;
use cognito_core::{AppClient, Call, Error, Event, Flow, IdentityPool, IdentityPoolId, Step, UserPoolId};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::events::{NOW, answer, failures};
use crate::marks::{
    MARK, Model, NAME, NAMES, SECRET_MEMBERS, SECRET_TOO, Texts, beginnings, of_wrong_lengths, of_wrong_types,
};

pub(crate) fn app_client() -> AppClient {
    let pool = UserPoolId::new("us-east-1_QdbSdK39m").unwrap();
    let client = AppClient::new(pool, NAME).unwrap().with_secret(format!("{MARK} client secret"));
    client.with_header("x-api-key", MARK).unwrap()
}

pub(crate) fn identity_pool() -> IdentityPool {
    let id = IdentityPoolId::new("us-east-1:0d4f6c1e-5f1d-4b4e-9a57-2b1f0c3d8e7a").unwrap();
    IdentityPool::new(id).unwrap().with_header("x-api-key", MARK).unwrap()
}

/// An operation whose values can be shown.
trait Shown: Operation + DeserializeOwned + Debug
where
    Self::Response: Debug,
{
}

impl<O: Operation + DeserializeOwned + Debug> Shown for O where O::Response: Debug {}

fn public<O: Public + Shown>(model: &Model) -> &'static str
where
    O::Response: Debug,
{
    shows_no_secret(model, |request: O| Call::new(&app_client(), request))
}

fn signed_in<O: SignedIn + Shown>(model: &Model) -> &'static str
where
    O::Response: Debug,
{
    let token = AccessToken::from(format!("{MARK} access token"));
    shows_no_secret(model, |request: O| Call::signed_in(&app_client(), &token, request))
}

fn of_identity_pool<O: OfIdentityPool + Shown>(model: &Model) -> &'static str
where
    O::Response: Debug,
{
    shows_no_secret(model, |request: O| Call::of_identity_pool(&identity_pool(), &request))
}

/// The members that are added where a request is assembled.
const ADDED: [&str; 4] = ["ClientId", "ClientSecret", "SecretHash", "AccessToken"];

fn shows_no_secret<O: Shown>(model: &Model, call: impl Fn(O) -> Call<O>) -> &'static str
where
    O::Response: Debug,
{
    let operation = &model.0["operations"][O::NAME];
    let mut request = model.marked(&operation["input"]);
    request.as_object_mut().unwrap().retain(|member, _| !ADDED.contains(&member.as_str()));
    // Of a challenge session and an access token a request takes one.
    if O::AUTHORIZATION == Authorization::AccessToken {
        request.as_object_mut().unwrap().remove("Session");
    }
    let new = || call(serde_json::from_value(request.clone()).unwrap());
    let response = model.marked(&operation["output"]);
    let mut texts = Texts::default();

    texts.show(&serde_json::from_value::<O>(request.clone()).unwrap());
    refusals_of_input(&mut texts, &request, &call);
    let mut sent = new();
    texts.show(&sent);
    let step = sent.step(NOW, Event::Start);
    texts.come_to(&step);
    texts.show(&sent);
    let Ok(Step::Send(sent)) = step else { panic!("{} is not sent", O::NAME) };
    let body = String::from_utf8(sent.body().to_vec()).unwrap();
    assert!(body.contains(MARK), "{} has no secret: {body}", O::NAME);
    texts.tell(format!("{} {}", sent.operation(), sent.attempt()));
    computed(&mut texts, &body);

    let is_xml = O::SERVICE == Service::Sts;
    let written = |value: &Value| if is_xml { xml(O::NAME, value) } else { value.to_string() };
    let whole = written(&response);
    assert!(answered(&mut texts, new(), answer(200, &whole)).is_ok(), "{} is not read: {whole}", O::NAME);
    let errors = texts.errors();
    let raw = [MARK.to_owned(), format!("<{MARK}>{MARK}</{MARK}>"), format!("[{MARK}"), format!("{whole}{MARK}")];
    let wrong = of_wrong_types(&response).iter().map(written).collect::<Vec<_>>();
    for body in raw.iter().chain(&wrong).map(String::as_str).chain(beginnings(&whole)) {
        let _ = answered(&mut texts, new(), answer(200, body));
    }
    assert!(texts.errors() > errors, "{}: nothing of that was malformed", O::NAME);
    for event in failures(O::ERRORS) {
        assert!(answered(&mut texts, new(), event).is_err());
    }
    texts.hold_no_secret(O::NAME);
    O::NAME
}

/// What is refused before anything is sent.
fn refusals_of_input<O: Shown>(texts: &mut Texts, request: &Value, call: &impl Fn(O) -> Call<O>)
where
    O::Response: Debug,
{
    for wrong in of_wrong_lengths(request) {
        let read: O = serde_json::from_value(wrong).unwrap();
        texts.show(&read);
        texts.come_to(&call(read).step(NOW, Event::Start));
    }
}

/// The secret hash of the request.
fn computed(texts: &mut Texts, body: &str) {
    let Ok(body) = serde_json::from_str::<Value>(body) else { return };
    for hash in
        [&body["SecretHash"], &body["AuthParameters"]["SECRET_HASH"], &body["ChallengeResponses"]["SECRET_HASH"]]
    {
        hash.as_str().into_iter().for_each(|hash| texts.computed(hash));
    }
}

/// Everything that a call says from its beginning to its end, when each request is answered so.
fn answered<O: Shown>(texts: &mut Texts, mut call: Call<O>, event: Event) -> Result<O::Response, Error>
where
    O::Response: Debug,
{
    let mut next = Event::Start;
    loop {
        let step = call.step(NOW, next);
        texts.come_to(&step);
        texts.come_to(&call.step(NOW, Event::Start));
        texts.show(&call);
        next = match step {
            Ok(Step::Send(_)) => event.clone(),
            Ok(Step::Wait(_)) => Event::Woke,
            Ok(Step::Done(output)) => return Ok(output),
            Err(error) => return Err(error),
        };
    }
}

/// The answer of the query protocol that says what this JSON says.
fn xml(action: &str, value: &Value) -> String {
    format!("<{action}Response><{action}Result>{}</{action}Result></{action}Response>", elements(value))
}

fn elements(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            members.iter().map(|(name, member)| format!("<{name}>{}</{name}>", elements(member))).collect()
        }
        Value::Array(items) => items.iter().map(|item| format!("<member>{}</member>", elements(item))).collect(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[test]
fn the_lists_of_shapes_name_shapes_of_the_models() {
    let models = Model::all();
    let shape =
        |name: &str| models.iter().map(|model| &model.0["shapes"][name]).find(|shape| shape.is_object()).unwrap();
    assert!(NAMES.iter().all(|name| shape(name)["sensitive"] == true));
    assert!(SECRET_TOO.iter().all(|name| shape(name)["sensitive"] != true));
    let model = models[0].0.to_string();
    assert!(SECRET_MEMBERS.iter().all(|member| model.contains(&format!("\"{member}\":{{\"shape\""))));
}

#[test]
fn no_operation_shows_a_secret_in_its_values_and_errors() {
    let [user_pools, identity_pools, sts] = Model::all();
    let model = &user_pools;
    let ours = [
        public::<AssociateSoftwareToken>(model),
        signed_in::<ChangePassword>(model),
        signed_in::<CompleteWebAuthnRegistration>(model),
        signed_in::<ConfirmDevice>(model),
        public::<ConfirmForgotPassword>(model),
        public::<ConfirmSignUp>(model),
        signed_in::<DeleteUser>(model),
        signed_in::<DeleteUserAttributes>(model),
        signed_in::<DeleteWebAuthnCredential>(model),
        signed_in::<ForgetDevice>(model),
        public::<ForgotPassword>(model),
        public::<GetClientToken>(model),
        signed_in::<GetDevice>(model),
        public::<GetTokensFromRefreshToken>(model),
        signed_in::<GetUser>(model),
        signed_in::<GetUserAttributeVerificationCode>(model),
        signed_in::<GetUserAuthFactors>(model),
        signed_in::<GlobalSignOut>(model),
        public::<InitiateAuth>(model),
        signed_in::<ListDevices>(model),
        signed_in::<ListUserSessions>(model),
        signed_in::<ListWebAuthnCredentials>(model),
        public::<ResendConfirmationCode>(model),
        public::<RespondToAuthChallenge>(model),
        public::<RevokeToken>(model),
        signed_in::<RevokeUserSession>(model),
        signed_in::<SetUserMfaPreference>(model),
        signed_in::<SetUserSettings>(model),
        public::<SignUp>(model),
        signed_in::<StartWebAuthnRegistration>(model),
        public::<UpdateAuthEventFeedback>(model),
        signed_in::<UpdateDeviceStatus>(model),
        signed_in::<UpdateUserAttributes>(model),
        public::<VerifySoftwareToken>(model),
        signed_in::<VerifyUserAttribute>(model),
        of_identity_pool::<GetCredentialsForIdentity>(&identity_pools),
        of_identity_pool::<GetId>(&identity_pools),
        of_identity_pool::<GetOpenIdToken>(&identity_pools),
        of_identity_pool::<UnlinkIdentity>(&identity_pools),
        of_identity_pool::<AssumeRoleWithWebIdentity>(&sts),
    ];
    let models = [&user_pools, &identity_pools, &sts];
    let theirs = models.iter().flat_map(|model| model.0["operations"].as_object().unwrap().keys());
    assert_eq!(ours.to_vec(), theirs.collect::<Vec<_>>());
    println!("{} operations show no secret", ours.len());
}

/// Regression: the address of the user's device and what was collected on it were shown with every request that has a place
/// for them.
#[test]
fn what_threat_protection_rates_by_is_not_shown() {
    let text = format!(r#"{{"IpAddress":"{MARK}","EncodedData":"{MARK}"}}"#);
    let data: UserContextData = serde_json::from_str(&text).unwrap();
    assert_eq!(format!("{data:?}"), "UserContextData { .. }");
}
