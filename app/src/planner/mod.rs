//! The planner: an event's working page, with its timeline and its guests and crew.

mod api;
mod crew_list;
mod crew_row;
mod fix_address;
mod model;
mod page;
#[cfg(feature = "ssr")]
mod port;
mod share_panel;
mod timeline;

pub use api::{LoadPlanner, correct_address, email_link, generate_link, revoke_link};
pub use model::{CrewRow, EventHeader, LinkState, Person, PlannerPage, Standing, TimelineItem};
pub use page::PlannerRoute;
#[cfg(feature = "ssr")]
pub use port::PlannerPort;
