//! Stands in the browser's build for the pages that load no script, so that their code is not in it.

use leptos::prelude::*;

#[component]
pub fn Unscripted() -> impl IntoView {}
