//! The checks that Cognito runs on every member of a request before any other check.

use alloc::collections::BTreeMap;
use core::ops::RangeInclusive;

use crate::failure::Failure;

/// The constraints of the service model on one kind of text.
pub(crate) struct Rule {
    min_length: usize,
    max_length: usize,
    pattern: &'static str,
    allows: fn(char) -> bool,
    /// Whether the value is sensitive, so that the error text does not repeat it.
    sensitive: bool,
}

const NOT_SPACE: fn(char) -> bool = |letter| !letter.is_whitespace();
const WORD: fn(char) -> bool = |letter| letter.is_ascii_alphanumeric() || "_+".contains(letter);

pub(crate) const USERNAME: Rule = Rule {
    min_length: 1,
    max_length: 128,
    pattern: "[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+",
    allows: |letter| !letter.is_whitespace() && !letter.is_control(),
    sensitive: true,
};
pub(crate) const PASSWORD: Rule =
    Rule { min_length: 0, max_length: 256, pattern: "[\\S]+", allows: NOT_SPACE, sensitive: true };
pub(crate) const CLIENT_ID: Rule =
    Rule { min_length: 1, max_length: 128, pattern: "[\\w+]+", allows: WORD, sensitive: true };
pub(crate) const CLIENT_SECRET: Rule =
    Rule { min_length: 1, max_length: 64, pattern: "[\\w+]+", allows: WORD, sensitive: true };
pub(crate) const SECRET_HASH: Rule = Rule {
    min_length: 1,
    max_length: 128,
    pattern: "[\\w+=/]+",
    allows: |letter| letter.is_ascii_alphanumeric() || "_+=/".contains(letter),
    sensitive: true,
};
pub(crate) const CONFIRMATION_CODE: Rule =
    Rule { min_length: 1, max_length: 2048, pattern: "[\\S]+", allows: NOT_SPACE, sensitive: false };
pub(crate) const TOKEN: Rule = Rule {
    min_length: 0,
    max_length: usize::MAX,
    pattern: "[A-Za-z0-9-_=.]+",
    allows: |letter| letter.is_ascii_alphanumeric() || "-_=.".contains(letter),
    sensitive: true,
};
pub(crate) const SESSION: Rule =
    Rule { min_length: 20, max_length: 4096, pattern: "", allows: |_| true, sensitive: true };
pub(crate) const POOL_ID: Rule = Rule {
    min_length: 1,
    max_length: 55,
    pattern: "[\\w-]+_[0-9a-zA-Z]+",
    allows: |letter| letter.is_ascii_alphanumeric() || "-_".contains(letter),
    sensitive: false,
};
pub(crate) const ATTRIBUTE_NAME: Rule = Rule {
    min_length: 1,
    max_length: 32,
    pattern: "[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}\\t\\n\\r ]+",
    allows: |letter| !letter.is_control() || "\t\n\r".contains(letter),
    sensitive: false,
};
pub(crate) const DEVICE_KEY: Rule = Rule {
    min_length: 1,
    max_length: 55,
    pattern: "[\\w-]+_[0-9a-f-]+",
    allows: |letter| letter.is_ascii_alphanumeric() || "-_".contains(letter),
    sensitive: false,
};
pub(crate) const USER_CODE: Rule =
    Rule { min_length: 6, max_length: 6, pattern: "[0-9]+", allows: |letter| letter.is_ascii_digit(), sensitive: true };
pub(crate) const SESSION_ID: Rule = Rule {
    min_length: 28,
    max_length: 28,
    pattern: "^(tkn|sso)[a-z0-9]{25}$",
    allows: |letter| letter.is_ascii_lowercase() || letter.is_ascii_digit(),
    sensitive: false,
};
pub(crate) const EVENT_ID: Rule = Rule {
    min_length: 1,
    max_length: 50,
    pattern: "[\\w+-]+",
    allows: |letter| letter.is_ascii_alphanumeric() || "_+-".contains(letter),
    sensitive: false,
};
pub(crate) const PAGINATION_KEY: Rule =
    Rule { min_length: 1, max_length: 131_072, pattern: "[\\S]+", allows: NOT_SPACE, sensitive: false };
/// Any text of at most 131,072 characters.
pub(crate) const STRING: Rule =
    Rule { min_length: 0, max_length: 131_072, pattern: "", allows: |_| true, sensitive: false };
