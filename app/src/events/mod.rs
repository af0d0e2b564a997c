//! The events of an account: the home of the app, the form of an event, templates, and what was deleted.

mod actions;
mod api;
mod deleted;
mod form;
mod form_model;
mod list;
mod model;
#[cfg(feature = "ssr")]
mod port;
mod screens;
mod templates;

pub use api::*;
pub(crate) use form_model::CONTACTS;
pub use form_model::{
    COPY_FIELDS, CopyForm, Deleted, DeletedRow, EventForm, EventFormPage, FIELDS, NAME_MAX, TemplateRow,
};
pub use list::Events;
pub use model::{DeletedEvent, EventPage, EventQuery, EventRow, EventStatus, FirstSteps, PAGE_ROWS};
#[cfg(feature = "ssr")]
pub use port::{EventsPort, SaveEventOptions};
pub use screens::{EDIT_EVENT_SCREEN, NEW_EVENT_SCREEN, RECENTLY_DELETED_SCREEN, TEMPLATES_SCREEN};
