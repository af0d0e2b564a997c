//! An event for paper, and a person's link as a code. Reads what the planner reads.

use app::backend::Caller;
use app::domain::ids::{CrewId, EventId};
use app::error::AppError;
use app::planner::{LinkKind, LinkState, PlannerPort};
use app::print::{LinkCode, PrintPort, Printed};
use async_trait::async_trait;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

use crate::calendar;
use crate::core::Core;
use crate::planner::PlannerService;
use crate::zone::Zone;

/// So large that a phone reads it from a screen at arm's length, in the SVG's own units; style has the last word.
const CODE_SIZE: u32 = 240;

#[derive(Clone)]
pub struct PrintService {
    core: Core,
    planner: PlannerService,
}

impl PrintService {
    pub fn new(core: Core) -> Self {
        Self { planner: PlannerService::new(core.clone()), core }
    }
}

#[async_trait]
impl PrintPort for PrintService {
    async fn event(&self, caller: &Caller, event: EventId) -> Result<Printed, AppError> {
        let page = self.planner.page(caller, event).await?;
        let zone = Zone::named(&page.event.time_zone);
        let days = page.items.iter().map(|item| zone.date(item.starts.at)).collect();
        let as_of = zone.moment(page.now, page.now);
        Ok(Printed { page, days, as_of })
    }

    async fn link_code(&self, caller: &Caller, event: EventId, crew: CrewId) -> Result<Option<LinkCode>, AppError> {
        let page = self.planner.page(caller, event).await?;
        let row = page.crew.into_iter().find(|row| row.id == crew).ok_or(AppError::NotFound)?;
        let LinkState::Live { id, url } = row.link else { return Ok(None) };
        let token = url.strip_prefix(&self.core.link_url(LinkKind::Share, "")).unwrap_or_default();
        let calendar = calendar::address(&self.core, id, token);
        let svg = code(&url).map_err(|_| AppError::Internal("The address does not fit into a code.".into()))?;
        Ok(Some(LinkCode { event: page.event.name, name: row.name, url, calendar, svg }))
    }
}

/// An SVG element. Level M, which stands a scratch or a fold, is what screens and paper are made with.
fn code(url: &str) -> Result<String, qrcode::types::QrError> {
    let code = QrCode::with_error_correction_level(url, EcLevel::M)?;
    let file = code.render::<svg::Color>().min_dimensions(CODE_SIZE, CODE_SIZE).build();
    Ok(file.find("<svg").map_or_else(String::new, |start| file[start..].to_owned()))
}
