//! Whom mail comes from, as configured.

use lettre::Address;
use lettre::message::Mailbox;

/// An address, or a name and an address, that can stand in a From header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender(Mailbox);

impl Sender {
    /// Unlike lettre's parser it takes a name with a comma, as people write them.
    pub fn parse(text: &str) -> Result<Self, String> {
        let expected = || format!("expected an address such as Venue <mail@venue.example>, got “{text}”");
        if text.chars().any(char::is_control) {
            return Err(expected());
        }
        let (name, address) = match text.trim().strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
            Some((name, address)) => (name.trim().trim_matches('"').trim(), address.trim()),
            None => ("", text.trim()),
        };
        let address = address.parse().ok().and_then(in_ascii).ok_or_else(expected)?;
        Ok(Self(Mailbox::new((!name.is_empty()).then(|| name.to_owned()), address)))
    }

    /// The domain that our Message-IDs end in, in its ASCII form.
    pub fn domain(&self) -> &str {
        self.0.email.domain()
    }

    pub(super) fn mailbox(&self) -> &Mailbox {
        &self.0
    }
}

/// The address with an international domain as mail servers know it (RFC 5890), which all of them take.
fn in_ascii(address: Address) -> Option<Address> {
    if address.domain().is_ascii() {
        return Some(address);
    }
    match url::Host::parse(address.domain()).ok()? {
        url::Host::Domain(ascii) => Address::new(address.user(), ascii).ok(),
        url::Host::Ipv4(_) | url::Host::Ipv6(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        assert_eq!(Sender::parse("mail@venue.example").expect("a sender").0.name, None);
        let comma = Sender::parse("Quinta, Lda <mail@venue.example>").expect("a sender with a comma in its name");
        assert_eq!(comma.0.name.as_deref(), Some("Quinta, Lda"));
        for wrong in ["", "nobody", "Venue mail@venue.example", "Venue <mail>", "a@b.example\r\nBcc: c@d.example"] {
            assert!(Sender::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn message_ids_end_in_the_senders_domain() {
        let domain = |text: &str| Sender::parse(text).expect("a sender").domain().to_owned();
        assert_eq!(domain("mail@venue.test"), "venue.test");
        assert_eq!(domain("mail@VENUE.test"), "VENUE.test");
        assert_eq!(domain("Bücher <mail@Bücher.example>"), "xn--bcher-kva.example");
        assert_eq!(domain("mail@例子.测试"), "xn--fsqu00a.xn--0zwm56d");
        assert_eq!(domain("The \"@\" Venue <mail@venue.test>"), "venue.test");
    }
}
