//! What the pages for paper need from the server.

use async_trait::async_trait;

use crate::backend::Caller;
use crate::domain::ids::{CrewId, EventId};
use crate::domain::time::Moment;
use crate::error::AppError;
use crate::planner::PlannerPage;

/// An event as it stood at one moment. It never travels: what is printed is made by the server.
pub struct Printed {
    pub page: PlannerPage,
    /// The day of each item, as it stands above the first of that day: "Sat 12 Dec 2026".
    pub days: Vec<String>,
    /// When it was read, on the event's clock: paper does not change any more.
    pub as_of: Moment,
}

/// A person's link as a picture.
pub struct LinkCode {
    pub event: String,
    pub name: String,
    pub url: String,
    /// Where a calendar program reads what is theirs.
    pub calendar: String,
    /// A QR code of the address (ISO/IEC 18004), as an SVG element.
    pub svg: String,
}

#[async_trait]
pub trait PrintPort: Send + Sync {
    async fn event(&self, caller: &Caller, event: EventId) -> Result<Printed, AppError>;

    /// The code of a person's live share link; `None` if they have none.
    async fn link_code(&self, caller: &Caller, event: EventId, crew: CrewId) -> Result<Option<LinkCode>, AppError>;
}
