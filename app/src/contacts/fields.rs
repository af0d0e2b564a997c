//! The fields of a contact, for a new one and for one that is edited.

use std::sync::Arc;

use leptos::prelude::*;

use super::ContactForm;
use crate::error::AppError;
use crate::plain_form::RefusedForm;
use crate::ui::{FieldError, InlineError, Notice, NoticeKind, TextArea, TextField, focus_soon};

/// What stands in the fields now.
#[derive(Clone, Copy)]
pub(super) struct Typed {
    first_name: RwSignal<String>,
    last_name: RwSignal<String>,
    organisation: RwSignal<String>,
    role: RwSignal<String>,
    pub(super) email: RwSignal<String>,
    mobile: RwSignal<String>,
    website: RwSignal<String>,
    notes: RwSignal<String>,
}

/// As the form, the fields' ids and the server's answers spell them.
const FIELDS: [&str; 8] = ["first_name", "last_name", "organisation", "role", "email", "mobile", "website", "notes"];

const NAME_MAX: u32 = 100;
const ROLE_MAX: u32 = 100;
const ORGANISATION_MAX: u32 = 200;
const MOBILE_MAX: u32 = 50;
const WEBSITE_MAX: u32 = 500;
/// RFC 5321 4.5.3.1.
const EMAIL_MAX: u32 = 254;
const NOTES_MAX: u32 = 3_000;

/// The argument of the server functions that the fields make up.
const FORM: &str = "form";

impl Typed {
    /// Returns what a refused post had typed, else what `form` has.
    pub(super) fn after(refused: Option<&RefusedForm>, form: &ContactForm) -> Self {
        let typed = Self::new(form);
        for (field, value) in FIELDS.iter().zip(typed.values()) {
            if let Some(text) = refused.and_then(|refused| refused.field(&format!("{FORM}[{field}]"))) {
                value.set(text.to_owned());
            }
        }
        typed
    }

    /// In the order of `FIELDS`.
    fn values(self) -> [RwSignal<String>; 8] {
        let Self { first_name, last_name, organisation, role, email, mobile, website, notes } = self;
        [first_name, last_name, organisation, role, email, mobile, website, notes]
    }

    pub(super) fn new(form: &ContactForm) -> Self {
        Self {
            first_name: RwSignal::new(form.first_name.clone()),
            last_name: RwSignal::new(form.last_name.clone()),
            organisation: RwSignal::new(form.organisation.clone()),
            role: RwSignal::new(form.role.clone()),
            email: RwSignal::new(form.email.clone()),
            mobile: RwSignal::new(form.mobile.clone()),
            website: RwSignal::new(form.website.clone()),
            notes: RwSignal::new(form.notes.clone()),
        }
    }

    /// Replaces what was typed, with what the server made of it.
    pub(super) fn seed(self, form: &ContactForm) {
        self.first_name.set(form.first_name.clone());
        self.last_name.set(form.last_name.clone());
        self.organisation.set(form.organisation.clone());
        self.role.set(form.role.clone());
        self.email.set(form.email.clone());
        self.mobile.set(form.mobile.clone());
        self.website.set(form.website.clone());
        self.notes.set(form.notes.clone());
    }

    /// The form as it stands. Tracks every field.
    pub(super) fn form(self) -> ContactForm {
        ContactForm {
            first_name: self.first_name.get(),
            last_name: self.last_name.get(),
            organisation: self.organisation.get(),
            role: self.role.get(),
            email: self.email.get(),
            mobile: self.mobile.get(),
            website: self.website.get(),
            notes: self.notes.get(),
        }
    }

    pub(super) fn form_untracked(self) -> ContactForm {
        untrack(|| self.form())
    }
}

/// What the browser can tell before it asks the server, which checks everything again.
pub(super) fn check(form: &ContactForm) -> Result<(), AppError> {
    if form.first_name.trim().is_empty() {
        return Err(AppError::invalid("first_name", "Enter a first name."));
    }
    let email = form.email.trim();
    if !email.is_empty() && !email.contains('@') {
        return Err(AppError::invalid("email", "An address looks like name@example.com: this one has no @."));
    }
    let too_long = [
        ("first_name", &form.first_name, NAME_MAX),
        ("last_name", &form.last_name, NAME_MAX),
        ("organisation", &form.organisation, ORGANISATION_MAX),
        ("role", &form.role, ROLE_MAX),
        ("email", &form.email, EMAIL_MAX),
        ("mobile", &form.mobile, MOBILE_MAX),
        ("website", &form.website, WEBSITE_MAX),
        ("notes", &form.notes, NOTES_MAX),
    ]
    .into_iter()
    .find(|(_, text, max)| text.chars().count() > *max as usize);
    too_long
        .map_or(Ok(()), |(field, _, max)| Err(AppError::invalid(field, format!("At most {max} characters fit here."))))
}

