//! Operations, errors and enums of the core, compared with the API models of AWS.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use cognito_core::endpoint::Service;
use cognito_core::error::RefusalKind;
use cognito_core::operation::*;
use cognito_core::secret::AccessToken;
use cognito_core::{
    AppClient, Call, Error, Event, Flow, Headers, IdentityPool, IdentityPoolId, Response, SendOutcome, Step, Timestamp,
    UserPoolId,
};
use cognito_integration_tests::support::api_model::{
    SERVICES, errors, example, example_request, model, model_name, operations,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

#[track_caller]
fn app_client() -> AppClient {
    let pool = UserPoolId::new("us-east-1_QdbSdK39m").unwrap();
    AppClient::new(pool, "3pu8tnp684l4lmlfoth25ojmd2").unwrap().with_secret("s3cr3t")
}

/// A visitor that compares each operation with the API model.
struct Comparison {
    /// The names of the operations that agree with the API model.
    agreed: BTreeSet<&'static str>,
}

impl Comparison {
    fn compare<O: ListedOperation>(&mut self, call: impl Fn(O) -> Call<O>, needs: Needs) {
        assert_agreement(call, needs);
        assert!(self.agreed.insert(O::NAME), "{} is in the list twice", O::NAME);
    }
}

impl OperationVisitor for Comparison {
    fn public<O: ListedOperation + Public>(&mut self) {
        self.compare(|request: O| Call::new(&app_client(), request), Needs::Members);
    }

    fn token_authorized<O: ListedOperation + TokenAuthorized>(&mut self) {
        let token = AccessToken::from("access.token");
        self.compare(|request: O| Call::signed_in(&app_client(), &token, request), Needs::Members);
    }

    fn public_or_token_authorized<O: ListedOperation + Public + TokenAuthorized>(&mut self) {
        self.compare(|request: O| Call::new(&app_client(), request), Needs::Session);
    }

    fn for_identity_pool<O: ListedOperation + ForIdentityPool>(&mut self) {
        let id = IdentityPoolId::new("us-east-1:0d4f6c1e-5f1d-4b4e-9a57-2b1f0c3d8e7a").unwrap();
        let pool = IdentityPool::new(id).unwrap();
        self.compare(|request: O| Call::for_identity_pool(&pool, request), Needs::Members);
    }
}

/// The members that the core requires in a request.
#[derive(Clone, Copy, PartialEq)]
enum Needs {
    /// The core requires the members that the API model requires.
    Members,
    /// The core also requires a challenge session, which replaces the access token.
    Session,
}

fn assert_agreement<O: ListedOperation>(call: impl Fn(O) -> Call<O>, needs: Needs) {
    let model = model(model_name(O::SERVICE));
    let operation = &model["operations"][O::NAME];
    assert!(operation.is_object(), "the API has no {}", O::NAME);
    let output = operation["output"].as_str().map(|shape| &model["shapes"][shape]["members"]);
    let is_empty = output.and_then(Value::as_object).is_none_or(serde_json::Map::is_empty);
    assert_eq!(O::HAS_EMPTY_RESPONSE, is_empty, "{}", O::NAME);
    for full in [true, false] {
        let request = example_request(&model, O::NAME, full);
        let read: O = serde_json::from_value(request.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), request, "{}", O::NAME);
        if let Some(body) = sent(call(read), needs) {
            check_members(&model, O::NAME, &body, full, needs);
        }

        let response = example(&model, &operation["output"], full);
        let read: O::Response = serde_json::from_value(response.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), response, "{}", O::NAME);
        survives_odd_members::<O>(&model, &operation["output"], &response);
    }
}

/// The optional members that a decision of the library depends on, and whose wrong type is an error.
const ESSENTIAL: [(&str, &str); 4] = [
    ("AssumeRoleWithWebIdentity", "Credentials"),
    ("GetUser", "PreferredMfaSetting"),
    ("GetUser", "UserMFASettingList"),
    ("VerifySoftwareToken", "Status"),
];

/// Checks that a response is still read if an optional member, or a member of such a member, has a wrong
/// type.
fn survives_odd_members<O: ListedOperation>(model: &Value, output: &Value, response: &Value) {
    let required = output.as_str().map(|shape| &model["shapes"][shape]["required"]);
    let is_required =
        |name: &String| required.and_then(Value::as_array).is_some_and(|required| required.contains(&json!(name)));
    let is_essential = |name: &String| ESSENTIAL.contains(&(O::NAME, name));
    let odd = [json!(7), json!(1.5), json!(true), json!("text"), json!([]), json!([7, {}]), json!({ "x": [7] })];
    let members = response.as_object().unwrap();
    for (name, value) in members.iter().filter(|(name, _)| !is_required(name) && !is_essential(name)) {
        let nested = value.as_object().into_iter().flat_map(serde_json::Map::keys);
        let paths = nested.map(|member| format!("/{name}/{member}")).chain([format!("/{name}")]);
        for (path, odd) in paths.flat_map(|path| odd.iter().map(move |odd| (path.clone(), odd))) {
            let mut response = response.clone();
            *response.pointer_mut(&path).unwrap() = odd.clone();
            let read = serde_json::from_value::<O::Response>(response);
            assert!(read.is_ok(), "{} {path} {odd}: {:?}", O::NAME, read.err());
        }
    }
}

