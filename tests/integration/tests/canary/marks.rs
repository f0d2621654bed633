//! Marked secrets, and the texts in which no mark may stand.

use std::error::Error as _;
use std::fmt::Debug;

use cognito_core::Error;
use cognito_integration_tests::support::api_model;
use serde_json::{Map, Value, json};

/// Stands in every secret: a password, a code, a token, a key.
pub(crate) const MARK: &str = "m4rk";
/// Stands in what the API model calls sensitive although it is a name or an address by which the caller knows whom or what
/// it speaks of. `Debug` of a value may show it; an error, a trace and a panic may not.
pub(crate) const NAME: &str = "n4me";

/// What the library has made into text.
#[derive(Default)]
pub(crate) struct Texts {
    shown: Vec<String>,
    told: Vec<String>,
    /// Secrets that cannot be marked, since they were computed.
    computed: Vec<String>,
}

impl Texts {
    /// A value is shown by `Debug`.
    pub(crate) fn show(&mut self, value: &impl Debug) {
        self.shown.push(format!("{value:?}"));
        self.shown.push(format!("{value:#?}"));
    }

    /// A text that goes to a log or to the user of an application.
    pub(crate) fn tell(&mut self, text: impl Into<String>) {
        self.told.push(text.into());
    }

    /// An error, by `Display` and `Debug`, with all that it comes from.
    pub(crate) fn fail(&mut self, error: &Error) {
        self.tell(format!("{} {error:?} {error:#?}", error.with_causes()));
        let mut source = error.source();
        while let Some(error) = source {
            self.tell(format!("{error} {error:?}"));
            source = error.source();
        }
    }

    /// What a step or a call has come to.
    pub(crate) fn come_to<T: Debug>(&mut self, result: &Result<T, Error>) {
        match result {
            Ok(value) => self.show(value),
            Err(error) => self.fail(error),
        }
    }

    /// This must not be in any text either.
    pub(crate) fn computed(&mut self, secret: &str) {
        assert!(secret.len() >= 16, "what is so short may stand anywhere");
        self.computed.push(secret.to_owned());
    }

    pub(crate) fn errors(&self) -> usize {
        self.told.len()
    }

    /// No secret is in any of the texts, as it is or as bytes.
    pub(crate) fn hold_no_secret(&self, whose: &str) {
        assert!(!self.shown.is_empty() || !self.told.is_empty(), "{whose} has said nothing");
        let bytes = |join: &str, write: fn(u8) -> String| MARK.bytes().map(write).collect::<Vec<_>>().join(join);
        let marks = [MARK.to_owned(), bytes("", |byte| format!("{byte:02x}")), bytes(", ", |byte| byte.to_string())];
        for text in self.shown.iter().chain(&self.told) {
            let lower = text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(!marks.iter().any(|mark| lower.contains(mark)), "{whose} shows a mark: {text:.900}");
            assert!(!self.computed.iter().any(|secret| text.contains(secret)), "{whose} shows a secret: {text:.900}");
        }
        for text in &self.told {
            assert!(!text.contains(NAME), "{whose} tells a name: {text:.900}");
        }
    }
}

/// Shapes of the model that are sensitive there and are names here.
pub(crate) const NAMES: [&str; 3] = ["ClientIdType", "SessionIpAddressType", "UsernameType"];

/// Shapes that are secret in fact, and not sensitive in the model.
pub(crate) const SECRET_TOO: [&str; 4] =
    ["ChallengeParametersType", "ConfirmationCodeType", "SessionTokenString", "tokenType"];

/// Members that are secret in fact, of a shape that is anybody's.
pub(crate) const SECRET_MEMBERS: [&str; 1] = ["PasswordVerifier"];

/// The API model of a service.
pub(crate) struct Model(pub(crate) Value);

impl Model {
    pub(crate) fn all() -> [Self; 3] {
        api_model::SERVICES.map(|service| Self(api_model::model(service)))
    }

    /// A value of this shape with every member, where each secret text has a mark.
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
            // As long as the shape wants it, and of no characters that it might not want.
            _ => {
                let shortest = shape["min"].as_u64().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
                json!(format!("{:-<shortest$}", format!("example-of-{name}")))
            }
        }
    }
}

/// This value with each part in turn of another type, and a mark in what had one.
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

/// This value with each text in turn empty, and absurdly long.
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

/// The beginnings of a text, up to it without its last character.
pub(crate) fn beginnings(text: &str) -> impl Iterator<Item = &str> {
    text.char_indices().map(|(end, _)| end).filter(|end| end % 5 == 0 || end + 40 > text.len()).map(|end| &text[..end])
}
