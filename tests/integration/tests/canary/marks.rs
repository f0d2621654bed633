//! Marked secrets, and the texts that must not contain a mark.

use std::error::Error as _;
use std::fmt::Debug;

use cognito_core::Error;
use cognito_integration_tests::support::api_model;
use serde_json::{Map, Value, json};

/// The mark that every secret contains: a password, a code, a token, a key.
pub(crate) const MARK: &str = "m4rk";
/// The mark of names and addresses, which the API model calls sensitive.
///
/// Callers need names to recognize a user or a client, so that `Debug` of a value may show this mark. Errors,
/// traces and panics must not show this mark.
pub(crate) const NAME: &str = "n4me";

/// Texts that the library has produced.
#[derive(Default)]
pub(crate) struct Texts {
    debug_outputs: Vec<String>,
    reports: Vec<String>,
    /// Secrets without a mark, because the library computed them.
    computed: Vec<String>,
}

impl Texts {
    /// Adds the `Debug` output of a value.
    pub(crate) fn add_debug(&mut self, value: &impl Debug) {
        self.debug_outputs.push(format!("{value:?}"));
        self.debug_outputs.push(format!("{value:#?}"));
    }

    /// Adds a text that goes to a log or to the user of an application.
    pub(crate) fn add_report(&mut self, text: impl Into<String>) {
        self.reports.push(text.into());
    }

    /// Adds the `Display` and `Debug` output of an error and of all its sources.
    pub(crate) fn add_error(&mut self, error: &Error) {
        self.add_report(format!("{} {error:?} {error:#?}", error.with_causes()));
        let mut source = error.source();
        while let Some(error) = source {
            self.add_report(format!("{error} {error:?}"));
            source = error.source();
        }
    }

    /// Adds the result of a step or of a call.
    pub(crate) fn add_result<T: Debug>(&mut self, result: &Result<T, Error>) {
        match result {
            Ok(value) => self.add_debug(value),
            Err(error) => self.add_error(error),
        }
    }

    /// Adds a computed secret, which no text may contain.
    pub(crate) fn add_computed_secret(&mut self, secret: &str) {
        assert!(secret.len() >= 16, "a short secret may appear in a text by chance");
        self.computed.push(secret.to_owned());
    }

    /// Returns the number of reported texts.
    pub(crate) fn errors(&self) -> usize {
        self.reports.len()
    }

    /// Checks that no text contains a secret, as text or as bytes.
    pub(crate) fn assert_no_secret(&self, whose: &str) {
        assert!(!self.debug_outputs.is_empty() || !self.reports.is_empty(), "{whose} has produced no text");
        let bytes = |join: &str, write: fn(u8) -> String| MARK.bytes().map(write).collect::<Vec<_>>().join(join);
        let marks = [MARK.to_owned(), bytes("", |byte| format!("{byte:02x}")), bytes(", ", |byte| byte.to_string())];
        for text in self.debug_outputs.iter().chain(&self.reports) {
            let lower = text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(!marks.iter().any(|mark| lower.contains(mark)), "{whose} shows a mark: {text:.900}");
            assert!(!self.computed.iter().any(|secret| text.contains(secret)), "{whose} shows a secret: {text:.900}");
        }
        for text in &self.reports {
            assert!(!text.contains(NAME), "{whose} reports a name: {text:.900}");
        }
    }
}

/// The shapes that the model calls sensitive and that this test treats as names.
pub(crate) const NAMES: [&str; 3] = ["ClientIdType", "SessionIpAddressType", "UsernameType"];

/// The shapes that hold secrets although the model does not call them sensitive.
pub(crate) const SECRET_TOO: [&str; 4] =
    ["ChallengeParametersType", "ConfirmationCodeType", "SessionTokenString", "tokenType"];

/// The members that hold secrets although other members of the same shape hold none.
pub(crate) const SECRET_MEMBERS: [&str; 1] = ["PasswordVerifier"];

/// The API model of a service.
pub(crate) struct Model(pub(crate) Value);