pub(crate) const NAME: Rule = Rule {
    min_length: 1,
    max_length: 128,
    pattern: "[\\w\\s+=,.@-]+",
    allows: |letter| letter.is_ascii_alphanumeric() || letter.is_whitespace() || "_+=,.@-".contains(letter),
    sensitive: false,
};

pub(crate) const ACCOUNT_ID: Rule =
    Rule { min_length: 1, max_length: 15, pattern: "\\d+", allows: |letter| letter.is_ascii_digit(), sensitive: false };
pub(crate) const ARN: Rule = Rule { min_length: 20, max_length: 2048, pattern: "", allows: |_| true, sensitive: false };
pub(crate) const PROVIDER_NAME: Rule =
    Rule { min_length: 1, max_length: 128, pattern: "", allows: |_| true, sensitive: false };
const PROVIDER_TOKEN: Rule = Rule { min_length: 1, max_length: 50_000, pattern: "", allows: |_| true, sensitive: true };
pub(crate) const ROLE_ARN: Rule = Rule {
    min_length: 20,
    max_length: 2048,
    pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+",
    allows: |letter| !letter.is_control() || "\t\n\r\u{85}".contains(letter),
    sensitive: false,
};
pub(crate) const ROLE_SESSION_NAME: Rule = Rule {
    min_length: 2,
    max_length: 64,
    pattern: "[\\w+=,.@-]*",
    allows: |letter| letter.is_ascii_alphanumeric() || "_+=,.@-".contains(letter),
    sensitive: false,
};
pub(crate) const WEB_IDENTITY_TOKEN: Rule =
    Rule { min_length: 4, max_length: 20_000, pattern: "", allows: |_| true, sensitive: true };
pub(crate) const POLICY: Rule = Rule {
    min_length: 1,
    max_length: 2048,
    pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
    allows: |letter| matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{ff}'),
    sensitive: false,
};
pub(crate) const PROVIDER_ID: Rule =
    Rule { min_length: 4, max_length: 2048, pattern: "", allows: |_| true, sensitive: false };
/// The id of an identity or an identity pool. [`Checks::region_and_id`] checks the pattern of such an id.
const REGION_AND_ID: Rule = Rule { min_length: 1, max_length: 55, pattern: "", allows: |_| true, sensitive: false };
const MAX_LOGINS: usize = 10;

/// Collects the errors of a request, so that one response lists all errors, as in Cognito.
#[derive(Default)]
pub(crate) struct Checks(Vec<String>);

impl Checks {
    /// Checks a required member and returns its value.
    ///
    /// If the member is absent, the value is empty, and [`finish`](Self::finish) returns an error.
    pub(crate) fn required(&mut self, member: &str, value: Option<String>, rule: &Rule) -> String {
        let Some(value) = value else {
            self.complain(member, None, "Member must not be null");
            return String::new();
        };
        self.check(member, &value, rule);
        value
    }

    pub(crate) fn optional(&mut self, member: &str, value: Option<String>, rule: &Rule) -> Option<String> {
        if let Some(value) = &value {
            self.check(member, value, rule);
        }
        value
    }

    /// Checks that a required member that is not a text is present.
    pub(crate) fn present(&mut self, member: &str, is_present: bool) {
        if !is_present {
            self.complain(member, None, "Member must not be null");
        }
    }

    /// Checks that a number is not greater than `most`, and returns the number, or `most` if the number is
    /// absent.
    pub(crate) fn at_most(&mut self, member: &str, value: Option<u64>, most: u64) -> usize {
        let value = value.unwrap_or(most);
        if value > most {
            let text = format!("Member must have value less than or equal to {most}");
            self.complain(member, Some(&value.to_string()), &text);
        }
        usize::try_from(value).unwrap_or(usize::MAX)
    }

    /// Checks that a required member has one of these values, and returns it.
    pub(crate) fn one_of(&mut self, member: &str, value: Option<String>, values: &[&str]) -> String {
        let Some(value) = value else {
            self.complain(member, None, "Member must not be null");
            return String::new();
        };
        if !values.contains(&value.as_str()) {
            let set = format!("Member must satisfy enum value set: [{}]", values.join(", "));
            self.complain(member, Some(&value), &set);
        }
        value
    }

