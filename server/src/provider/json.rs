//! JSON from strangers, read field by field, so that an odd field costs only itself.
//!
//! Senders cut texts in the middle of a character and pass on what mail servers said, so what arrives may hold half a
//! surrogate pair, bytes that are not UTF-8, and bare control characters, for each of which a strict reader refuses all.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// Returns the bytes as text that any JSON reader takes, if they are JSON at all: U+FFFD for each half of a surrogate
/// pair, for each escape that there is not and for bytes that are not UTF-8, and a space for control characters. Good
/// JSON keeps its meaning.
pub(super) fn mended(bytes: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    match mend(&text) {
        Some(mended) => Cow::Owned(mended),
        None => text,
    }
}

/// `None` where there is nothing to mend.
fn mend(text: &str) -> Option<String> {
    let is_special = |byte: &u8| *byte == b'\\' || byte.is_ascii_control();
    let mut mended = None::<String>;
    let (mut copied, mut at) = (0, 0);
    while let Some(skipped) = text.as_bytes()[at..].iter().position(is_special) {
        at += skipped;
        let (length, replacement) = special(&text.as_bytes()[at..]);
        if let Some(replacement) = replacement {
            let mended = mended.get_or_insert_default();
            mended.push_str(&text[copied..at]);
            mended.push_str(replacement);
            copied = at + length;
        }
        at += length;
    }
    let mut mended = mended?;
    mended.push_str(&text[copied..]);
    Some(mended)
}

/// How long the escape or control character is that the bytes begin with, and what has to stand for it.
fn special(bytes: &[u8]) -> (usize, Option<&'static str>) {
    const LOST: Option<&str> = Some("\u{fffd}");
    match bytes {
        [b'\\', b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => (2, None),
        [b'\\', ..] => match (code_unit(bytes), bytes.get(6..).and_then(code_unit)) {
            (None, _) => (1, LOST),
            (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => (12, None),
            (Some(0xd800..0xe000), _) => (6, LOST),
            (Some(_), _) => (6, None),
        },
        _ => (1, Some(" ")),
    }
}

/// The UTF-16 code unit of the `\uXXXX` that the bytes begin with.
fn code_unit(bytes: &[u8]) -> Option<u16> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |unit, digit| {
        let digit = char::from(*digit).to_digit(16)?;
        Some(unit << 4 | u16::try_from(digit).ok()?)
    })
}

/// The fields of an object, not looked into yet. Of fields with the same name the last one counts.
#[derive(Default)]
pub(super) struct Fields<'t>(BTreeMap<String, &'t RawValue>);

impl<'t> Fields<'t> {
    /// `None` where the text is no object.
    pub fn read(text: &'t str) -> Option<Self> {
        serde_json::from_str(text).ok().map(Self)
    }

    pub fn get(&self, name: &str) -> Field<'t> {
        Field(self.0.get(name).copied())
    }

    /// The fields of this name, whatever its case.
    pub fn named(&self, name: &str) -> impl Iterator<Item = Field<'t>> {
        self.0.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| Field(Some(value)))
    }
}

/// A value, however deep, large or odd it is; perhaps absent.
#[derive(Clone, Copy)]
pub(super) struct Field<'t>(Option<&'t RawValue>);

impl<'t> Field<'t> {
    /// Whether there is nothing: no such field, or null.
    pub fn is_absent(self) -> bool {
        self.0.is_none_or(|value| value.get() == "null")
    }

    /// Its text; `None` if it is anything else.
    pub fn text(self) -> Option<String> {
        serde_json::from_str(self.0?.get()).ok()
    }

    /// Its fields; `None` if it is no object.
    pub fn fields(self) -> Option<Fields<'t>> {
        Fields::read(self.0?.get())
    }

    /// Its items; `None` if it is no array.
    pub fn items(self) -> Option<Vec<Self>> {
        let items: Vec<&'t RawValue> = serde_json::from_str(self.0?.get()).ok()?;
        Some(items.into_iter().map(|item| Self(Some(item))).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn text(body: &[u8]) -> Option<String> {
        Fields::read(&mended(body))?.get("a").text()
    }

    #[test]
    fn c10_half_a_surrogate_pair_is_one_odd_character() {
        for (body, read) in [
            (&br#"{"a":"x\ud83d"}"#[..], "x\u{fffd}"),
            (br#"{"a":"\ude00x"}"#, "\u{fffd}x"),
            (br#"{"a":"\ud83d\ud83d\ude00"}"#, "\u{fffd}😀"),
            (br#"{"a":"\uD83D\n\uDE00"}"#, "\u{fffd}\n\u{fffd}"),
            (br#"{"a":"\\ud83d"}"#, "\\ud83d"),
            (br#"{"a":"\ud8\""}"#, "\u{fffd}ud8\""),
            (br#"{"a":"\x41 \u12g4"}"#, "\u{fffd}x41 \u{fffd}u12g4"),
            (b"{\"a\":\"\xe7\xe3o\"}", "\u{fffd}\u{fffd}o"),
            (b"{\"a\":\"one\r\n\ttwo\0\"}", "one   two "),
            (b"\xef\xbb\xbf{\"a\":\"x\"}\0", "x"),
        ] {
            assert_eq!(text(body).as_deref(), Some(read), "{}", String::from_utf8_lossy(body));
        }
        assert_eq!(text(b"{\"a\":\"x\\"), None);
    }

    #[test]
    fn c10_an_odd_field_costs_only_itself() {
        let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
        for odd in ["1e999999", "-123456789012345678901234567890", "null", "[]", "{}", r#"{"a":[1e999]}"#, &deep] {
            let body = format!(r#"{{"odd":{odd},"a":"x","odd":{odd}}}"#);
            assert_eq!(text(body.as_bytes()).as_deref(), Some("x"), "{odd:.20}");
            let fields = Fields::read(&body).expect("an object");
            assert_eq!(fields.get("odd").text(), None);
            assert_eq!(fields.get("odd").is_absent(), odd == "null");
        }
        assert_eq!(text(br#"{"a":1,"a":"x"}"#).as_deref(), Some("x"));
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf =
            prop_oneof![Just(Value::Null), any::<i64>().prop_map(Value::from), any::<String>().prop_map(Value::from)];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..4).prop_map(Value::from_iter),
            ]
        })
    }

    proptest! {
        #[test]
        fn c10_good_json_keeps_its_meaning(value in json(), is_pretty in any::<bool>()) {
            let written = if is_pretty { serde_json::to_vec_pretty(&value) } else { serde_json::to_vec(&value) };
            let written = written.expect("JSON");
            prop_assert_eq!(serde_json::from_str::<Value>(&mended(&written)).expect("JSON"), value.clone());
            // The same with every character escaped, pairs and all.
            let mut escaped = String::new();
            for c in value.to_string().chars() {
                match c {
                    _ if c.is_ascii() => escaped.push(c),
                    _ => {
                        for unit in c.encode_utf16(&mut [0; 2]) {
                            write!(escaped, "\\u{unit:04x}").expect("a String takes all");
                        }
                    }
                }
            }
            prop_assert_eq!(serde_json::from_str::<Value>(&mended(escaped.as_bytes())).expect("JSON"), value);
        }

        #[test]
        fn c10_any_bytes_in_a_text_leave_it_a_text(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let bytes: Vec<u8> = bytes.into_iter().filter(|byte| *byte != b'"' && *byte != b'\\').collect();
            let body = [br#"{"a":""#, bytes.as_slice(), br#""}"#].concat();
            prop_assert!(text(&body).is_some());
        }
    }
}
