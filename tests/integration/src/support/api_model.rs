//! The API models of the three AWS services, and example values of their shapes.

use cognito_core::endpoint::Service;
use serde_json::{Map, Value, json};

/// The names of the services whose API models are stored in this package.
pub const SERVICES: [&str; 3] = ["cognito-idp", "cognito-identity", "sts"];

/// The request members that the client fills in, so that a caller does not pass them.
pub const ADDED: [&str; 4] = ["ClientId", "ClientSecret", "SecretHash", "AccessToken"];

/// Returns the name of the API model of a service.
pub fn model_name(service: Service) -> &'static str {
    match service {
        Service::UserPools => "cognito-idp",
        Service::IdentityPools => "cognito-identity",
        Service::Sts => "sts",
        other => panic!("{other:?} has no model"),
    }
}

/// Returns the API model of the service called `service`.
#[track_caller]
pub fn model(service: &str) -> Value {
    let text = match service {
        "cognito-idp" => include_str!("api_model/cognito-idp.shapes.json"),
        "cognito-identity" => include_str!("api_model/cognito-identity.shapes.json"),
        "sts" => include_str!("api_model/sts.shapes.json"),
        _ => panic!("{service} has no model"),
    };
    serde_json::from_str(text).unwrap()
}

/// Returns the operations of an API model, by name.
pub fn operations(model: &Value) -> &Map<String, Value> {
    model["operations"].as_object().unwrap()
}

/// Returns the names of the errors that an operation of the model lists.
pub fn errors(operation: &Value) -> Vec<&str> {
    operation["errors"].as_array().unwrap().iter().map(|error| error.as_str().unwrap()).collect()
}

/// Returns an example request of an operation, with all members if `full`, and otherwise with the required
/// members.
///
/// The members in [`ADDED`] are absent.
pub fn example_request(model: &Value, operation: &str, full: bool) -> Value {
    let mut request = example(model, &model["operations"][operation]["input"], full);
    request.as_object_mut().unwrap().retain(|member, _| !ADDED.contains(&member.as_str()));
    request
}

/// Returns an example value of the shape called `name`, with all members if `full`, and otherwise with the
/// required members.
///
/// Without a name, the example is an empty object.
pub fn example(model: &Value, name: &Value, full: bool) -> Value {
    let Some(name) = name.as_str() else { return json!({}) };
    let shape = &model["shapes"][name];
    match shape["type"].as_str().unwrap() {
        "structure" if shape["document"] == true => json!({"any": ["JSON", 1, null], "none": null}),
        "structure" => {
            let required = shape["required"].as_array().cloned().unwrap_or_default();
            let members = shape["members"].as_object().unwrap().iter();
            let members = members.filter(|(member, _)| full || required.contains(&json!(member)));
            Value::Object(members.map(|(member, of)| (member.clone(), example(model, &of["shape"], full))).collect())
        }
        "list" => json!([example(model, &shape["member"]["shape"], full)]),
        "map" => {
            let key = example(model, &shape["key"]["shape"], full).as_str().unwrap().to_owned();
            Value::Object(Map::from_iter([(key, example(model, &shape["value"]["shape"], full))]))
        }
        "boolean" => json!(true),
        "integer" => json!(3600),
        // The query protocol answers in XML, and a time in XML is text.
        "timestamp" if model["metadata"]["protocol"] == "query" => json!("2023-11-14T22:13:20Z"),
        "timestamp" => json!(1_700_000_000.25),
        "string" => shape["enum"].get(0).cloned().unwrap_or_else(|| {
            let shortest = usize::try_from(shape["min"].as_u64().unwrap_or(0)).unwrap();
            json!(format!("{:-<shortest$}", format!("example-of-{name}")))
        }),
        other => panic!("no example of {other}"),
    }
}

/// Checks that `value` has the shape `shape` of the model, and panics if it does not.
///
/// `path` is the place of the value in the whole answer, for the panic message.
pub fn conforms(model: &Value, path: &str, shape: &Value, value: &Value) {
    let name = shape.as_str().unwrap_or_else(|| panic!("{path}: {shape} is not the name of a shape"));
    let shape = &model["shapes"][name];
    match shape["type"].as_str().unwrap() {
        "structure" if name != "Document" => {
            let members = value.as_object().unwrap_or_else(|| panic!("{path}: {value} has the wrong type"));
            for (member, value) in members {
                let of = shape["members"].get(member).unwrap_or_else(|| panic!("{path} has no {member}"));
                conforms(model, &format!("{path}.{member}"), &of["shape"], value);
            }
            for required in shape["required"].as_array().into_iter().flatten() {
                assert!(members.contains_key(required.as_str().unwrap()), "{path} lacks {required}");
            }
        }
        "list" => {
            let items = value.as_array().unwrap_or_else(|| panic!("{path}: {value} has the wrong type"));
            items.iter().for_each(|item| conforms(model, path, &shape["member"]["shape"], item));
        }
        "string" => {
            let text = value.as_str().unwrap_or_else(|| panic!("{path}: {value} has the wrong type"));
            assert!(shape.get("enum").is_none_or(|set| set.as_array().unwrap().contains(value)), "{path}: {value}");
            let within = |limit: &str, fits: fn(u64, u64) -> bool| {
                shape[limit].as_u64().is_none_or(|limit| fits(text.chars().count() as u64, limit))
            };
            assert!(within("min", |length, least| length >= least), "{path}: {value}");
            assert!(within("max", |length, most| length <= most), "{path}: {value}");
        }
        "boolean" => assert!(value.is_boolean(), "{path}: {value}"),
        "integer" => assert!(value.is_u64(), "{path}: {value}"),
        // The query protocol answers in XML, and a time in XML is a date as text.
        "timestamp" => assert!(value.is_number() || value.as_str().unwrap().ends_with('Z'), "{path}: {value}"),
        _ => assert!(value.is_object(), "{path}: {value}"),
    }
}
