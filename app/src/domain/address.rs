//! Where an email goes: parsed once at the edge, then trusted. Folding decides when two spellings are one address.
//!
//! This is the one rule. What it accepts, the mailer can send; what it refuses, it refuses with a reason for the person
//! who typed it.

mod typed;

use unicode_normalization::UnicodeNormalization;

use super::send_rules::SendRefusal;

/// An address an email can be handed over to, as people see it: without what stood around it when it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecipientAddress {
    text: String,
    key: AddressKey,
}

/// Why a text is no address that mail can be sent to, for the person who typed it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressFault {
    #[error("There is no address to send to. Add one, then send.")]
    Missing,
    #[error("“{0}” and “{1}” are two addresses. Keep one here; the other needs a contact of its own.")]
    Several(String, String),
    #[error("“{0}” has no @. An address looks like name@example.com.")]
    NoAt(String),
    #[error("“{0}” lacks a part before or after the @.")]
    Incomplete(String),
    #[error("“{0}” has a space in it. Take it out.")]
    Space(String),
    #[error("This address is too long for any mail server. Check where it begins and ends.")]
    TooLong,
    #[error("“{local}” cannot stand before the @: “{character}” is not allowed there.")]
    Character { local: String, character: String },
    #[error("“{0}” cannot stand before the @: a dot stands between two other characters.")]
    Dots(String),
    #[error("“{0}” is not a mail domain. It needs a dot, as in example.com.")]
    NoDot(String),
    #[error("“{0}” is not a mail domain. Check the spelling behind the @.")]
    Domain(String),
}

impl From<AddressFault> for SendRefusal {
    fn from(fault: AddressFault) -> Self {
        match fault {
            AddressFault::Missing => Self::NoAddress,
            other => Self::MalformedAddress(other.to_string()),
        }
    }
}

/// The folded form that addresses are compared by: NFC, lower case, domain in IDNA form. "+tags" and dots stay, since
/// most hosts deliver them to different mailboxes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AddressKey(String);

impl AddressKey {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// RFC 5321 4.5.3.1, in octets, the domain in its ASCII form: 256 for a path, less its brackets.
const MAX_LEN: usize = 254;
const MAX_LOCAL_LEN: usize = 64;
/// No text longer than this, in octets, has a short enough ASCII form.
const MAX_TYPED_LEN: usize = 1_024;

impl RecipientAddress {
    /// Reads an address as typed or pasted. Refuses what no mail server could take.
    pub fn parse(typed: &str) -> Result<Self, AddressFault> {
        let text = typed::clean(typed)?;
        if text.is_empty() {
            return Err(AddressFault::Missing);
        }
        let Some((local, domain)) = text.rsplit_once('@') else {
            return Err(AddressFault::NoAt(shown(&text)));
        };
        if local.is_empty() || domain.is_empty() {
            return Err(AddressFault::Incomplete(shown(&text)));
        }
        if text.len() > MAX_TYPED_LEN || local.len() > MAX_LOCAL_LEN {
            return Err(AddressFault::TooLong);
        }
        if text.contains(char::is_whitespace) {
            return Err(AddressFault::Space(shown(&text)));
        }
        if let Some(stray) = local.chars().find(|c| !may_stand_before_the_at(*c)) {
            let character = if stray.is_control() { stray.escape_unicode().to_string() } else { stray.to_string() };
            return Err(AddressFault::Character { local: shown(local), character });
        }
        if local.split('.').any(str::is_empty) {
            return Err(AddressFault::Dots(shown(local)));
        }
        let ascii = in_ascii(domain)?;
        if local.len() + 1 + ascii.len() > MAX_LEN {
            return Err(AddressFault::TooLong);
        }
        // Lower case may break up what NFC has put together.
        let folded: String = local.to_lowercase().nfc().collect();
        let key = AddressKey(format!("{folded}@{ascii}"));
        Ok(Self { text, key })
    }

    /// For people: as typed, but cleaned.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn key(&self) -> &AddressKey {
        &self.key
    }

    /// The part before the @, as typed.
    pub fn local(&self) -> &str {
        self.text.rsplit_once('@').map_or("", |(local, _)| local)
    }

    /// The domain in its ASCII form, which every mail server understands.
    pub fn ascii_domain(&self) -> &str {
        self.key.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

/// RFC 5322 3.2.3 and 6532 3.2: letters, digits, some signs, and what is not ASCII. Quoted local parts exist in that RFC
/// alone, so they are refused as the typing errors that they are.
fn may_stand_before_the_at(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric() || ".!#$%&'*+-/=?^_`{|}~".contains(c)
    } else {
        // The last is what is left of a character that some program could not read.
        !c.is_control() && !matches!(c, '\u{fff9}'..='\u{fffb}' | '\u{fffd}')
    }
}

fn in_ascii(domain: &str) -> Result<String, AddressFault> {
    let ascii = idna::domain_to_ascii_strict(domain).map_err(|_| AddressFault::Domain(shown(domain)))?;
    match ascii.rsplit_once('.') {
        None => Err(AddressFault::NoDot(shown(domain))),
        // No top-level domain is a number; this is an IP address, which mail servers take in brackets at most.
        Some((_, last)) if last.bytes().all(|b| b.is_ascii_digit()) => Err(AddressFault::Domain(shown(domain))),
        Some(_) => Ok(ascii),
    }
}

/// Enough of a text to know it again.
fn shown(text: &str) -> String {
    const MAX_SHOWN: usize = 80;
    let mut shown: String = text.chars().take(MAX_SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

/// The comparison key of a stored address, also of one that could not be sent to.
pub fn fold(address: &str) -> String {
    let key = |address: &str| RecipientAddress::parse(address).map(|parsed| parsed.key.0);
    key(address).unwrap_or_else(|_| {
        let lower: String = address.trim().nfc().collect::<String>().to_lowercase().nfc().collect();
        // Some of what is too long is shorter in lower case.
        key(&lower).unwrap_or(lower)
    })
}

#[cfg(test)]
mod tests;
