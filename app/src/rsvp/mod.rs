//! Asking a person whether they come: the page that asks and shows no run of show, and the same question on their other page.

mod api;
#[cfg(feature = "ssr")]
mod form;
mod model;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod port;

#[cfg(not(feature = "ssr"))]
pub use crate::unscripted::Unscripted as RsvpPage;
pub use api::*;
#[cfg(feature = "ssr")]
pub use form::QuestionForm;
pub use model::{Invitation, Question};
#[cfg(feature = "ssr")]
pub use page::RsvpPage;
#[cfg(feature = "ssr")]
pub use port::RsvpPort;
