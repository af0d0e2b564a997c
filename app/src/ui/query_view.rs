//! A part of a page that shows what the server answered.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Skeleton;
use crate::error::AppError;
use crate::wire::{Answer, Query, Wire};

/// Shows `query`'s answer by `show`, with its question; grey lines until it is there, the old answer until a new one is.
pub fn query_view<F>(
    query: Query<F>,
    lines: u32,
    show: impl Fn(Result<(F, F::Output), AppError>) -> AnyView + Send + Sync + 'static,
) -> AnyView
where
    F: ServerFn<Error = AppError> + Serialize + DeserializeOwned + 'static,
    F::Output: Serialize + DeserializeOwned,
{
    transition(query.answer(), lines, Arc::new(move |answer| show(answer.read::<F>())))
}

type Show = Arc<dyn Fn(&Answer) -> AnyView + Send + Sync>;

/// Knows no type of question or answer, so it is compiled once.
fn transition(answer: Resource<Answer, Wire>, lines: u32, show: Show) -> AnyView {
    view! {
        <Transition fallback=move || view! { <Skeleton lines /> }>
            {
                let show = Arc::clone(&show);
                let shown = move || {
                    let show = Arc::clone(&show);
                    Suspend::new(async move { show(&answer.await) })
                };
                // In the browser again at every answer. On the server there is one answer, and Leptos, which looks through the
                // view for what it still waits for, would draw what a closure gives at each look and throw it away.
                #[cfg(feature = "ssr")]
                let shown = shown();
                shown
            }
        </Transition>
    }
    .into_any()
}
