//! The title of a page when it changes with what the page shows.

use leptos::prelude::*;
use leptos_meta::Title;

/// A title that may change. The server writes the title last, when the signals of the page may already be gone (another
/// thread has ended them): it then stays as it was.
#[component]
pub fn PageTitle(text: impl Fn() -> String + Send + Sync + 'static) -> impl IntoView {
    let title = Memo::new(move |_| text());
    let written = title.get_untracked();
    view! { <Title text=move || title.try_get().unwrap_or_else(|| written.clone()) /> }
}
