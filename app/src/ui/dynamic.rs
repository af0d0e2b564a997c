//! Parts of a view that change. Each erases the closures it is made of, so that what drives it is compiled once and not
//! into every screen that uses it.

use std::sync::Arc;

use leptos::prelude::*;

/// A part that is drawn again whenever a signal that `view` reads changes.
pub fn dynamic<V: IntoAny>(view: impl Fn() -> V + Send + 'static) -> AnyView {
    let view: Box<dyn FnMut() -> AnyView + Send> = Box::new(move || view().into_any());
    view.into_any()
}

/// A list that keeps the elements of the rows that stay: `keys` in the order of the list, `row` draws one.
pub fn for_each_id(
    keys: impl Fn() -> Vec<i64> + Send + Sync + 'static,
    row: impl Fn(i64) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    list(Box::new(keys), Arc::new(row))
}

/// Not generic: a closure in a generic function is a type for each caller.
fn list(keys: Box<dyn Fn() -> Vec<i64> + Send + Sync>, row: Arc<dyn Fn(i64) -> AnyView + Send + Sync>) -> AnyView {
    view! { <For each=keys key=|key| *key children=move |key| row(key) /> }.into_any()
}
