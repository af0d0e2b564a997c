//! Stands in the browser's build for the pages that do not load it, so that their code is not in it.

use leptos::prelude::*;

#[component]
pub fn Unscripted() -> impl IntoView {}
