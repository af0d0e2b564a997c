//! Name tags, eight to a sheet of A4 or Letter. Whoever declined gets none.

use leptos::prelude::*;

use super::Printed;
use super::frame::paper;
use crate::domain::rsvp::Rsvp;
use crate::paths::Paper;
use crate::planner::{CrewRow, PlannerPage};

#[component]
pub fn NameTagsPage() -> impl IntoView {
    paper(Paper::NameTags, |Printed { page, .. }| tags(page))
}

fn tags(PlannerPage { event, crew, .. }: PlannerPage) -> AnyView {
    let comes = |row: &&CrewRow| !event.rsvp || row.rsvp != Rsvp::Declined;
    let tags: Vec<_> = crew.iter().filter(comes).map(|row| tag(row, &event.name)).collect();
    if tags.is_empty() {
        return view! { <p>"Nobody needs a tag yet."</p> }.into_any();
    }
    view! { <ul class="tags">{tags}</ul> }.into_any()
}

fn tag(row: &CrewRow, event: &str) -> AnyView {
    view! {
        <li>
            <b>{row.name.clone()}</b>
            {(!row.role.is_empty()).then(|| view! { <span>{row.role.clone()}</span> }.into_any())}
            <span class="fine">{event.to_owned()}</span>
        </li>
    }
    .into_any()
}
