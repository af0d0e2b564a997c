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
        let address = address.parse::<Address>().map_err(|_| expected())?;
        Ok(Self(Mailbox::new((!name.is_empty()).then(|| name.to_owned()), address)))
    }

    /// The domain that our Message-IDs end in.
    pub fn domain(&self) -> &str {
        self.0.email.domain()
    }

    pub(super) fn mailbox(&self) -> &Mailbox {
        &self.0
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
        assert_eq!(domain("The \"@\" Venue <mail@venue.test>"), "venue.test");
    }
}
