//! The end of a list that has more.

use leptos::prelude::*;

use super::{dynamic, hydrated};

/// A button that asks for the next page, with how far the list has come. Gone when there is no more.
#[component]
pub fn LoadMore(
    /// Whether there is another page.
    #[prop(into)]
    more: Signal<bool>,
    /// A page is on its way.
    #[prop(into)]
    loading: Signal<bool>,
    /// "25 of 61"
    #[prop(into)]
    progress: Signal<String>,
    #[prop(into)] on_more: Callback<()>,
) -> impl IntoView {
    let press = move |_| {
        if !loading.get_untracked() {
            on_more.run(());
        }
    };
    let button = move || {
        view! {
                   <div class="load-more">
                       <button
                           type="button"
                           class="button"
                           // On the server's page: what follows is only fetched by scripts.
                           data-needs-scripts=""
        disabled=move || !hydrated()
                           title=move || (!hydrated()).then_some("Needs scripts")
                           aria-disabled=move || loading.get().to_string()
                           on:click=press
                       >
                           {move || if loading.get() { "Loading…" } else { "Load more" }}
                       </button>
                       <span class="fine">{move || progress.get()}</span>
                   </div>
               }
        .into_any()
    };
    let more = Memo::new(move |_| more.get());
    dynamic(move || more.get().then(button))
}
