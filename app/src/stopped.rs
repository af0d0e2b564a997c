//! What stands in place of a page that cannot be shown: for whoever holds a link, and for whoever wants something on paper.

use leptos::prelude::*;

use crate::error::AppError;
use crate::ui::PageTitle;

/// Every link that is unknown, revoked, or meant for another page: they look alike, so that nobody learns which it was.
pub(crate) fn link_not_active() -> AnyView {
    stopped(
        "Link not active",
        "This link was replaced or switched off, or was not copied whole. Ask the planner who sent it for a new one."
            .into(),
    )
}

/// A page that is there, but not just now; or, for a member, one that is not there.
pub(crate) fn not_available(error: &AppError) -> AnyView {
    stopped("Not available right now", error.to_string())
}

/// A guest's page that could not be opened.
pub(crate) fn not_opened(error: &AppError) -> AnyView {
    if *error == AppError::NotFound { link_not_active() } else { not_available(error) }
}

fn stopped(title: &'static str, sentence: String) -> AnyView {
    view! {
        <PageTitle text=move || title.into() />
        <main class="errorpage" id="main">
            <h1>{title}</h1>
            <p>{sentence}</p>
        </main>
    }
    .into_any()
}
