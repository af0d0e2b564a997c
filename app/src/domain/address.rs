//! Where an email goes: parsed once at the edge, then trusted. Folding decides when two spellings are one address.

use unicode_normalization::UnicodeNormalization;

use super::send_rules::SendRefusal;

/// An address an email can be handed over to, as the person typed it but for the spaces around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecipientAddress {
    text: String,
    key: AddressKey,
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

/// RFC 5321 4.5.3.1.
const MAX_LEN: usize = 254;
const MAX_LOCAL_LEN: usize = 64;

impl RecipientAddress {
    /// Reads an address as typed. Refuses what no mail server could take, with a sentence for the person who typed it.
    pub fn parse(typed: &str) -> Result<Self, SendRefusal> {
        let text: String = typed.trim().nfc().collect();
        if text.is_empty() {
            return Err(SendRefusal::NoAddress);
        }
        let malformed = |sentence: String| Err(SendRefusal::MalformedAddress(sentence));
        let Some((local, domain)) = text.rsplit_once('@') else {
            return malformed(format!("“{text}” has no @. An address looks like name@example.com."));
        };
        if local.is_empty() || domain.is_empty() {
            return malformed(format!("“{text}” lacks a part before or after the @."));
        }
        if text.len() > MAX_LEN || local.len() > MAX_LOCAL_LEN {
            return malformed("This address is too long for any mail server.".into());
        }
        let stray = |c: char| c.is_whitespace() || c.is_control() || "\"(),:;<>@[\\]".contains(c);
        if local.contains(stray) || local.starts_with('.') || local.ends_with('.') || local.contains("..") {
            return malformed(format!("“{local}” cannot stand before the @."));
        }
        match idna::domain_to_ascii_strict(domain) {
            Ok(ascii) if ascii.contains('.') && ascii.split('.').all(|label| !label.is_empty()) => {
                let key = AddressKey(format!("{}@{ascii}", local.to_lowercase()));
                Ok(Self { text, key })
            }
            _ => malformed(format!("“{domain}” is not a mail domain. It needs a dot, as in example.com.")),
        }
    }

    /// As typed, for people.
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

/// The comparison key of a stored address, also of one that could not be sent to.
pub fn fold(address: &str) -> String {
    RecipientAddress::parse(address)
        .map_or_else(|_| address.trim().nfc().collect::<String>().to_lowercase(), |parsed| parsed.key.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(typed: &str) -> String {
        RecipientAddress::parse(typed).expect("a good address").key.0
    }

    #[test]
    fn case_spaces_and_unicode_forms_are_one_address() {
        assert_eq!(key(" Ann.Lee@Example.COM "), key("ann.lee@example.com"));
        assert_eq!(key("zoe\u{308}@example.com"), key("zo\u{eb}@example.com"));
        assert_eq!(key("a@b\u{fc}cher.example"), "a@xn--bcher-kva.example");
    }

    #[test]
    fn mail_servers_get_the_local_part_as_typed_and_the_domain_in_ascii() {
        let address = RecipientAddress::parse(" Zoe\u{308}@B\u{fc}cher.example").expect("a good address");
        assert_eq!((address.local(), address.ascii_domain()), ("Zo\u{eb}", "xn--bcher-kva.example"));
    }

    #[test]
    fn tags_and_dots_are_different_mailboxes() {
        assert_ne!(key("ann+gala@example.com"), key("ann@example.com"));
        assert_ne!(key("a.nn@example.com"), key("ann@example.com"));
    }

    #[test]
    fn what_no_server_takes_is_refused() {
        for typed in [
            "",
            " ",
            "ann",
            "ann@",
            "@example.com",
            "ann@example",
            "ann@exa mple.com",
            "a b@example.com",
            "ann@.com",
            "ann@example..com",
            "ann@-example.com",
            ".ann@example.com",
            "an..n@example.com",
            "ann@example.com, bob@example.com",
            "Ann <ann@example.com>",
            "ann@example.com\r\nBcc: bob@example.com",
            "ann@[127.0.0.1]",
        ] {
            assert!(RecipientAddress::parse(typed).is_err(), "{typed:?}");
        }
        assert!(RecipientAddress::parse(&format!("{}@example.com", "a".repeat(65))).is_err());
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_folding_is_stable(typed in "\\PC{0,40}@?\\PC{0,40}") {
            let folded = fold(&typed);
            prop_assert_eq!(fold(&folded), folded);
        }
    }
}
