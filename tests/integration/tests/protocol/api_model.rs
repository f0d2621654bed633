//! Requests and responses against Cognito's own API model.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use cognito_core::endpoint::Service;
use cognito_core::error::RefusalKind;
use cognito_core::operation::*;
use cognito_core::secret::AccessToken;
use cognito_core::{
    AppClient, Call, Error, Event, Flow, Headers, IdentityPool, IdentityPoolId, Response, Step, Timestamp, UserPoolId,
};
use cognito_integration_tests::support::api_model::model;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

struct Model(Value);

impl Model {
    fn user_pools() -> Self {
        Self(model("cognito-idp"))
    }

    fn identity_pools() -> Self {
        Self(model("cognito-identity"))
    }

    fn sts() -> Self {
        Self(model("sts"))
    }

    /// Whether answers are XML, in which a time is a text.
    fn is_query(&self) -> bool {
        self.0["metadata"]["protocol"] == "query"
    }

    #[track_caller]
    fn operation(&self, name: &str) -> &Value {
        let operation = &self.0["operations"][name];
        assert!(operation.is_object(), "the API has no {name}");
        operation
    }

    /// A value of this shape, an empty object where the model has none, with every member, or with the required ones only.
    fn example(&self, name: &Value, full: bool) -> Value {
        let Some(name) = name.as_str() else { return json!({}) };
        let shape = &self.0["shapes"][name];
        match shape["type"].as_str().unwrap() {
            "structure" if shape["document"] == true => json!({"any": ["JSON", 1, null]}),
            "structure" => {
                let required = shape["required"].as_array().cloned().unwrap_or_default();
                let members = shape["members"].as_object().unwrap().iter();
                let members = members.filter(|(member, _)| full || required.contains(&json!(member)));
                Value::Object(members.map(|(member, of)| (member.clone(), self.example(&of["shape"], full))).collect())
            }
            "list" => json!([self.example(&shape["member"]["shape"], full)]),
            "map" => {
                let key = self.example(&shape["key"]["shape"], full).as_str().unwrap().to_owned();
                Value::Object(Map::from_iter([(key, self.example(&shape["value"]["shape"], full))]))
            }
            "boolean" => json!(true),
            "integer" => json!(3600),
            "timestamp" if self.is_query() => json!("2023-11-14T22:13:20Z"),
            "timestamp" => json!(1_700_000_000.25),
            "string" => shape["enum"].get(0).cloned().unwrap_or_else(|| {
                let shortest = usize::try_from(shape["min"].as_u64().unwrap_or(0)).unwrap();
                json!(format!("{:-<shortest$}", format!("example-of-{name}")))
            }),
            other => panic!("no example of {other}"),
        }
    }
}

/// The members that are added where a request is assembled.
const ADDED: [&str; 4] = ["ClientId", "ClientSecret", "SecretHash", "AccessToken"];

#[track_caller]
fn app_client() -> AppClient {
    let pool = UserPoolId::new("us-east-1_QdbSdK39m").unwrap();
    AppClient::new(pool, "3pu8tnp684l4lmlfoth25ojmd2").unwrap().with_secret("s3cr3t")
}

fn public<O: Public + DeserializeOwned>(model: &Model) -> &'static str
where
    O::Response: Serialize,
{
    agrees(model, |request: O| Call::new(&app_client(), request))
}

fn signed_in<O: SignedIn + DeserializeOwned>(model: &Model) -> &'static str
where
    O::Response: Serialize,
{
    agrees(model, |request: O| Call::signed_in(&app_client(), &AccessToken::from("access.token"), request))
}

#[track_caller]
fn of_identity_pool<O: OfIdentityPool + DeserializeOwned>(model: &Model) -> &'static str
where
    O::Response: Serialize,
{
    let id = IdentityPoolId::new("us-east-1:0d4f6c1e-5f1d-4b4e-9a57-2b1f0c3d8e7a").unwrap();
    let pool = IdentityPool::new(id).unwrap();
    agrees(model, |request: O| Call::of_identity_pool(&pool, &request))
}