impl Model {
    pub(crate) fn all() -> [Self; 3] {
        api_model::SERVICES.map(|service| Self(api_model::model(service)))
    }

    /// Returns a value of the shape called `name` with every member and with a mark in each secret text.
    pub(crate) fn marked(&self, name: &Value) -> Value {
        name.as_str().map_or(json!({}), |name| self.marked_shape(name, false))
    }

    fn marked_shape(&self, name: &str, is_secret: bool) -> Value {
        let shape = &self.0["shapes"][name];
        let is_secret =
            is_secret || (shape["sensitive"] == true && !NAMES.contains(&name)) || SECRET_TOO.contains(&name);
        let within = |shape: &Value| self.marked_shape(shape.as_str().unwrap(), is_secret);
        match shape["type"].as_str().unwrap() {
            "structure" if shape["document"] == true => json!({"any": ["JSON", 1, null]}),
            "structure" => {
                let member = |(member, of): (&String, &Value)| {
                    let is_secret = is_secret || SECRET_MEMBERS.contains(&member.as_str());
                    (member.clone(), self.marked_shape(of["shape"].as_str().unwrap(), is_secret))
                };
                Value::Object(shape["members"].as_object().unwrap().iter().map(member).collect())
            }
            "list" => json!([within(&shape["member"]["shape"])]),
            "map" => Value::Object(Map::from_iter([("a key".to_owned(), within(&shape["value"]["shape"]))])),
            "boolean" => json!(true),
            "integer" => json!(3600),
            "timestamp" if self.0["metadata"]["protocol"] == "query" => json!("2023-11-14T22:13:20Z"),
            "timestamp" => json!(1_700_000_000.25),
            _ if shape["enum"].is_array() => shape["enum"][0].clone(),
            _ if is_secret => json!(format!("{MARK} {name} {MARK}")),
            _ if NAMES.contains(&name) => json!(format!("{NAME} {name}")),
            // The text has the minimum length of the shape, and characters that every shape allows.
            _ => {
                let shortest = shape["min"].as_u64().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
                json!(format!("{:-<shortest$}", format!("example-of-{name}")))
            }
        }
    }
}

/// Returns copies of a value in which one part has another type. A part that had a mark still has one.
pub(crate) fn of_wrong_types(value: &Value) -> Vec<Value> {
    let text = if value.to_string().contains(MARK) { MARK } else { "text" };
    let mut wrong = vec![json!(text), json!([1.5, text]), json!({ "type": text }), json!(5)];
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                wrong.extend(of_wrong_types(member).into_iter().map(|wrong_member| {
                    let mut members = members.clone();
                    members.insert(name.clone(), wrong_member);
                    Value::Object(members)
                }));
            }
        }
        Value::Array(items) => wrong.extend(items.iter().flat_map(of_wrong_types).map(|item| json!([item]))),
        _ => {}
    }
    wrong
}

/// Returns copies of a value in which one text is empty or far too long.
pub(crate) fn of_wrong_lengths(value: &Value) -> Vec<Value> {
    match value {
        Value::String(text) => {
            let long = if text.contains(MARK) { MARK } else { "long" };
            vec![json!(""), json!(long.repeat(15_000))]
        }
        Value::Object(members) => {
            let of_member = |(name, member): (&String, &Value)| {
                let name = name.clone();
                of_wrong_lengths(member).into_iter().map(move |wrong| (name.clone(), wrong)).collect::<Vec<_>>()
            };
            let changed = members.iter().flat_map(of_member);
            let changed = changed.map(|(name, wrong)| {
                let mut members = members.clone();
                members.insert(name, wrong);
                Value::Object(members)
            });
            changed.collect()
        }
        Value::Array(items) => items.iter().flat_map(of_wrong_lengths).map(|item| json!([item])).collect(),
        _ => Vec::new(),
    }
}

/// Returns prefixes of a text, the longest of which lacks only the last character.
pub(crate) fn prefixes(text: &str) -> impl Iterator<Item = &str> {
    text.char_indices().map(|(end, _)| end).filter(|end| end % 5 == 0 || end + 40 > text.len()).map(|end| &text[..end])
}
