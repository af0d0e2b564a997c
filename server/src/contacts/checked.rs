//! What a person typed about a contact, checked once, then trusted.

use app::contacts::ContactForm;
use app::domain::address::{AddressFault, RecipientAddress};
use app::error::AppError;

use crate::text::typed as text;

/// A contact that can be saved.
#[derive(Clone, Debug)]
pub struct CheckedContact {
    pub first_name: String,
    pub last_name: String,
    pub organisation: String,
    pub role: String,
    /// `None` when it was left blank.
    pub email: Option<RecipientAddress>,
    pub mobile: String,
    pub website: String,
    pub notes: String,
}

impl CheckedContact {
    /// Spaces around values do not count. The first fault is reported, with the field it stands in.
    pub fn check(form: ContactForm) -> Result<Self, AppError> {
        let first_name = text(&form.first_name, "first_name", "The first name", 100)?;
        if first_name.is_empty() {
            return Err(AppError::invalid("first_name", "A contact needs a first name."));
        }
        Ok(Self {
            first_name,
            last_name: text(&form.last_name, "last_name", "The last name", 100)?,
            organisation: text(&form.organisation, "organisation", "The organisation", 200)?,
            role: text(&form.role, "role", "The role", 100)?,
            email: email(&form.email)?,
            mobile: text(&form.mobile, "mobile", "The mobile number", 50)?,
            website: website(&form.website)?,
            notes: text(&form.notes, "notes", "The notes", 3_000)?,
        })
    }
}

impl CheckedContact {
    /// As the form shows it once it is saved.
    pub fn to_form(&self) -> ContactForm {
        ContactForm {
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            organisation: self.organisation.clone(),
            role: self.role.clone(),
            email: self.email.as_ref().map(|email| email.as_str().to_owned()).unwrap_or_default(),
            mobile: self.mobile.clone(),
            website: self.website.clone(),
            notes: self.notes.clone(),
        }
    }
}

fn email(typed: &str) -> Result<Option<RecipientAddress>, AppError> {
    match RecipientAddress::parse(typed) {
        Ok(address) => Ok(Some(address)),
        Err(AddressFault::Missing) => Ok(None),
        Err(fault) => Err(AppError::invalid("email", fault.to_string())),
    }
}

fn website(typed: &str) -> Result<String, AppError> {
    let website = text(typed, "website", "The website", 500)?;
    let usable =
        url::Url::parse(&website).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some());
    if website.is_empty() || usable {
        Ok(website)
    } else {
        Err(AppError::invalid("website", "A website begins with http:// or https://, as in https://example.com."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(change: impl FnOnce(&mut ContactForm)) -> Option<String> {
        let mut form = ContactForm { first_name: "Ann".into(), ..ContactForm::default() };
        change(&mut form);
        match CheckedContact::check(form) {
            Ok(_) => None,
            Err(AppError::Invalid { field, .. }) => Some(field),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_fault_names_its_field() {
        assert_eq!(fault(|_| ()), None);
        assert_eq!(fault(|form| form.first_name = " ".into()).as_deref(), Some("first_name"));
        assert_eq!(fault(|form| form.first_name = "é".repeat(101)).as_deref(), Some("first_name"));
        assert_eq!(fault(|form| form.first_name = "é".repeat(100)), None);
        assert_eq!(fault(|form| form.last_name = "x".repeat(101)).as_deref(), Some("last_name"));
        assert_eq!(fault(|form| form.organisation = "x".repeat(201)).as_deref(), Some("organisation"));
        assert_eq!(fault(|form| form.notes = "x".repeat(3_001)).as_deref(), Some("notes"));
        assert_eq!(fault(|form| form.notes = "a\0b".into()).as_deref(), Some("notes"));
        assert_eq!(fault(|form| form.email = "ann@example".into()).as_deref(), Some("email"));
        assert_eq!(fault(|form| form.website = "javascript:alert(1)".into()).as_deref(), Some("website"));
        assert_eq!(fault(|form| form.website = "example.com".into()).as_deref(), Some("website"));
        assert_eq!(fault(|form| form.website = "https://example.com/band".into()), None);
    }
}
