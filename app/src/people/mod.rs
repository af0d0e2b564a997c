//! Who is on an event: the screen where people are put on it, and brought back.

mod api;
mod following;
mod model;
mod new_people;
mod page;
#[cfg(feature = "ssr")]
mod port;

pub use api::*;
pub use model::{PeoplePage, PersonRow, people_on_event};
pub use page::PEOPLE_SCREEN;
#[cfg(feature = "ssr")]
pub use port::PeoplePort;
