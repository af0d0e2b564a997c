//! Any mail server: it takes mail, and nothing comes back after the hand-over.

use super::{Provider, REFERENCE_HEADER};

pub static SMTP: Provider = Provider {
    code: "smtp",
    reference_headers: |reference| vec![(REFERENCE_HEADER, reference.to_owned())],
    // A mail server's queue id, where it says one, names the mail to nobody else.
    id_in_reply: |_| None,
    webhooks: None,
};
