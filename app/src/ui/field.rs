//! A labelled input with its hint and its error.

use leptos::prelude::*;

/// Label, control, hint and error, tied together for screen readers. The control must carry `id` and
/// `aria-describedby="{id}-note"`.
#[component]
pub fn Field(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: String,
    /// What is wrong with what was typed.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    children: Children,
) -> impl IntoView {
    let note = format!("{id}-note");
    view! {
        <div class="field">
            <label for=id>{label}</label>
            {children()}
            <p id=note class=move || if error.with(Option::is_some) { "error" } else { "hint" }>
                {move || error.get().unwrap_or_else(|| hint.clone())}
            </p>
        </div>
    }
}

/// A one-line text field bound to a signal.
#[component]
pub fn TextField(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    value: RwSignal<String>,
    #[prop(default = "text")] kind: &'static str,
    /// Which keyboard a phone shows.
    #[prop(optional)]
    inputmode: Option<&'static str>,
    #[prop(default = "off")] autocomplete: &'static str,
    #[prop(optional)] required: bool,
    #[prop(optional)] max: u32,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] error: Signal<Option<String>>,
) -> impl IntoView {
    let note = format!("{id}-note");
    view! {
        <Field id=id.clone() label hint error>
            <input
                id=id.clone()
                name=id
                type=kind
                inputmode=inputmode
                autocomplete=autocomplete
                required=required
                maxlength=(max > 0).then_some(max)
                aria-describedby=note
                aria-invalid=move || error.with(Option::is_some).then_some("true")
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
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    value: RwSignal<String>,
    #[prop(default = 4)] rows: u32,
    #[prop(optional)] max: u32,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] error: Signal<Option<String>>,
) -> impl IntoView {
    let note = format!("{id}-note");
    // HTML drops a line break at the start of a text area, and hydration would look for it.
    let first = value.get_untracked().trim_start_matches(['\r', '\n']).to_owned();
    view! {
        <Field id=id.clone() label hint error>
            <textarea
                id=id.clone()
                name=id
                rows=rows
                maxlength=(max > 0).then_some(max)
                aria-describedby=note
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                prop:value=move || value.get()
                on:input=move |ev| value.set(event_target_value(&ev))
            >
                {first}
            </textarea>
        </Field>
    }
    .into_any()
}
