//! One tracked email as the database holds it, and as people see it. The column list stands here once, so that the
//! Emails tab, the crew rows and the live channel can never show the same email differently.

use app::domain::delivery::DeliveryStatus;
use app::domain::email_kind::EmailKind;
use app::domain::ids::{ContactId, CrewId, EmailId, EventId, LinkId};
use app::domain::time::Timestamp;
use app::emails::{EmailRow, EventRef};

use crate::db::column;
use crate::zone::Zone;

/// A `SELECT` that gives `StoredEmail`: `e` is the email, `v` its event. One that was deleted has its name, and no id to lead there. The arguments are further columns, and what follows
/// the joins.
macro_rules! select_emails {
    ($rest:literal) => {
        $crate::emails::row::select_emails!("", $rest)
    };
    ($also:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $also,
            "e.id, e.contact_id, CASE WHEN v.deleted_at IS NULL THEN v.id END AS event_id, \
             COALESCE(v.name, e.event_name) AS event_name, e.crew_id, e.link_id, e.kind, e.subject, e.recipient, e.created_at, e.status, e.reason, e.revision, v.time_zone \
             FROM email e LEFT JOIN event v ON v.id = e.event_id ",
            $rest
        )
    };
}
pub(crate) use select_emails;

/// One row of `select_emails!`.
#[derive(sqlx::FromRow)]
pub struct StoredEmail {
    id: i64,
    contact_id: i64,
    event_id: Option<i64>,
    event_name: String,
    crew_id: Option<i64>,
    link_id: Option<i64>,
    kind: String,
    subject: String,
    recipient: String,
    created_at: i64,
    status: Option<String>,
    reason: Option<String>,
    revision: i64,
    time_zone: Option<String>,
}

impl StoredEmail {
    /// As people see it at `now`, by the clock of its event.
    pub fn into_row(self, now: Timestamp) -> EmailRow {
        EmailRow {
            id: EmailId(self.id),
            contact: ContactId(self.contact_id),
            event: EventRef { id: self.event_id.map(EventId), name: self.event_name },
            crew: self.crew_id.map(CrewId),
            link: self.link_id.map(LinkId),
            // Its subject says what it was.
            kind: column::code("email kind", &self.kind, EmailKind::from_code, EmailKind::ShareLink),
            subject: self.subject,
            recipient: self.recipient,
            sent_at: zone_of(self.time_zone.as_deref()).moment(Timestamp(self.created_at), now),
            status: status(self.status.as_deref()),
            reason: self.reason,
            revision: revision(self.revision),
        }
    }

    /// The day it is at `now` by the clock of this email's event.
    pub fn today(&self, now: Timestamp) -> String {
        zone_of(self.time_zone.as_deref()).today(now)
    }
}

fn zone_of(name: Option<&str>) -> Zone {
    name.map_or_else(Zone::utc, Zone::named)
}

/// A status column: `None` until the hand-over. Of an email with a status that is not known it was at least handed over.
pub(crate) fn status(code: Option<&str>) -> Option<DeliveryStatus> {
    code.map(|code| column::code("delivery status", code, DeliveryStatus::from_code, DeliveryStatus::Sent))
}

/// A revision column. Revisions rise by one and start at one (a link's at zero), so they fit.
pub(crate) fn revision(stored: i64) -> u32 {
    column::number("revision", stored)
}
