//! Events: the list, the form, copies and templates, and what was deleted.

mod copies;
mod deleting;
mod form;
mod list;
mod posts;

use app::domain::ids::EventId;
use app::events::{EventForm, EventsPort, SaveEventOptions};

use crate::venue::Venue;

/// Saturday 12 December 2026 in Lisbon, from six to one.
pub fn gala() -> EventForm {
    EventForm {
        name: "Winter Gala".into(),
        starts: "2026-12-12T18:00".into(),
        ends: "2026-12-13T01:00".into(),
        time_zone: "Europe/Lisbon".into(),
        status: "tentative".into(),
        use_start_finish: true,
        use_done: true,
        ..EventForm::default()
    }
}

/// How a form is saved that was filled from this version.
pub fn over(revision: u32) -> SaveEventOptions {
    SaveEventOptions { revision, restore: false }
}

async fn form_of(venue: &Venue, event: EventId) -> EventForm {
    venue.events.form(&venue.caller, Some(event)).await.expect("an event").form
}
