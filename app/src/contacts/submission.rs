//! A contact's form on its way to the server, and what came of it.

use leptos::prelude::*;

use super::ContactForm;
use super::fields::{Typed, check, focus_field_of};
use crate::error::AppError;
use crate::plain_form::RefusedForm;

#[derive(Clone, Copy)]
pub(super) struct Submission {
    /// Waits for the server's answer.
    pub(super) pending: RwSignal<bool>,
    /// Why the last one was refused, by the server or before it was asked.
    pub(super) refused: RwSignal<Option<AppError>>,
}

impl Submission {
    /// Returns a form that waits for nothing, and tells of the post that was refused, if one was.
    pub(super) fn after(refused: Option<&RefusedForm>) -> Self {
        Self { pending: RwSignal::new(false), refused: RwSignal::new(refused.map(|refused| refused.error.clone())) }
    }

    /// What to send. `None` while an answer is awaited, and when what was typed cannot be right.
    pub(super) fn begin(self, typed: Typed) -> Option<ContactForm> {
        if self.pending.get_untracked() {
            return None;
        }
        let form = typed.form_untracked();
        if let Err(error) = check(&form) {
            self.refuse(error);
            return None;
        }
        self.refused.set(None);
        self.pending.set(true);
        Some(form)
    }

    /// What the server made of it. `None` when it refused, and when the form is gone meanwhile. After a success the form
    /// stays pending until the caller says otherwise.
    pub(super) fn end<T>(self, answer: Result<T, AppError>) -> Option<T> {
        if self.pending.is_disposed() {
            return None;
        }
        match answer {
            Ok(done) => Some(done),
            Err(error) => {
                self.pending.set(false);
                self.refuse(error);
                None
            }
        }
    }

    fn refuse(self, error: AppError) {
        focus_field_of(&error);
        self.refused.set(Some(error));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A form with this first name.
    fn typed(first_name: &str) -> Typed {
        Typed::new(&ContactForm { first_name: first_name.into(), ..ContactForm::default() })
    }

    #[test]
    fn one_at_a_time_until_it_is_refused() {
        Owner::new().with(|| {
            let submission = Submission::after(None);
            assert!(submission.begin(typed("Luis")).is_some());
            assert_eq!(submission.begin(typed("Luis")), None);
            assert_eq!(submission.end(Err::<(), _>(AppError::Conflict)), None);
            assert_eq!(submission.refused.get_untracked(), Some(AppError::Conflict));
            assert!(submission.begin(typed("Luis")).is_some());
            assert_eq!((submission.refused.get_untracked(), submission.end(Ok(7))), (None, Some(7)));
            assert!(submission.pending.get_untracked());
        });
    }
}
