//! What the browser loads of one contact, in two parts: the contact with the form to change it, and what happened.

use leptos::prelude::*;

use super::details_tab::Details;
use super::emails_tab::Emails;
use super::events_tab::Events;
use super::form::Contact;
use super::new_contact::NewContact;
use crate::part::part;

part! {
    contact_part, preload_contact_part, ContactScreen:
    ContactRoute => Contact,
    ContactDetailsRoute => Details,
    NewContactRoute => NewContact,
}

part! {
    contact_history_part, preload_contact_history_part, HistoryScreen:
    ContactEventsRoute => Events,
    ContactEmailsRoute => Emails,
}
