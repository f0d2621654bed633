//! The checks that Cognito makes on every member before it looks at anything else.

use alloc::collections::BTreeMap;
use core::ops::RangeInclusive;

use crate::failure::Failure;

/// What the service model says of one kind of text.
pub(crate) struct Rule {
    shortest: usize,
    longest: usize,
    pattern: &'static str,
    allows: fn(char) -> bool,
    /// A sensitive value is not repeated in the complaint.
    sensitive: bool,
}

const NOT_SPACE: fn(char) -> bool = |letter| !letter.is_whitespace();
const WORD: fn(char) -> bool = |letter| letter.is_ascii_alphanumeric() || "_+".contains(letter);

pub(crate) const USERNAME: Rule = Rule {
    shortest: 1,
    longest: 128,
    pattern: "[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+",
    allows: |letter| !letter.is_whitespace() && !letter.is_control(),
    sensitive: true,
};
pub(crate) const PASSWORD: Rule =
    Rule { shortest: 0, longest: 256, pattern: "[\\S]+", allows: NOT_SPACE, sensitive: true };
pub(crate) const CLIENT_ID: Rule =
    Rule { shortest: 1, longest: 128, pattern: "[\\w+]+", allows: WORD, sensitive: true };
pub(crate) const CLIENT_SECRET: Rule =
    Rule { shortest: 1, longest: 64, pattern: "[\\w+]+", allows: WORD, sensitive: true };
pub(crate) const SECRET_HASH: Rule = Rule {
    shortest: 1,
    longest: 128,
    pattern: "[\\w+=/]+",
    allows: |letter| letter.is_ascii_alphanumeric() || "_+=/".contains(letter),
    sensitive: true,
};
pub(crate) const CONFIRMATION_CODE: Rule =
    Rule { shortest: 1, longest: 2048, pattern: "[\\S]+", allows: NOT_SPACE, sensitive: false };
pub(crate) const TOKEN: Rule = Rule {
    shortest: 0,
    longest: usize::MAX,
    pattern: "[A-Za-z0-9-_=.]+",
    allows: |letter| letter.is_ascii_alphanumeric() || "-_=.".contains(letter),
    sensitive: true,
};
pub(crate) const SESSION: Rule = Rule { shortest: 20, longest: 4096, pattern: "", allows: |_| true, sensitive: true };
pub(crate) const POOL_ID: Rule = Rule {
    shortest: 1,
    longest: 55,
    pattern: "[\\w-]+_[0-9a-zA-Z]+",
    allows: |letter| letter.is_ascii_alphanumeric() || "-_".contains(letter),
    sensitive: false,
};
pub(crate) const ATTRIBUTE_NAME: Rule = Rule {
    shortest: 1,
    longest: 32,
    pattern: "[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}\\t\\n\\r ]+",
    allows: |letter| !letter.is_control() || "\t\n\r".contains(letter),
    sensitive: false,
};
pub(crate) const DEVICE_KEY: Rule = Rule {
    shortest: 1,
    longest: 55,
    pattern: "[\\w-]+_[0-9a-f-]+",
    allows: |letter| letter.is_ascii_alphanumeric() || "-_".contains(letter),
    sensitive: false,
};
pub(crate) const USER_CODE: Rule =
    Rule { shortest: 6, longest: 6, pattern: "[0-9]+", allows: |letter| letter.is_ascii_digit(), sensitive: true };
pub(crate) const SESSION_ID: Rule = Rule {
    shortest: 28,
    longest: 28,
    pattern: "^(tkn|sso)[a-z0-9]{25}$",
    allows: |letter| letter.is_ascii_lowercase() || letter.is_ascii_digit(),
    sensitive: false,
};
pub(crate) const EVENT_ID: Rule = Rule {
    shortest: 1,
    longest: 50,
    pattern: "[\\w+-]+",
    allows: |letter| letter.is_ascii_alphanumeric() || "_+-".contains(letter),
    sensitive: false,
};
pub(crate) const PAGINATION_KEY: Rule =
    Rule { shortest: 1, longest: 131_072, pattern: "[\\S]+", allows: NOT_SPACE, sensitive: false };
/// Any text.
pub(crate) const STRING: Rule = Rule { shortest: 0, longest: 131_072, pattern: "", allows: |_| true, sensitive: false };
pub(crate) const NAME: Rule = Rule {
    shortest: 1,
    longest: 128,
    pattern: "[\\w\\s+=,.@-]+",
    allows: |letter| letter.is_ascii_alphanumeric() || letter.is_whitespace() || "_+=,.@-".contains(letter),
    sensitive: false,
};

