//! From what a person typed or pasted to the one address in it. What is taken away cannot be part of any address, and the
//! person sees the rest.

use icu_properties::CodePointSetData;
use icu_properties::props::DefaultIgnorableCodePoint;
use percent_encoding::percent_decode_str;
use unicode_normalization::UnicodeNormalization;

use super::AddressFault;

/// What people, and programs for them, put around an address.
const AROUND: [(char, char); 9] =
    [('"', '"'), ('\'', '\''), ('`', '`'), ('(', ')'), ('[', ']'), ('“', '”'), ('„', '“'), ('‘', '’'), ('«', '»')];

/// What can begin or end no address.
const STRAY: [char; 9] = ['<', '>', '"', '“', '”', '„', '‘', '«', '»'];

/// Returns the text without invisible characters, and without what stands around an address: spaces, punctuation at its
/// end, quotation marks, brackets, `mailto:` (RFC 6068) and a name before `<…>` (RFC 5322 3.4). Fails for two addresses.
pub(super) fn clean(typed: &str) -> Result<String, AddressFault> {
    let mut text = visible(typed);
    loop {
        let trimmed = text.trim().trim_start_matches([',', ';']).trim_end_matches(['.', ',', ';']).trim();
        let inner = if let Some(target) = inside_link(trimmed) {
            target
        } else {
            only_one(trimmed)?;
            inside(trimmed).unwrap_or(trimmed).to_owned()
        };
        if inner == text {
            // Half of what was copied along.
            let whole = text.trim_matches(STRAY);
            if whole == text {
                return Ok(text);
            }
            text = String::from(whole);
        } else {
            text = inner;
        }
    }
}

/// In NFC, without what nobody can see: zero-width characters, and marks that turn the direction of text. The wide @ is
/// what a Japanese keyboard types.
fn visible(text: &str) -> String {
    let invisible = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let seen = text.chars().filter(|c| !invisible.contains(*c));
    seen.map(|c| if c == '＠' { '@' } else { c }).nfc().collect()
}

/// The address in a link, decoded; what a link says beyond it is dropped.
fn inside_link(text: &str) -> Option<String> {
    const SCHEME: &str = "mailto:";
    text.get(..SCHEME.len()).filter(|scheme| scheme.eq_ignore_ascii_case(SCHEME))?;
    let address = text[SCHEME.len()..].split(['?', '#']).next().unwrap_or_default();
    Some(visible(&percent_decode_str(address).decode_utf8_lossy()))
}

/// What stands in `Name <…>`, in quotation marks or in brackets.
fn inside(text: &str) -> Option<&str> {
    if let Some((_, address)) = text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
        return Some(address);
    }
    AROUND.into_iter().find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close))
}

/// Some programs write the address as its own name: that is still one.
fn only_one(text: &str) -> Result<(), AddressFault> {
    let is_between = |c: char| c.is_whitespace() || ",;<>".contains(c);
    let bare = |piece: &str| piece.trim_matches(|c| "\"'`()[]“”„‘’«».:".contains(c)).to_lowercase();
    let mut addresses = text.split(is_between).filter(|piece| piece.contains('@')).map(bare);
    let Some(first) = addresses.next() else { return Ok(()) };
    match addresses.find(|other| *other != first) {
        Some(other) => Err(AddressFault::Several(super::shown(&first), super::shown(&other))),
        None => Ok(()),
    }
}
