//! Contacts as people name them in other forms: chosen from the list by name, or made in place by typing an unknown one.

mod store;

use app::contacts::ContactForm;
use app::domain::ids::{AccountId, ContactId};
use app::domain::time::Timestamp;
use app::error::AppError;

use self::store::Named;
use super::{CheckedContact, display_name, store as contacts};
use crate::db::{Db, Write};
use crate::error::StoreError;
use crate::search_words::fold;
use crate::text::typed;

/// Whom somebody means.
pub enum Party {
    Nobody,
    Known(ContactId),
    /// Not in the address book yet.
    New(Box<CheckedContact>),
}

impl Party {
    /// The contact, if it is one already; `None` of nobody, too.
    pub fn known(&self) -> Option<ContactId> {
        if let Self::Known(contact) = self { Some(*contact) } else { None }
    }

    pub fn is_new(&self) -> bool {
        matches!(self, Self::New(_))
    }
}

/// How many namesakes are told apart.
const NAMESAKES: usize = 20;

/// Returns whom somebody means who typed this into `field`. Fails, at the field, when that could be several.
pub async fn find(
    transaction: &mut Write,
    account: AccountId,
    field: &'static str,
    text: &str,
) -> Result<Party, AppError> {
    let text = typed(text, field, "The name", 500)?;
    if text.is_empty() {
        return Ok(Party::Nobody);
    }
    let mut named = store::named(transaction, account, &fold(&text)).await?;
    if named.is_empty() {
        // As the list of suggestions tells namesakes apart.
        if let Some((name, detail)) = text.strip_suffix(')').and_then(|text| text.rsplit_once(" (")) {
            named = store::named(transaction, account, &fold(name)).await?;
            named.retain(|contact| contact.detail() == detail);
        }
    }
    match named.as_slice() {
        [one] => Ok(Party::Known(ContactId(one.id))),
        [] => new(field, &text),
        several => {
            let labels: Vec<_> = several.iter().take(NAMESAKES).map(|one| format!("“{}”", one.label(true))).collect();
            let message = format!("Several contacts have this name. Type which one: {}.", labels.join(" or "));
            Err(AppError::invalid(field, message))
        }
    }
}

fn new(field: &'static str, name: &str) -> Result<Party, AppError> {
    let (first_name, last_name) = name.split_once(' ').unwrap_or((name, ""));
    let form =
        ContactForm { first_name: first_name.to_owned(), last_name: last_name.to_owned(), ..ContactForm::default() };
    match CheckedContact::check(form) {
        Ok(contact) => Ok(Party::New(Box::new(contact))),
        Err(AppError::Invalid { message, .. }) => Err(AppError::invalid(field, message)),
        Err(error) => Err(error),
    }
}

/// The contact's id, which is made now if it is new.
pub async fn settle(
    transaction: &mut Write,
    account: AccountId,
    party: Party,
    now: Timestamp,
) -> Result<Option<ContactId>, StoreError> {
    Ok(match party {
        Party::Nobody => None,
        Party::Known(contact) => Some(contact),
        Party::New(contact) => Some(contacts::insert(transaction, account, &contact, now).await?),
    })
}

/// The first contacts by name, as a list suggests them.
pub async fn suggestions(db: &Db, account: AccountId) -> Result<Vec<String>, StoreError> {
    let contacts = store::first(db, account).await?;
    let labels = contacts.iter().enumerate().map(|(index, contact)| {
        let is_same = |other: Option<&Named>| other.is_some_and(|other| other.sort_name == contact.sort_name);
        let before = index.checked_sub(1).and_then(|before| contacts.get(before));
        contact.label(is_same(before) || is_same(contacts.get(index + 1)))
    });
    Ok(labels.collect())
}

/// A contact as a form names it, so that `find` finds it again.
pub fn label(
    id: i64,
    first_name: &str,
    last_name: &str,
    organisation: &str,
    email: Option<&str>,
    has_namesakes: bool,
) -> String {
    let named = Named {
        id,
        first_name: first_name.to_owned(),
        last_name: last_name.to_owned(),
        organisation: organisation.to_owned(),
        email: email.map(ToOwned::to_owned),
        sort_name: String::new(),
    };
    named.label(has_namesakes)
}

impl Named {
    /// What tells it from others of its name.
    fn detail(&self) -> String {
        match &self.email {
            Some(email) => email.clone(),
            None if !self.organisation.is_empty() => self.organisation.clone(),
            None => format!("#{}", self.id),
        }
    }

    fn label(&self, has_namesakes: bool) -> String {
        let name = display_name(&self.first_name, &self.last_name);
        if has_namesakes { format!("{name} ({})", self.detail()) } else { name }
    }
}
