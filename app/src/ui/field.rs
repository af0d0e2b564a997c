//! A labelled input with its hint and its error.

use std::sync::Arc;

use leptos::prelude::*;

use super::changing;

/// What is wrong with what stands in a field, if anything. May read signals.
pub type Fault = Arc<dyn Fn() -> Option<String> + Send + Sync>;

/// Label, control, hint and error, tied together for screen readers. The control must carry `id` and
/// `aria-describedby="{id}-note"`.
#[component]
pub fn Field(
    id: &'static str,
    label: &'static str,
    #[prop(optional)] hint: &'static str,
    error: Fault,
    children: Children,
) -> impl IntoView {
    let note = format!("{id}-note");
    view! {
        <div class="field">
            <label for=id>{label}</label>
            {children()}
            {changing(move || {
                let (class, text) = error().map_or(("hint", hint.to_owned()), |fault| ("error", fault));
                view! { <p id=note.clone() class=class>{text}</p> }
            })}
        </div>
    }
}

/// A one-line text field bound to a signal.
#[component]
pub fn TextField(
    id: &'static str,
    label: &'static str,
    value: RwSignal<String>,
    #[prop(default = "text")] kind: &'static str,
    /// Which keyboard a phone shows.
    #[prop(optional)]
    inputmode: Option<&'static str>,
    #[prop(default = "off")] autocomplete: &'static str,
    #[prop(optional)] required: bool,
    #[prop(optional)] max: u32,
    #[prop(optional)] hint: &'static str,
    error: Fault,
) -> impl IntoView {
    let note = format!("{id}-note");
    let wrong = Arc::clone(&error);
    view! {
        <Field id label hint error>
            <input
                id=id
                name=id
                type=kind
                inputmode=inputmode
                autocomplete=autocomplete
                required=required
                maxlength=(max > 0).then_some(max)
                aria-describedby=note
                aria-invalid=move || wrong().is_some().then_some("true")
                prop:value=move || value.get()
                value=value.get_untracked()
                on:input=move |ev| value.set(event_target_value(&ev))
            />
        </Field>
    }
    .into_any()
}

/// A text field of several lines bound to a signal.
#[component]
pub fn TextArea(
    id: &'static str,
    label: &'static str,
    value: RwSignal<String>,
    #[prop(default = 4)] rows: u32,
    #[prop(optional)] max: u32,
    #[prop(optional)] hint: &'static str,
    error: Fault,
) -> impl IntoView {
    let note = format!("{id}-note");
    // HTML drops a line break at the start of a text area, and hydration would look for it.
    let first = value.get_untracked().trim_start_matches(['\r', '\n']).to_owned();
    let wrong = Arc::clone(&error);
    view! {
        <Field id label hint error>
            <textarea
                id=id
                name=id
                rows=rows
                maxlength=(max > 0).then_some(max)
                aria-describedby=note
                aria-invalid=move || wrong().is_some().then_some("true")
                prop:value=move || value.get()
                on:input=move |ev| value.set(event_target_value(&ev))
            >
                {first}
            </textarea>
        </Field>
    }
    .into_any()
}
