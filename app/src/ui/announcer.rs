//! One polite live region a page, so that changes are heard and not only seen.

use leptos::prelude::*;

#[derive(Clone, Copy)]
pub struct Announcer(RwSignal<String>);

impl Announcer {
    pub fn provide() {
        provide_context(Self(RwSignal::new(String::new())));
    }

    pub fn expect() -> Self {
        expect_context()
    }

    /// Says a sentence to screen readers, after what they are saying now.
    pub fn say(self, sentence: impl Into<String>) {
        self.0.set(sentence.into());
    }
}

/// Where the sentences go. Stands once in the frame.
#[component]
pub fn AnnouncementRegion() -> impl IntoView {
    let sentence = Announcer::expect().0;
    view! { <p class="visually-hidden" role="status" aria-live="polite">{move || sentence.get()}</p> }
}