/// The field that an error speaks of, if there is one.
fn field_of(error: &AppError) -> Option<&str> {
    match error {
        AppError::Invalid { field, .. } if FIELDS.contains(&field.as_str()) => Some(field),
        // The only thing here that an email can be refused for.
        AppError::Refused(_) => Some("email"),
        _ => None,
    }
}

/// Brings the keyboard to the field that an error speaks of.
pub(super) fn focus_field_of(error: &AppError) {
    if let Some(field) = field_of(error) {
        focus_soon(field);
    }
}

/// Why nothing was saved: in words of its own, or at the field.
#[component]
pub(super) fn NotSaved(error: AppError) -> impl IntoView {
    if field_of(&error).is_some() {
        view! {
            <Notice kind=NoticeKind::Error>
                <p><b>"Not saved."</b> " One field needs a look."</p>
            </Notice>
        }
        .into_any()
    } else {
        view! { <InlineError title="Not saved." error /> }.into_any()
    }
}

#[component]
pub(super) fn ContactFields(
    typed: Typed,
    /// Why the last save was refused.
    refused: RwSignal<Option<AppError>>,
    /// Why mail to the address in the field is refused.
    #[prop(optional)]
    blocked: Option<FieldError>,
) -> impl IntoView {
    let fault = move |field: &'static str| -> FieldError {
        Arc::new(move || refused.get().filter(|error| field_of(error) == Some(field)).map(|error| error.to_string()))
    };
    let at_first = refused.get_untracked();
    let begins = |field| at_first.as_ref().and_then(field_of) == Some(field);
    let of_email = fault("email");
    let email_error = Arc::new(move || of_email().or_else(|| blocked.as_ref().and_then(|blocked| blocked())));
    view! {
        <div class="pair">
            <TextField
                id="first_name"
                label="First name"
                value=typed.first_name
                required=true
                max=NAME_MAX
                part_of=FORM
                autofocus=begins("first_name")
                error=fault("first_name")
            />
            <TextField
                id="last_name"
                label="Last name"
                value=typed.last_name
                max=NAME_MAX
                part_of=FORM
                autofocus=begins("last_name")
                error=fault("last_name")
            />
        </div>
        <TextField
            id="email"
            label="Email"
            value=typed.email
            inputmode="email"
            max=EMAIL_MAX
            hint="Emails already sent keep the address they went to."
            part_of=FORM
            autofocus=begins("email")
            error=email_error
        />
        <div class="pair">
            <TextField
                id="role"
                label="Role"
                value=typed.role
                max=ROLE_MAX
                hint="Photographer, band leader, guest …"
                part_of=FORM
                autofocus=begins("role")
                error=fault("role")
            />
            <TextField
                id="organisation"
                label="Business or group"
                value=typed.organisation
                max=ORGANISATION_MAX
                part_of=FORM
                autofocus=begins("organisation")
                error=fault("organisation")
            />
        </div>
        <div class="pair">
            <TextField
                id="mobile"
                label="Mobile"
                value=typed.mobile
                kind="tel"
                max=MOBILE_MAX
                part_of=FORM
                autofocus=begins("mobile")
                error=fault("mobile")
            />
            <TextField
                id="website"
                label="Website"
                value=typed.website
                inputmode="url"
                max=WEBSITE_MAX
                hint="Begins with https://"
                part_of=FORM
                autofocus=begins("website")
                error=fault("website")
            />
        </div>
        <TextArea
            id="notes"
            label="Internal notes"
            value=typed.notes
            max=NOTES_MAX
            hint="Never shown to crew."
            part_of=FORM
            autofocus=begins("notes")
            error=fault("notes")
        />
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> ContactForm {
        ContactForm { first_name: "Luis".into(), email: " luis@gmail.com ".into(), ..ContactForm::default() }
    }

    fn fault(form: &ContactForm) -> Option<String> {
        check(form).err().as_ref().and_then(field_of).map(ToOwned::to_owned)
    }

    #[test]
    fn a_first_name_is_all_it_takes() {
        assert_eq!(check(&form()), Ok(()));
        assert_eq!(check(&ContactForm { email: String::new(), ..form() }), Ok(()));
        assert_eq!(fault(&ContactForm { first_name: "  ".into(), ..form() }), Some("first_name".into()));
    }

    #[test]
    fn an_address_without_at_is_caught_before_the_server_is_asked() {
        assert_eq!(fault(&ContactForm { email: "luis.gmail.com".into(), ..form() }), Some("email".into()));
    }

    #[test]
    fn limits_count_characters_and_not_bytes() {
        assert_eq!(check(&ContactForm { last_name: "é".repeat(100), ..form() }), Ok(()));
        assert_eq!(fault(&ContactForm { last_name: "é".repeat(101), ..form() }), Some("last_name".into()));
        assert_eq!(fault(&ContactForm { notes: "n".repeat(3_001), ..form() }), Some("notes".into()));
    }

    #[test]
    fn an_error_of_no_field_we_show_is_told_in_words() {
        assert_eq!(field_of(&AppError::invalid("", "No.")), None);
        assert_eq!(field_of(&AppError::Conflict), None);
    }
}