    /// Checks the required id of an identity or an identity pool, and returns it.
    pub(crate) fn region_and_id(&mut self, member: &str, value: Option<String>) -> String {
        let is_present = value.is_some();
        let value = self.required(member, value, &REGION_AND_ID);
        let is_region = |text: &str| text.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter));
        let is_id = |text: &str| text.chars().all(|letter| matches!(letter, '0'..='9' | 'a'..='f' | '-'));
        let fits = value
            .split_once(':')
            .is_some_and(|(region, id)| !region.is_empty() && !id.is_empty() && is_region(region) && is_id(id));
        if is_present && !fits {
            let text = "Member must satisfy regular expression pattern: [\\w-]+:[0-9a-f-]+";
            self.complain(member, Some(&value), text);
        }
        value
    }

    /// Checks the map from the name of each login provider to its token, and returns the map.
    pub(crate) fn logins(&mut self, value: Option<BTreeMap<String, String>>) -> BTreeMap<String, String> {
        let logins = value.unwrap_or_default();
        if logins.len() > MAX_LOGINS {
            let text = format!("Member must have length less than or equal to {MAX_LOGINS}");
            self.complain("logins", None, &text);
        }
        let fits = |value: &String, rule: &Rule| (rule.min_length..=rule.max_length).contains(&value.chars().count());
        let (keys, values) = (
            logins.keys().all(|name| fits(name, &PROVIDER_NAME)),
            logins.values().all(|token| fits(token, &PROVIDER_TOKEN)),
        );
        for (part, rule, fits) in [("keys", &PROVIDER_NAME, keys), ("value", &PROVIDER_TOKEN, values)] {
            if !fits {
                let text = format!(
                    "Map {part} must satisfy constraint: [Member must have length less than or equal to {}, \
                     Member must have length greater than or equal to {}]",
                    rule.max_length, rule.min_length
                );
                self.complain("logins", None, &text);
            }
        }
        logins
    }

    /// Parses and checks a number that is sent as a text.
    pub(crate) fn number(&mut self, member: &str, value: Option<&str>, range: RangeInclusive<u64>) -> Option<u64> {
        let text = value?;
        let Ok(number) = text.parse() else {
            self.complain(member, Some(text), "Member must be a number");
            return None;
        };
        if number < *range.start() {
            let complaint = format!("Member must have value greater than or equal to {}", range.start());
            self.complain(member, Some(text), &complaint);
        }
        if number > *range.end() {
            let complaint = format!("Member must have value less than or equal to {}", range.end());
            self.complain(member, Some(text), &complaint);
        }
        Some(number)
    }

    /// Returns the error InvalidParameterException if a check has failed.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        self.finish_as("InvalidParameterException")
    }

    /// Returns an error with this name if a check has failed.
    ///
    /// User pools and identity pools use the error name of [`finish`](Self::finish). Other services use other
    /// names.
    pub(crate) fn finish_as(self, name: &'static str) -> Result<(), Failure> {
        let count = self.0.len();
        match count {
            0 => Ok(()),
            1 => Err(Failure::new(name, format!("1 validation error detected: {}", self.0.concat()))),
            _ => Err(Failure::new(name, format!("{count} validation errors detected: {}", self.0.join("; ")))),
        }
    }

    fn check(&mut self, member: &str, value: &str, rule: &Rule) {
        let shown = (!rule.sensitive).then_some(value);
        let length = value.chars().count();
        if length < rule.min_length {
            let text = format!("Member must have length greater than or equal to {}", rule.min_length);
            self.complain(member, shown, &text);
        }
        if length > rule.max_length {
            let text = format!("Member must have length less than or equal to {}", rule.max_length);
            self.complain(member, shown, &text);
        }
        if !rule.pattern.is_empty() && (value.is_empty() || !value.chars().all(rule.allows)) {
            let text = format!("Member must satisfy regular expression pattern: {}", rule.pattern);
            self.complain(member, shown, &text);
        }
    }

    fn complain(&mut self, member: &str, shown: Option<&str>, text: &str) {
        let value = shown.map(|value| format!("'{value}' ")).unwrap_or_default();
        self.0.push(format!("Value {value}at '{member}' failed to satisfy constraint: {text}"));
    }
}
