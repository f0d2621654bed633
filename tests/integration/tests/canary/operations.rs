//! Every operation of the API models, with a mark in every secret member.

use cognito_core::endpoint::Service;
use cognito_core::operation::*;
use cognito_core::secret::AccessToken;
use cognito_core::{AppClient, Call, Error, Event, Flow, IdentityPool, IdentityPoolId, Step, UserPoolId};
use serde_json::Value;

use crate::events::{NOW, answer, failures};
use crate::marks::{
    MARK, Model, NAME, NAMES, SECRET_MEMBERS, SECRET_TOO, Texts, of_wrong_lengths, of_wrong_types, prefixes,
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

/// A visitor that tests every operation.
struct Canary {
    models: [Model; 3],
    /// The names of the operations that passed the test.
    passed: Vec<&'static str>,
}

impl Canary {
    fn check_operation<O: ListedOperation>(&mut self, call: impl Fn(O) -> Call<O>) {
        let [user_pools, identity_pools, sts] = &self.models;
        let model = match O::SERVICE {
            Service::UserPools => user_pools,
            Service::IdentityPools => identity_pools,
            Service::Sts => sts,
            other => panic!("{other:?} has no model"),
        };
        check_operation(model, call);
        self.passed.push(O::NAME);
    }
}

impl OperationVisitor for Canary {
    fn public<O: ListedOperation + Public>(&mut self) {
        self.check_operation(|request: O| Call::new(&app_client(), request));
    }

    fn token_authorized<O: ListedOperation + TokenAuthorized>(&mut self) {
        let token = AccessToken::from(format!("{MARK} access token"));
        self.check_operation(|request: O| Call::signed_in(&app_client(), &token, request));
    }

    fn public_or_token_authorized<O: ListedOperation + Public + TokenAuthorized>(&mut self) {
        self.public::<O>();
    }

    fn for_identity_pool<O: ListedOperation + ForIdentityPool>(&mut self) {
        self.check_operation(|request: O| Call::for_identity_pool(&identity_pool(), request));
    }
}

/// The request members that the client fills in, so that a caller does not pass them.
const ADDED: [&str; 4] = ["ClientId", "ClientSecret", "SecretHash", "AccessToken"];

fn check_operation<O: ListedOperation>(model: &Model, call: impl Fn(O) -> Call<O>) {
    let operation = &model.0["operations"][O::NAME];
    let mut request = model.marked(&operation["input"]);
    request.as_object_mut().unwrap().retain(|member, _| !ADDED.contains(&member.as_str()));
    // A request takes either a challenge session or an access token.
    if O::AUTHORIZATION == Authorization::AccessToken {
        request.as_object_mut().unwrap().remove("Session");
    }
    let new = || call(serde_json::from_value(request.clone()).unwrap());
    let response = model.marked(&operation["output"]);
    let mut texts = Texts::default();

    texts.add_debug(&serde_json::from_value::<O>(request.clone()).unwrap());
    refusals_of_input(&mut texts, &request, &call);
    let mut sent = new();
    texts.add_debug(&sent);
    let step = sent.step(NOW, Event::Start);
    texts.add_result(&step);
    texts.add_debug(&sent);
    let Ok(Step::Send(sent)) = step else { panic!("{} was not sent", O::NAME) };
    let body = String::from_utf8(sent.body().to_vec()).unwrap();
    assert!(body.contains(MARK), "the request of {} contains no secret: {body}", O::NAME);
    texts.add_report(format!("{} {}", sent.operation(), sent.attempt()));
    add_secret_hash(&mut texts, &body);

    // The answer to a form is XML.
    let is_xml = sent.headers().get("content-type") == Some("application/x-www-form-urlencoded");
    let written = |value: &Value| if is_xml { xml(O::NAME, value) } else { value.to_string() };
    let valid = written(&response);
    assert!(
        run_and_record(&mut texts, new(), answer(200, &valid)).is_ok(),
        "the answer of {} is invalid: {valid}",
        O::NAME
    );
    let before = texts.errors();
    let raw = [MARK.to_owned(), format!("<{MARK}>{MARK}</{MARK}>"), format!("[{MARK}"), format!("{valid}{MARK}")];
    let wrong = of_wrong_types(&response).iter().map(written).collect::<Vec<_>>();
    for body in raw.iter().chain(&wrong).map(String::as_str).chain(prefixes(&valid)) {
        let _ = run_and_record(&mut texts, new(), answer(200, body));
    }
    assert!(texts.errors() > before, "no wrong answer of {} was malformed", O::NAME);
    let errors: Vec<_> = operation["errors"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    for event in failures(&errors) {
        assert!(run_and_record(&mut texts, new(), event).is_err());
    }
    texts.assert_no_secret(O::NAME);
}

/// Adds the errors for texts of invalid length, which are rejected before anything is sent.
fn refusals_of_input<O: ListedOperation>(texts: &mut Texts, request: &Value, call: &impl Fn(O) -> Call<O>) {
    for wrong in of_wrong_lengths(request) {
        let read: O = serde_json::from_value(wrong).unwrap();
        texts.add_debug(&read);
        texts.add_result(&call(read).step(NOW, Event::Start));
    }
}

/// Adds the secret hash of a request body to the computed secrets.
fn add_secret_hash(texts: &mut Texts, body: &str) {
    let Ok(body) = serde_json::from_str::<Value>(body) else { return };
    for hash in
        [&body["SecretHash"], &body["AuthParameters"]["SECRET_HASH"], &body["ChallengeResponses"]["SECRET_HASH"]]
    {
        hash.as_str().into_iter().for_each(|hash| texts.add_computed_secret(hash));
    }
}

/// Runs a call to its end, reports `event` for every request, and adds all output of the call to `texts`.
fn run_and_record<O: ListedOperation>(
    texts: &mut Texts,
    mut call: Call<O>,
    event: Event,
) -> Result<O::Response, Error> {
    let mut next = Event::Start;
    loop {
        let step = call.step(NOW, next);
        texts.add_result(&step);
        texts.add_result(&call.step(NOW, Event::Start));
        texts.add_debug(&call);
        next = match step {
            Ok(Step::Send(_)) => event.clone(),
            Ok(Step::Wait(_)) => Event::Woke,
            Ok(Step::Done(output)) => return Ok(output),
            Err(error) => return Err(error),
        };
    }
}

/// Returns the XML answer of the query protocol for an answer in JSON.
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
fn the_listed_shapes_exist_in_the_models() {
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
    let mut canary = Canary { models: Model::all(), passed: Vec::new() };
    for_each_operation(&mut canary);
    let Canary { models, mut passed } = canary;
    let mut listed: Vec<_> =
        models.iter().flat_map(|model| model.0["operations"].as_object().unwrap().keys()).collect();
    passed.sort_unstable();
    listed.sort_unstable();
    assert_eq!(passed, listed);
    println!("{} operations show no secret", passed.len());
}

/// Regression: `Debug` of a request showed the IP address of the user's device and the data collected on the
/// device.
#[test]
fn debug_shows_no_user_context_data() {
    let text = format!(r#"{{"IpAddress":"{MARK}","EncodedData":"{MARK}"}}"#);
    let data: UserContextData = serde_json::from_str(&text).unwrap();
    assert_eq!(format!("{data:?}"), "UserContextData { .. }");
}