/// Returns the body that a call sends, or `None` if the call needs a session that the request lacks.
fn sent<O: Operation>(mut call: Call<O>, needs: Needs) -> Option<Value> {
    match call.step(Timestamp::from_unix_seconds(0), Event::Start) {
        Ok(Step::Send(request)) if O::SERVICE == Service::Sts => Some(form_members(request.body())),
        Ok(Step::Send(request)) => Some(serde_json::from_slice(request.body()).unwrap()),
        Err(error) if needs == Needs::Session => {
            assert!(matches!(error, Error::InvalidInput(_)));
            None
        }
        other => panic!("{:?}", other.map(|_| ())),
    }
}

/// Returns the members of a form, without `Action` and `Version`.
#[track_caller]
fn form_members(form: &[u8]) -> Value {
    let pairs = core::str::from_utf8(form).unwrap().split('&').map(|pair| pair.split_once('=').unwrap());
    let (operation, members): (Vec<_>, Vec<_>) = pairs.partition(|(name, _)| ["Action", "Version"].contains(name));
    assert_eq!(operation, [("Action", "AssumeRoleWithWebIdentity"), ("Version", "2011-06-15")]);
    members.into_iter().map(|(name, value)| (name.split('.').next().unwrap().to_owned(), json!(value))).collect()
}

/// Checks that a body has all required members and no unknown member, and that a full request has every
/// member.
#[track_caller]
fn check_members(model: &Value, operation: &str, body: &Value, full: bool, needs: Needs) {
    let shape = &model["shapes"][model["operations"][operation]["input"].as_str().unwrap()];
    let body: BTreeSet<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    let mut known: BTreeSet<_> = shape["members"].as_object().unwrap().keys().map(String::as_str).collect();
    if needs == Needs::Session {
        known.remove("AccessToken");
    }
    let required = shape["required"].as_array().into_iter().flatten().map(|member| member.as_str().unwrap());
    assert!(body.is_subset(&known), "{operation}: {body:?}");
    assert!(required.into_iter().all(|member| body.contains(member)), "{operation}: {body:?}");
    assert!(!full || body == known, "{operation}: {body:?} of {known:?}");
}

fn all_operations() -> Vec<(String, Value)> {
    SERVICES.iter().flat_map(|service| operations(&model(service)).clone()).collect()
}

#[test]
fn every_operation_has_its_own_file() {
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
fn every_error_of_the_api_is_a_known_kind() {
    let operations = all_operations();
    let errors: BTreeSet<_> = operations.iter().flat_map(|(_, operation)| errors(operation)).collect();
    assert!(errors.len() > 50);
    for error in errors {
        let mut call = Call::new(&app_client(), SignUp::new("alice", "Very$ecur3"));
        call.step(Timestamp::from_unix_seconds(0), Event::Start).unwrap();
        let body = json!({ "__type": error }).to_string().into_bytes();
        let answer = Event::Sent(SendOutcome::Answered(Response::new(400, Headers::new(), body)));
        match call.step(Timestamp::from_unix_seconds(0), answer) {
            Err(refused) => assert_ne!(refused.refusal_kind(), Some(RefusalKind::Unknown), "{error}"),
            Ok(_) => assert_eq!(error, "TooManyRequestsException"),
        }
    }
}

#[test]
fn all_members_of_all_operations_match_the_model() {
    let mut comparison = Comparison { agreed: BTreeSet::new() };
    for_each_operation(&mut comparison);
    let operations = all_operations();
    let theirs: BTreeSet<_> = operations.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(comparison.agreed, theirs);
    println!("{}/{} operations agree with the API model", comparison.agreed.len(), theirs.len());
}

#[test]
fn every_enum_value_of_the_api_is_known() {
    fn are_known<T: DeserializeOwned + core::fmt::Debug>(names: &Value) {
        for name in names.as_array().unwrap() {
            let read: T = serde_json::from_value(name.clone()).unwrap();
            assert!(!format!("{read:?}").starts_with("Unknown"), "{name}");
        }
    }

    for (shape, definition) in model("cognito-idp")["shapes"].as_object().unwrap() {
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
            other => panic!("the enum {other} has no Rust type"),
        }
    }
}
