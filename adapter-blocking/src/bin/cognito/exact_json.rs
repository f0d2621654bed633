//! JSON that the tool shows with all digits of each number, and with the members in the original order. A
//! [`Value`] would round some numbers and sort the members.

use std::fmt::{self, Write};

use serde_json::Value;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

/// The maximum indentation, in levels.
const MAX_INDENTATION: usize = 100;

/// A valid JSON text, which may contain tokens. `{}` writes the text on one line, and `{:#}` writes it
/// with indentation.
pub(crate) struct ExactJson(Zeroizing<String>);

impl ExactJson {
    /// Parses a JSON text, or returns `None` if the text is not valid JSON.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        serde_json::from_str::<&RawValue>(text).ok().map(|json| Self(Zeroizing::new(json.get().to_owned())))
    }
}

impl From<Value> for ExactJson {
    fn from(value: Value) -> Self {
        Self(Zeroizing::new(value.to_string()))
    }
}

impl From<Box<RawValue>> for ExactJson {
    fn from(json: Box<RawValue>) -> Self {
        Self(Zeroizing::new(Box::<str>::from(json).into_string()))
    }
}

impl fmt::Display for ExactJson {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_pretty = formatter.alternate();
        let mut depth = 0;
        let mut rest = self.0.trim_start();
        while let Some(first) = rest.chars().next() {
            let length = if first == '"' { text_length(rest) } else { first.len_utf8() };
            let (token, after) = rest.split_at(length);
            rest = after.trim_start_matches(is_space);
            match first {
                '{' | '[' => {
                    formatter.write_str(token)?;
                    if rest.starts_with(['}', ']']) {
                        let (end, after) = rest.split_at(1);
                        formatter.write_str(end)?;
                        rest = after.trim_start_matches(is_space);
                        continue;
                    }
                    depth += 1;
                    break_line(formatter, is_pretty, depth)?;
                }
                '}' | ']' => {
                    depth -= 1;
                    break_line(formatter, is_pretty, depth)?;
                    formatter.write_str(token)?;
                }
                ',' => {
                    formatter.write_str(token)?;
                    break_line(formatter, is_pretty, depth)?;
                }
                ':' => formatter.write_str(if is_pretty { ": " } else { ":" })?,
                _ => formatter.write_str(token)?,
            }
        }
        Ok(())
    }
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\n' | '\r' | '\t')
}

fn break_line(formatter: &mut fmt::Formatter<'_>, is_pretty: bool, depth: usize) -> fmt::Result {
    if !is_pretty {
        return Ok(());
    }
    formatter.write_char('\n')?;
    // The indentation of deeply nested JSON must not fill the memory.
    (0..depth.min(MAX_INDENTATION)).try_for_each(|_| formatter.write_str("  "))
}

/// Returns the length, in bytes, of the JSON string at the start of `json`. The length includes the quotation
/// marks.
fn text_length(json: &str) -> usize {
    let mut is_escaped = false;
    for (position, byte) in json.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return position + 1,
            _ => {}
        }
    }
    json.len()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_and_texts_are_shown_as_they_were_sent() {
        let text =
            r#" { "b" : 12.917521550408111 ,"a":[1E+2, 123456789012345678901234567890,-0.10],"ü": "\u0041,{\"" } "#;
        let exact = ExactJson::parse(text).unwrap();
        let line = r#"{"b":12.917521550408111,"a":[1E+2,123456789012345678901234567890,-0.10],"ü":"\u0041,{\""}"#;
        assert_eq!(exact.to_string(), line);
        assert!(format!("{exact:#}").contains("\n    123456789012345678901234567890,\n"), "{exact:#}");
        for invalid in ["", "{", "{}}", "\"", "[1,]"] {
            assert!(ExactJson::parse(invalid).is_none());
        }
    }

    #[test]
    fn the_layout_is_that_of_serde() {
        for value in [
            json!({ "a": [], "b": {}, "c": [{}, [[]], { "d": [1, "x\\\"[", null, true] }], "e": "\n" }),
            json!([]),
            json!("x"),
            json!(7),
        ] {
            let exact = ExactJson::from(value.clone());
            assert_eq!((exact.to_string(), format!("{exact:#}")), (value.to_string(), format!("{value:#}")));
            let exact = ExactJson::parse(&format!("{value:#}")).unwrap();
            assert_eq!((exact.to_string(), format!("{exact:#}")), (value.to_string(), format!("{value:#}")));
        }
    }
}
