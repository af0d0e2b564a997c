//! What the browser loads of one contact: the form to change it, and what happened.

use leptos::prelude::*;

use super::details_tab::Details;
use super::emails_tab::Emails;
use super::events_tab::Events;
use super::form::Contact;
use super::new_contact::NewContact;
use crate::lazy_screens::lazy_screens;

lazy_screens! {
    contact_screens, preload_contact_screens, ContactScreen:
    CONTACT_SCREEN => Contact,
    CONTACT_DETAILS_SCREEN => Details,
    NEW_CONTACT_SCREEN => NewContact,
    CONTACT_EVENTS_SCREEN => Events,
    CONTACT_EMAILS_SCREEN => Emails,
}
