//! The end of a list that has more.

use leptos::prelude::*;

use super::{dynamic, script_button};

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
    let press = move || {
        if !loading.get_untracked() {
            on_more.run(());
        }
    };
    let button = move || {
        view! {
            <div class="load-more">
                {script_button(move || if loading.get() { "Loading…" } else { "Load more" }, Some(loading), press)}
                <span class="fine">{move || progress.get()}</span>
            </div>
        }
        .into_any()
    };
    let more = Memo::new(move |_| more.get());
    dynamic(move || more.get().then(button))
}
