//! The command `call`, which calls any operation with a JSON request.

mod operations;
mod raw;

use std::io::{self, Read};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Category;
use zeroize::Zeroizing;

use crate::arguments::CallArguments;
use crate::exact_json::ExactJson;
use crate::output::{Failure, Report};
use crate::program::Program;

use operations::operations;

/// The name of an operation, and the function that calls the operation.
struct Operation {
    name: &'static str,
    call: fn(&Program, &str) -> Result<ExactJson, Failure>,
}

pub(crate) fn call(program: &Program, arguments: &CallArguments) -> Result<Report, Failure> {
    let name = &*arguments.operation;
    let unknown = || Failure::Usage(format!("there is no operation {name}: use one of {}", operation_names()));
    let operation = operations().into_iter().find(|operation| operation.name == name).ok_or_else(unknown)?;
    let from_stdin = (arguments.body == "-").then(read_stdin).transpose()?;
    let body = from_stdin.as_ref().map_or(&*arguments.body, |text| text.as_str());
    Ok(Report::from_json((operation.call)(program, body)?))
}

fn operation_names() -> String {
    operations().iter().map(|operation| operation.name).collect::<Vec<_>>().join(", ")
}

fn read_stdin() -> Result<Zeroizing<String>, Failure> {
    let mut text = Zeroizing::new(String::with_capacity(4096));
    io::stdin().read_to_string(&mut text).map_err(Failure::from_input)?;
    Ok(text)
}

/// Parses the JSON request of an operation.
///
/// # Errors
///
/// Returns [`Failure::Usage`] if the JSON is invalid, or if the JSON has a member that the operation does not
/// know. The name of an unknown member is probably mistyped.
fn parse_request<O: Serialize + DeserializeOwned>(body: &str) -> Result<O, Failure> {
    let mut given: Value = serde_json::from_str(body).map_err(|error| invalid_request(&error))?;
    if let Value::Object(members) = &mut given {
        // The API treats a member that is null as absent, but the Rust types of some members reject null.
        members.retain(|_, value| !value.is_null());
    }
    let request: O = serde_json::from_value(given.clone()).map_err(|error| invalid_request(&error))?;
    let known = serde_json::to_value(&request).map_err(|error| invalid_request(&error))?;
    match unknown_member(&given, &known) {
        Some(path) => Err(Failure::Usage(format!("unknown member in the request: {path}"))),
        None => Ok(request),
    }
}

/// Creates the failure for a request that cannot be parsed. The message never quotes a value, because the
/// value may be a secret.
fn invalid_request(error: &serde_json::Error) -> Failure {
    let text = error.to_string();
    let problem = match error.classify() {
        Category::Data if text.starts_with("missing field") => text,
        Category::Data => "a member has the wrong type".to_owned(),
        _ => format!("invalid JSON at line {}, column {}", error.line(), error.column()),
    };
    Failure::Usage(format!("invalid request: {problem}"))
}

/// Returns the path of the first member of `given` that is not in `known`.
///
/// Ignores a member whose value is null or empty, because the serialized request may omit such a member.
fn unknown_member(given: &Value, known: &Value) -> Option<String> {
    match (given, known) {
        (Value::Object(given), Value::Object(known)) => given.iter().find_map(|(name, value)| match known.get(name) {
            Some(known) => unknown_member(value, known).map(|path| format!("{name}.{path}")),
            None => (!is_null_or_empty(value)).then(|| name.clone()),
        }),
        (Value::Array(given), Value::Array(known)) => {
            given.iter().zip(known).find_map(|(given, known)| unknown_member(given, known))
        }
        _ => None,
    }
}

fn is_null_or_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use cognito_blocking::operation::SignUp;

    use super::*;

    fn error_message(body: &str) -> String {
        parse_request::<SignUp>(body).unwrap_err().to_string()
    }

    #[test]
    fn a_request_uses_the_member_names_of_the_api() {
        let body = r#"{"Username":"alice","Password":"p","UserAttributes":[{"Name":"email","Value":"a@example.com"}],
            "ClientMetadata":{"a":"b"},"ValidationData":null}"#;
        let sign_up: SignUp = parse_request(body).unwrap();
        assert_eq!((&*sign_up.username, &*sign_up.user_attributes[0].name), ("alice", "email"));
    }

    #[test]
    fn an_unknown_member_is_named_at_any_depth() {
        assert_eq!(error_message(r#"{"Username":"a","Pasword":"x"}"#), "unknown member in the request: Pasword");
        let nested = r#"{"Username":"a","UserAttributes":[{"Name":"email","Vaule":"x"}]}"#;
        assert_eq!(error_message(nested), "unknown member in the request: UserAttributes.Vaule");
    }

    #[test]
    fn a_missing_member_is_named_and_no_value_is_quoted() {
        assert!(error_message("{}").contains("missing field `Username`"));
        for body in [r#"{"Username":{"hunter2":1}}"#, r#"{"Username":"a","UserAttributes":"hunter2"}"#, "hunter2"] {
            assert!(!error_message(body).contains("hunter2"), "{}", error_message(body));
        }
    }
}