fn agrees<O: Operation + DeserializeOwned>(model: &Model, call: impl Fn(O) -> Call<O>) -> &'static str
where
    O::Response: Serialize,
{
    let operation = model.operation(O::NAME);
    let documented: BTreeSet<_> = operation["errors"].as_array().unwrap().iter().map(|e| e.as_str().unwrap()).collect();
    assert_eq!(O::ERRORS, documented.into_iter().collect::<Vec<_>>(), "{}", O::NAME);

    for full in [true, false] {
        let mut request = model.example(&operation["input"], full);
        request.as_object_mut().unwrap().retain(|member, _| !ADDED.contains(&member.as_str()));
        let read: O = serde_json::from_value(request.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), request, "{}", O::NAME);
        if let Some(body) = sent(call(read)) {
            is_whole(model, O::NAME, &body, full);
        }

        let response = model.example(&operation["output"], full);
        let read: O::Response = serde_json::from_value(response.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), response, "{}", O::NAME);
    }
    O::NAME
}

/// The body that is sent; none where a request without its one optional member is refused.
fn sent<O: Operation>(mut call: Call<O>) -> Option<Value> {
    match call.step(Timestamp::from_unix_seconds(0), Event::Start) {
        Ok(Step::Send(request)) if O::SERVICE == Service::Sts => Some(of_form(request.body())),
        Ok(Step::Send(request)) => Some(serde_json::from_slice(request.body()).unwrap()),
        Err(error) if EITHER.contains(&O::NAME) => {
            assert!(matches!(error, Error::InvalidInput(_)));
            None
        }
        other => panic!("{:?}", other.map(|_| ())),
    }
}

/// The members that a form names, without what names the operation.
#[track_caller]
fn of_form(form: &[u8]) -> Value {
    let pairs = core::str::from_utf8(form).unwrap().split('&').map(|pair| pair.split_once('=').unwrap());
    let (operation, members): (Vec<_>, Vec<_>) = pairs.partition(|(name, _)| ["Action", "Version"].contains(name));
    assert_eq!(operation, [("Action", "AssumeRoleWithWebIdentity"), ("Version", "2011-06-15")]);
    members.into_iter().map(|(name, value)| (name.split('.').next().unwrap().to_owned(), json!(value))).collect()
}

/// The operations that take either an access token or a challenge session.
const EITHER: [&str; 2] = ["AssociateSoftwareToken", "VerifySoftwareToken"];

/// The body has the required members, none that the model has not, and of a full request all.
#[track_caller]
fn is_whole(model: &Model, operation: &str, body: &Value, full: bool) {
    let shape = &model.0["shapes"][model.operation(operation)["input"].as_str().unwrap()];
    let body: BTreeSet<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    let mut known: BTreeSet<_> = shape["members"].as_object().unwrap().keys().map(String::as_str).collect();
    if EITHER.contains(&operation) {
        known.remove("AccessToken");
    }
    let required = shape["required"].as_array().into_iter().flatten().map(|member| member.as_str().unwrap());
    assert!(body.is_subset(&known), "{operation}: {body:?}");
    assert!(required.into_iter().all(|member| body.contains(member)), "{operation}: {body:?}");
    assert!(!full || body == known, "{operation}: {body:?} of {known:?}");
}

fn all_operations() -> Vec<(String, Value)> {
    let models = [Model::user_pools(), Model::identity_pools(), Model::sts()];
    let operations = models.iter().flat_map(|model| model.0["operations"].as_object().unwrap());
    operations.map(|(name, operation)| (name.clone(), operation.clone())).collect()
}

#[test]
fn every_operation_has_a_file_of_its_own() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../core/src/operation");
    for (name, _) in all_operations() {
        let file = name.replace("MFA", "Mfa").chars().fold(String::new(), |file, letter| {
            let underscore = if letter.is_uppercase() && !file.is_empty() { "_" } else { "" };
            format!("{file}{underscore}{}", letter.to_ascii_lowercase())
        });
        let text = fs::read_to_string(folder.join(file).with_extension("rs")).unwrap();
        assert!(text.starts_with(&format!("//! {name}: ")), "{name}");
    }
}

#[test]
fn every_error_of_the_api_has_a_kind_of_its_own() {
    let operations = all_operations();
    let errors: BTreeSet<_> = operations
        .iter()
        .flat_map(|(_, operation)| operation["errors"].as_array().unwrap())
        .map(|error| error.as_str().unwrap())
        .collect();
    assert!(errors.len() > 50);
    for error in errors {
        let mut call = Call::new(&app_client(), SignUp::new("alice", "Very$ecur3"));
        call.step(Timestamp::from_unix_seconds(0), Event::Start).unwrap();
        let body = json!({ "__type": error }).to_string().into_bytes();
        let answer = Event::Response(Response::new(400, Headers::new(), body));
        match call.step(Timestamp::from_unix_seconds(0), answer) {
            Err(refused) => assert_ne!(refused.refusal_kind(), Some(RefusalKind::Unknown), "{error}"),
            Ok(_) => assert_eq!(error, "TooManyRequestsException"),
        }
    }
}

