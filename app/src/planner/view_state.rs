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

/// Which half of the page a narrow screen shows; only [`CREW`] has to be said.
const PANE: &str = "pane";
const CREW: &str = "crew";

/// As the address has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ViewState {
    pub open: Option<CrewId>,
    pub revoking: Option<CrewId>,
    pub shown: Option<RowFilter>,
    pub removed: Option<CrewId>,
    /// Whether the page comes from the crew, so that a narrow screen shows it again. Also after something was closed there.
    pub in_crew: bool,
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
                in_crew: query.get_str(PANE) == Some(CREW)
                    || [MORE, REVOKE, SHOW, REMOVED].iter().any(|name| query.get_str(name).is_some()),
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
    let view = if from_panel { format!("{MORE}={crew}") } else { format!("{PANE}={CREW}") };
    format!("{}?{view}#{}", paths::planner(event), send_link::more_id(crew))
}
