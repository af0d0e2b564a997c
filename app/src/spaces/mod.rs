//! The spaces of an account: where events are held.

mod api;
mod form;
mod list;
mod model;
#[cfg(feature = "ssr")]
mod port;
mod screens;

pub use api::*;
pub use model::{FIELDS, SpaceForm, SpaceFormPage, SpaceRow, SpacesPage};
#[cfg(feature = "ssr")]
pub use port::SpacesPort;
pub use screens::{NEW_SPACE_SCREEN, SPACE_SCREEN, SPACES_SCREEN};