#[test]
fn every_member_and_error_of_every_operation_is_the_models() {
    let model = Model::user_pools();
    let ours = [
        public::<AssociateSoftwareToken>(&model),
        signed_in::<ChangePassword>(&model),
        signed_in::<CompleteWebAuthnRegistration>(&model),
        signed_in::<ConfirmDevice>(&model),
        public::<ConfirmForgotPassword>(&model),
        public::<ConfirmSignUp>(&model),
        signed_in::<DeleteUser>(&model),
        signed_in::<DeleteUserAttributes>(&model),
        signed_in::<DeleteWebAuthnCredential>(&model),
        signed_in::<ForgetDevice>(&model),
        public::<ForgotPassword>(&model),
        public::<GetClientToken>(&model),
        signed_in::<GetDevice>(&model),
        public::<GetTokensFromRefreshToken>(&model),
        signed_in::<GetUser>(&model),
        signed_in::<GetUserAttributeVerificationCode>(&model),
        signed_in::<GetUserAuthFactors>(&model),
        signed_in::<GlobalSignOut>(&model),
        public::<InitiateAuth>(&model),
        signed_in::<ListDevices>(&model),
        signed_in::<ListUserSessions>(&model),
        signed_in::<ListWebAuthnCredentials>(&model),
        public::<ResendConfirmationCode>(&model),
        public::<RespondToAuthChallenge>(&model),
        public::<RevokeToken>(&model),
        signed_in::<RevokeUserSession>(&model),
        signed_in::<SetUserMfaPreference>(&model),
        signed_in::<SetUserSettings>(&model),
        public::<SignUp>(&model),
        signed_in::<StartWebAuthnRegistration>(&model),
        public::<UpdateAuthEventFeedback>(&model),
        signed_in::<UpdateDeviceStatus>(&model),
        signed_in::<UpdateUserAttributes>(&model),
        public::<VerifySoftwareToken>(&model),
        signed_in::<VerifyUserAttribute>(&model),
    ];
    let (identity_pools, sts) = (Model::identity_pools(), Model::sts());
    let of_identity_pools = [
        of_identity_pool::<GetCredentialsForIdentity>(&identity_pools),
        of_identity_pool::<GetId>(&identity_pools),
        of_identity_pool::<GetOpenIdToken>(&identity_pools),
        of_identity_pool::<UnlinkIdentity>(&identity_pools),
        of_identity_pool::<AssumeRoleWithWebIdentity>(&sts),
    ];
    let ours: Vec<_> = ours.into_iter().chain(of_identity_pools).collect();
    let theirs: Vec<_> = all_operations().into_iter().map(|(name, _)| name).collect();
    assert_eq!(ours, theirs);
    println!("{}/{} operations agree with the API model", ours.len(), theirs.len());
}

#[test]
fn every_name_in_every_enum_of_the_api_is_known() {
    fn are_known<T: DeserializeOwned + core::fmt::Debug>(names: &Value) {
        for name in names.as_array().unwrap() {
            let read: T = serde_json::from_value(name.clone()).unwrap();
            assert!(!format!("{read:?}").starts_with("Unknown"), "{name}");
        }
    }

    let model = Model::user_pools();
    for (shape, definition) in model.0["shapes"].as_object().unwrap() {
        let names = &definition["enum"];
        match shape.as_str() {
            _ if names.is_null() => {}
            "AuthFactorType" => are_known::<AuthFactor>(names),
            "AuthFlowType" => are_known::<AuthFlow>(names),
            "ChallengeNameType" => are_known::<ChallengeName>(names),
            "DeliveryMediumType" => are_known::<DeliveryMedium>(names),
            "DeviceRememberedStatusType" => are_known::<DeviceRememberedStatus>(names),
            "FeedbackValueType" => are_known::<FeedbackValue>(names),
            "RevokeAssociatedSessionsType" => are_known::<RevokeAssociatedSessions>(names),
            "SessionTypeType" => are_known::<SessionType>(names),
            "VerifySoftwareTokenResponseType" => are_known::<SoftwareTokenStatus>(names),
            other => panic!("{other} has no type"),
        }
    }
}
