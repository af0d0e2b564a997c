//! The address book: the list and its search, one contact's details and events, and the saving of a corrected address.

mod checked;
mod rows;
mod search_words;
mod service;
mod store;

pub use checked::CheckedContact;
pub use rows::{header, headers};
pub use search_words::{sort_name, words_of};
pub use service::ContactsService;
pub use store::{LIST, insert_words, replace_address, search};

/// The name as every screen writes it.
pub fn display_name(first_name: &str, last_name: &str) -> String {
    format!("{first_name} {last_name}").trim().to_owned()
}
