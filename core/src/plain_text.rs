//! Makes text from another system, such as the service or a store, safe to show.
//!
//! A terminal interprets control characters as commands. A bidirectional control character changes the order
//! in which a terminal shows the characters of a text. Zero-width characters make two different texts look
//! alike. A name or a message from a server must therefore not reach a terminal or a log unchanged.

use core::fmt;

/// Returns whether a character is safe to show: it is neither a control character, nor a line or paragraph
/// separator, nor an invisible format character.
///
/// Control characters are Unicode's category `Cc` (C0, DEL and C1). Invisible format characters are the
/// category `Cf`, which contains bidirectional controls, and the other zero-width characters of Unicode's
/// property `Default_Ignorable_Code_Point`. The variation selectors U+FE00 to U+FE0F are safe, because common
/// emoji contain them.
///
/// <https://www.unicode.org/reports/tr44/#General_Category_Values>
#[must_use]
pub fn is_plain(character: char) -> bool {
    // Most characters are ASCII, and this check is fast.
    if character.is_ascii() {
        return !character.is_ascii_control();
    }
    !character.is_control() && !INVISIBLE.iter().any(|(first, last)| (*first..=*last).contains(&character))
}

/// Returns whether a character can break a line: a control character, or a line or paragraph separator.
#[must_use]
pub fn can_break_line(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

/// Returns the text, and replaces each character that is not [plain](is_plain) with an escape, such as `\n`,
/// `\t` or `\u{1b}`. The result is one line. A backslash is not escaped.
///
/// ```
/// use cognito_core::plain_text;
///
/// assert_eq!(plain_text::escape("Al\n\u{202e}ice").to_string(), r"Al\n\u{202e}ice");
/// ```
#[must_use]
pub fn escape(text: &str) -> Escaped<'_> {
    Escaped { text, is_kept: is_plain }
}

/// Returns the text, and replaces each character that [can break a line](can_break_line) with an escape. The
/// result is safe for programs that read lines, but not for a terminal, because all other characters stay
/// unchanged.
#[must_use]
pub fn escape_line_breaks(text: &str) -> Escaped<'_> {
    Escaped { text, is_kept: |character| !can_break_line(character) }
}

/// A text whose `Display` output contains escapes. [`escape`] and [`escape_line_breaks`] return this type.
#[derive(Debug, Clone, Copy)]
pub struct Escaped<'a> {
    text: &'a str,
    is_kept: fn(char) -> bool,
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.text;
        while let Some(place) = rest.find(|character| !(self.is_kept)(character)) {
            let (kept, escaped) = rest.split_at(place);
            formatter.write_str(kept)?;
            let mut characters = escaped.chars();
            if let Some(character) = characters.next() {
                write!(formatter, "{}", character.escape_default())?;
            }
            rest = characters.as_str();
        }
        formatter.write_str(rest)
    }
}

/// The ranges of non-ASCII characters that are not safe to show: invisible characters, and separators of
/// lines and paragraphs.
const INVISIBLE: [(char, char); 24] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    // Zero-width characters, and the marks of directions.
    ('\u{200b}', '\u{200f}'),
    // Separators of lines and paragraphs, and bidirectional embeddings and overrides.
    ('\u{2028}', '\u{202e}'),
    // Invisible operators, and bidirectional isolates.
    ('\u{2060}', '\u{206f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    // Tags and further variation selectors.
    ('\u{e0000}', '\u{e0fff}'),
];

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn controls_and_invisible_characters_are_not_plain() {
        let hidden = [
            '\0',
            '\u{7}',
            '\u{8}',
            '\t',
            '\n',
            '\r',
            '\u{1b}',
            '\u{7f}',
            '\u{80}',
            '\u{85}',
            '\u{9b}',
            '\u{9f}',
            '\u{ad}',
            '\u{61c}',
            '\u{180e}',
            '\u{200b}',
            '\u{200d}',
            '\u{200e}',
            '\u{200f}',
            '\u{2028}',
            '\u{2029}',
            '\u{202a}',
            '\u{202e}',
            '\u{2060}',
            '\u{2066}',
            '\u{2069}',
            '\u{206f}',
            '\u{3164}',
            '\u{feff}',
            '\u{fff9}',
            '\u{1d173}',
            '\u{e0001}',
            '\u{e007f}',
            '\u{e01ef}',
        ];
        for character in hidden {
            assert!(!is_plain(character), "{character:?}");
        }
        for character in " ~a'\"\\\u{a0}äßλж漢字\u{301}😀\u{fe0f}█▀\u{fffd}".chars() {
            assert!(is_plain(character), "{character:?}");
        }
    }

    #[test]
    fn a_text_is_escaped_into_one_line() {
        assert_eq!(escape("a\u{1b}[2Jb\r\nc\u{9b}d\u{202e}").to_string(), r"a\u{1b}[2Jb\r\nc\u{9b}d\u{202e}");
        assert_eq!(escape(r#"C:\new "x""#).to_string(), r#"C:\new "x""#);
        assert_eq!(escape_line_breaks("a\n\u{85}b\u{2028}\u{200d}c").to_string(), "a\\n\\u{85}b\\u{2028}\u{200d}c");
    }

    proptest! {
        #[test]
        fn an_escaped_text_is_plain(text in any::<alloc::string::String>()) {
            let escaped = escape(&text).to_string();
            prop_assert!(escaped.chars().all(is_plain));
            prop_assert_eq!(text.chars().all(is_plain), escaped == text);
            prop_assert!(!escape_line_breaks(&text).to_string().chars().any(can_break_line));
        }
    }
}
