//! The address book: the list, and one contact's Details, Events and Emails.

mod api;
mod details_tab;
mod drafts;
mod emails_tab;
mod events_tab;
mod fields;
mod form;
mod list;
mod model;
mod new_contact;
#[cfg(feature = "ssr")]
mod port;
mod screens;
mod search_box;
mod search_field;
mod submission;

pub use api::*;
pub use list::CONTACTS_SCREEN;
pub use model::{ContactDetails, ContactEvent, ContactForm, ContactHeader, ContactPage, ContactRow, PAGE_ROWS};
#[cfg(feature = "ssr")]
pub use port::ContactsPort;
pub use screens::{
    CONTACT_DETAILS_SCREEN, CONTACT_EMAILS_SCREEN, CONTACT_EVENTS_SCREEN, CONTACT_SCREEN, NEW_CONTACT_SCREEN,
};
pub(crate) use search_field::SearchField;
