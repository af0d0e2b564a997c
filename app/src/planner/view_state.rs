//! What of the crew list is open, before scripts run: it stands in the address, so that its buttons work without them.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{RowFilter, send_link};
use crate::domain::ids::{CrewId, EventId};
use crate::paths;

/// The form that the list's own buttons submit.
pub const VIEW_FORM: &str = "crew-view";
/// Opens a person's panel.
pub const MORE: &str = "more";
/// Opens a person's panel and asks whether to revoke the link.
pub const REVOKE: &str = "revoke";
/// Shows one group of people.
pub const SHOW: &str = "show";
/// Whom somebody just took off the event.
pub const REMOVED: &str = "removed";

/// As the address has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ViewState {
    pub open: Option<CrewId>,
    pub revoking: Option<CrewId>,
    pub shown: Option<RowFilter>,
    pub removed: Option<CrewId>,
}

impl ViewState {
    pub fn of_address() -> Self {
        use_query_map().with_untracked(|query| {
            let crew = |name| query.get_str(name).and_then(|id| id.parse().ok());
            let revoking = crew(REVOKE);
            Self {
                open: crew(MORE).or(revoking),
                revoking,
                shown: query.get_str(SHOW).and_then(RowFilter::from_code),
                removed: crew(REMOVED),
            }
        })
    }
}

/// The page after this person was taken off the event.
pub fn page_without(event: EventId, crew: CrewId) -> String {
    format!("{}?{REMOVED}={crew}", paths::planner(event))
}

/// The page as it is to come back after a post from this person's row, or from their panel.
pub fn page_after(event: EventId, crew: CrewId, from_panel: bool) -> String {
    let panel = if from_panel { format!("?{MORE}={crew}") } else { String::new() };
    format!("{}{panel}#{}", paths::planner(event), send_link::more_id(crew))
}
