//! The services' API models.

use serde_json::Value;

/// The services that have a model.
pub const SERVICES: [&str; 3] = ["cognito-idp", "cognito-identity", "sts"];

/// The model of a service.
#[track_caller]
pub fn model(service: &str) -> Value {
    let text = match service {
        "cognito-idp" => include_str!("api_model/cognito-idp.shapes.json"),
        "cognito-identity" => include_str!("api_model/cognito-identity.shapes.json"),
        "sts" => include_str!("api_model/sts.shapes.json"),
        _ => panic!("there is no model of {service}"),
    };
    serde_json::from_str(text).unwrap()
}

/// Whether a value has a shape of the model.
pub fn conforms(model: &Value, path: &str, shape: &Value, value: &Value) {
    let name = shape.as_str().unwrap_or_else(|| panic!("{path}: {shape}"));
    let shape = &model["shapes"][name];
    match shape["type"].as_str().unwrap() {
        "structure" if name != "Document" => {
            let members = value.as_object().unwrap_or_else(|| panic!("{path}: {value}"));
            for (member, value) in members {
                let of = shape["members"].get(member).unwrap_or_else(|| panic!("{path} has no {member}"));
                conforms(model, &format!("{path}.{member}"), &of["shape"], value);
            }
            for required in shape["required"].as_array().into_iter().flatten() {
                assert!(members.contains_key(required.as_str().unwrap()), "{path} lacks {required}");
            }
        }
        "list" => {
            let items = value.as_array().unwrap_or_else(|| panic!("{path}: {value}"));
            items.iter().for_each(|item| conforms(model, path, &shape["member"]["shape"], item));
        }
        "string" => {
            let text = value.as_str().unwrap_or_else(|| panic!("{path}: {value}"));
            assert!(shape.get("enum").is_none_or(|set| set.as_array().unwrap().contains(value)), "{path}: {value}");
            let within = |limit: &str, fits: fn(u64, u64) -> bool| {
                shape[limit].as_u64().is_none_or(|limit| fits(text.chars().count() as u64, limit))
            };
            assert!(within("min", |length, least| length >= least), "{path}: {value}");
            assert!(within("max", |length, most| length <= most), "{path}: {value}");
        }
        "boolean" => assert!(value.is_boolean(), "{path}: {value}"),
        "integer" => assert!(value.is_u64(), "{path}: {value}"),
        // XML has a date.
        "timestamp" => assert!(value.is_number() || value.as_str().unwrap().ends_with('Z'), "{path}: {value}"),
        _ => assert!(value.is_object(), "{path}: {value}"),
    }
}