pub(crate) const ACCOUNT_ID: Rule =
    Rule { shortest: 1, longest: 15, pattern: "\\d+", allows: |letter| letter.is_ascii_digit(), sensitive: false };
pub(crate) const ARN: Rule = Rule { shortest: 20, longest: 2048, pattern: "", allows: |_| true, sensitive: false };
pub(crate) const PROVIDER_NAME: Rule =
    Rule { shortest: 1, longest: 128, pattern: "", allows: |_| true, sensitive: false };
const PROVIDER_TOKEN: Rule = Rule { shortest: 1, longest: 50_000, pattern: "", allows: |_| true, sensitive: true };
pub(crate) const ROLE_ARN: Rule = Rule {
    shortest: 20,
    longest: 2048,
    pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+",
    allows: |letter| !letter.is_control() || "\t\n\r\u{85}".contains(letter),
    sensitive: false,
};
pub(crate) const ROLE_SESSION_NAME: Rule = Rule {
    shortest: 2,
    longest: 64,
    pattern: "[\\w+=,.@-]*",
    allows: |letter| letter.is_ascii_alphanumeric() || "_+=,.@-".contains(letter),
    sensitive: false,
};
pub(crate) const WEB_IDENTITY_TOKEN: Rule =
    Rule { shortest: 4, longest: 20_000, pattern: "", allows: |_| true, sensitive: true };
pub(crate) const POLICY: Rule = Rule {
    shortest: 1,
    longest: 2048,
    pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
    allows: |letter| matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{ff}'),
    sensitive: false,
};
pub(crate) const PROVIDER_ID: Rule =
    Rule { shortest: 4, longest: 2048, pattern: "", allows: |_| true, sensitive: false };
/// An identity, or an identity pool. Its pattern is checked by [`Checks::region_and_id`].
const REGION_AND_ID: Rule = Rule { shortest: 1, longest: 55, pattern: "", allows: |_| true, sensitive: false };
const MAX_LOGINS: usize = 10;

/// Collects what is wrong with a request, so that one answer names all of it, as Cognito's does.
#[derive(Default)]
pub(crate) struct Checks(Vec<String>);

impl Checks {
    /// The value of a required member; empty when it is absent, and then [`finish`](Self::finish) refuses.
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

    /// A required member that is not a text.
    pub(crate) fn present(&mut self, member: &str, is_present: bool) {
        if !is_present {
            self.complain(member, None, "Member must not be null");
        }
    }

    /// How many items a page may have; without the member, as many as there may be.
    pub(crate) fn at_most(&mut self, member: &str, value: Option<u64>, most: u64) -> usize {
        let value = value.unwrap_or(most);
        if value > most {
            let text = format!("Member must have value less than or equal to {most}");
            self.complain(member, Some(&value.to_string()), &text);
        }
        usize::try_from(value).unwrap_or(usize::MAX)
    }

    /// A member that must be one of these.
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

    /// The id of an identity or an identity pool, which is required.
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

    /// Tokens by the name of their provider.
    pub(crate) fn logins(&mut self, value: Option<BTreeMap<String, String>>) -> BTreeMap<String, String> {
        let logins = value.unwrap_or_default();
        if logins.len() > MAX_LOGINS {
            let text = format!("Member must have length less than or equal to {MAX_LOGINS}");
            self.complain("logins", None, &text);
        }
        let fits = |value: &String, rule: &Rule| (rule.shortest..=rule.longest).contains(&value.chars().count());
        let (keys, values) = (
            logins.keys().all(|name| fits(name, &PROVIDER_NAME)),
            logins.values().all(|token| fits(token, &PROVIDER_TOKEN)),
        );
        for (part, rule, fits) in [("keys", &PROVIDER_NAME, keys), ("value", &PROVIDER_TOKEN, values)] {
            if !fits {
                let text = format!(
                    "Map {part} must satisfy constraint: [Member must have length less than or equal to {}, \
                     Member must have length greater than or equal to {}]",
                    rule.longest, rule.shortest
                );
                self.complain("logins", None, &text);
            }
        }
        logins
    }

    /// A number that came as a text.
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

    pub(crate) fn finish(self) -> Result<(), Failure> {
        self.finish_as("InvalidParameterException")
    }

    /// As [`finish`](Self::finish), of a service that has another name for it.
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
        if length < rule.shortest {
            let text = format!("Member must have length greater than or equal to {}", rule.shortest);
            self.complain(member, shown, &text);
        }
        if length > rule.longest {
            let text = format!("Member must have length less than or equal to {}", rule.longest);
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
