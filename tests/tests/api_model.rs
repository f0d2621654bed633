//! Requests and responses against Cognito's own API model.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use cognito_core::operation::{
    ChangePassword, ConfirmSignUp, GetUser, GlobalSignOut, InitiateAuth, Operation, ResendConfirmationCode,
    RespondToAuthChallenge, RevokeToken, SignUp,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

struct Model(Value);

impl Model {
    fn read() -> Self {
        Self(serde_json::from_str(include_str!("api_model/cognito-idp.shapes.json")).unwrap())
    }

    fn operation(&self, name: &str) -> &Value {
        let operation = &self.0["operations"][name];
        assert!(operation.is_object(), "the API has no {name}");
        operation
    }

    fn shape(&self, name: &Value) -> &Value {
        &self.0["shapes"][name.as_str().unwrap()]
    }

    /// A value of this shape with every member, or with the required ones only.
    fn example(&self, name: &Value, full: bool) -> Value {
        let shape = self.shape(name);
        match shape["type"].as_str().unwrap() {
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
            "string" => {
                shape["enum"].get(0).cloned().unwrap_or(json!(format!("example of {}", name.as_str().unwrap())))
            }
            other => panic!("no example of {other}"),
        }
    }
}

/// The members that are added where a request is assembled.
const ADDED: [&str; 4] = ["ClientId", "ClientSecret", "SecretHash", "AccessToken"];

fn agrees<O: Operation + DeserializeOwned>(model: &Model)
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

        let response = model.example(&operation["output"], full);
        let read: O::Response = serde_json::from_value(response.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), response, "{}", O::NAME);
    }
}

#[test]
fn every_member_and_error_of_every_operation_is_the_models() {
    let model = Model::read();
    agrees::<ChangePassword>(&model);
    agrees::<ConfirmSignUp>(&model);
    agrees::<GetUser>(&model);
    agrees::<GlobalSignOut>(&model);
    agrees::<InitiateAuth>(&model);
    agrees::<ResendConfirmationCode>(&model);
    agrees::<RespondToAuthChallenge>(&model);
    agrees::<RevokeToken>(&model);
    agrees::<SignUp>(&model);
}

#[test]
fn every_challenge_and_flow_of_the_api_has_a_name_of_its_own() {
    use cognito_core::operation::{AuthFlow, ChallengeName, DeliveryMedium};

    fn is_known<T: DeserializeOwned + core::fmt::Debug>(model: &Model, shape: &str) {
        let names = model.0["shapes"][shape]["enum"].as_array().unwrap();
        for name in names {
            let read: T = serde_json::from_value(name.clone()).unwrap();
            assert!(!format!("{read:?}").starts_with("Unknown"), "{name}");
        }
    }

    let model = Model::read();
    is_known::<AuthFlow>(&model, "AuthFlowType");
    is_known::<ChallengeName>(&model, "ChallengeNameType");
    is_known::<DeliveryMedium>(&model, "DeliveryMediumType");
}
