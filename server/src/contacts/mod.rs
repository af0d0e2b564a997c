//! The address book: the list and its search, one contact's details and events, and the saving of a corrected address.

mod by_name;
mod checked;
mod rows;
mod service;
mod store;

use std::collections::BTreeSet;

use crate::search_words;

pub use by_name::{Party, find as find_by_name, label, settle, suggestions};
pub use checked::CheckedContact;
pub use rows::{header, headers};
pub use service::ContactsService;
pub use store::{LIST, insert, insert_words, replace_address, search};

/// The name as every screen writes it.
pub fn display_name(first_name: &str, last_name: &str) -> String {
    format!("{first_name} {last_name}").trim().to_owned()
}

/// What the list is ordered by: the name as it is shown, folded.
pub fn sort_name(first_name: &str, last_name: &str) -> String {
    search_words::fold(&display_name(first_name, last_name))
}

/// Every word a contact can be found by. An address counts with its parts.
pub fn words_of(first_name: &str, last_name: &str, organisation: &str, address: Option<&str>) -> BTreeSet<String> {
    search_words::words_of([first_name, last_name, organisation, address.unwrap_or("")])
}
