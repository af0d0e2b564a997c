//! The end of a list that has more.

use leptos::prelude::*;

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
    on_more: impl Fn() + Clone + Send + Sync + 'static,
) -> impl IntoView {
    view! {
        <Show when=move || more.get()>
            <div class="load-more">
                <button
                    type="button"
                    class="button"
                    aria-disabled=move || loading.get().to_string()
                    on:click={
                        let on_more = on_more.clone();
                        move |_| {
                            if !loading.get_untracked() {
                                on_more();
                            }
                        }
                    }
                >
                    {move || if loading.get() { "Loading…" } else { "Load more" }}
                </button>
                <span class="fine">{move || progress.get()}</span>
            </div>
        </Show>
    }
}
