//! Any operation, with its members as JSON.

mod operations;
mod raw;

use std::io::{self, Read};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Category;
use zeroize::Zeroizing;

use crate::arguments::CallArguments;
use crate::output::{Failure, Report};
use crate::program::Program;

use operations::operations;

/// An operation, and how it is called.
struct Operation {
    name: &'static str,
    call: fn(&Program, &str) -> Result<Value, Failure>,
}

pub(crate) fn call(program: &Program, arguments: &CallArguments) -> Result<Report, Failure> {
    let name = &*arguments.operation;
    let unknown = || Failure::Usage(format!("there is no operation {name}; there are {}", names()));
    let operation = operations().into_iter().find(|operation| operation.name == name).ok_or_else(unknown)?;
    let from_stdin = (arguments.body == "-").then(read_stdin).transpose()?;
    let body = from_stdin.as_ref().map_or(&*arguments.body, |text| text.as_str());
    Ok(Report::of_json((operation.call)(program, body)?))
}

fn names() -> String {
    operations().iter().map(|operation| operation.name).collect::<Vec<_>>().join(", ")
}

fn read_stdin() -> Result<Zeroizing<String>, Failure> {
    let mut text = Zeroizing::new(String::with_capacity(4096));
    io::stdin().read_to_string(&mut text).map_err(Failure::of_input)?;
    Ok(text)
}

/// Reads a request. A member that it does not have is refused rather than left out: it would be a mistyped one.
fn request<O: Serialize + DeserializeOwned>(body: &str) -> Result<O, Failure> {
    let mut given: Value = serde_json::from_str(body).map_err(|error| unreadable(&error))?;
    if let Value::Object(members) = &mut given {
        // Null is as good as nothing to the API, and not to each member's type here.
        members.retain(|_, value| !value.is_null());
    }
    let request: O = serde_json::from_value(given.clone()).map_err(|error| unreadable(&error))?;
    let taken = serde_json::to_value(&request).map_err(|error| unreadable(&error))?;
    match unknown_member(&given, &taken) {
        Some(path) => Err(Failure::Usage(format!("the request has no member {path}"))),
        None => Ok(request),
    }
}

/// The parser's message where it quotes no value.
fn unreadable(error: &serde_json::Error) -> Failure {
    let text = error.to_string();
    let problem = match error.classify() {
        Category::Data if text.starts_with("missing field") => text,
        Category::Data => "a member is of another type".to_owned(),
        _ => format!("it is no JSON from line {}, column {} on", error.line(), error.column()),
    };
    Failure::Usage(format!("the request is not one of this operation: {problem}"))
}

/// The first member of what was given that was not taken. Null and what is empty mean nothing, and may be left out.
fn unknown_member(given: &Value, taken: &Value) -> Option<String> {
    match (given, taken) {
        (Value::Object(given), Value::Object(taken)) => given.iter().find_map(|(name, value)| match taken.get(name) {
            Some(taken) => unknown_member(value, taken).map(|path| format!("{name}.{path}")),
            None => (!is_nothing(value)).then(|| name.clone()),
        }),
        (Value::Array(given), Value::Array(taken)) => {
            given.iter().zip(taken).find_map(|(given, taken)| unknown_member(given, taken))
        }
        _ => None,
    }
}

fn is_nothing(value: &Value) -> bool {
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

    fn problem(body: &str) -> String {
        request::<SignUp>(body).unwrap_err().to_string()
    }

    #[test]
    fn a_request_is_read_by_the_names_that_the_api_has() {
        let body = r#"{"Username":"alice","Password":"p","UserAttributes":[{"Name":"email","Value":"a@example.com"}],
            "ClientMetadata":{"a":"b"},"ValidationData":null}"#;
        let sign_up: SignUp = request(body).unwrap();
        assert_eq!((&*sign_up.username, &*sign_up.user_attributes[0].name), ("alice", "email"));
    }

    #[test]
    fn a_mistyped_member_is_named_wherever_it_stands() {
        assert_eq!(problem(r#"{"Username":"a","Pasword":"x"}"#), "the request has no member Pasword");
        let nested = r#"{"Username":"a","UserAttributes":[{"Name":"email","Vaule":"x"}]}"#;
        assert_eq!(problem(nested), "the request has no member UserAttributes.Vaule");
    }

    #[test]
    fn a_member_that_is_missing_is_named_and_no_value_is_repeated() {
        assert!(problem("{}").contains("missing field `Username`"));
        for body in [r#"{"Username":{"hunter2":1}}"#, r#"{"Username":"a","UserAttributes":"hunter2"}"#, "hunter2"] {
            assert!(!problem(body).contains("hunter2"), "{}", problem(body));
        }
    }
}
