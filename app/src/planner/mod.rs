//! The planner: an event's working page, with its timeline and its guests and crew.

mod api;
mod crew;
mod crew_list;
mod crew_row;
mod editor;
mod filter;
mod fix_address;
mod marks;
mod model;
mod on_the_day;
mod overrun;
mod page;
mod panels;
mod person_panel;
#[cfg(feature = "ssr")]
mod port;
mod send_link;
mod share_panel;
mod timeline;
mod undo;
mod view_state;

/// Names what the rows and their panels share, for [`crate::frame`], and as much of the rows as makes the planner's own part fit
/// into what a screen may have.
pub fn keep_in_main() {
    std::hint::black_box(send_link::SendLink::send as fn(&_, _, _));
    std::hint::black_box((fix_address::FixAddress as fn(_) -> _, crew_list::Summary::view as fn(&_, _, _, _) -> _));
}

pub use api::*;
pub use crew::{Answer, CrewRow, LinkKind, LinkState};
pub use filter::{DeliveryGroup, RowFilter};
pub use model::{EventHeader, Person, PlannerPage, TimelineItem};
pub use page::PLANNER_SCREEN;
#[cfg(feature = "ssr")]
pub use port::PlannerPort;
