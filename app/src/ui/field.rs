//! A labelled input with its hint and its error.

use std::sync::Arc;

use leptos::html::{Input, Textarea};
use leptos::prelude::*;

use super::raw_text::text_of_textarea;
use super::{bind_field, dynamic};

/// What is wrong with what stands in a field, if anything. May read signals.
pub type FieldError = Arc<dyn Fn() -> Option<String> + Send + Sync>;

/// Label, control, hint and error, tied together for screen readers. The control must carry `id` and
/// `aria-describedby="{id}-note"`.
#[component]
pub fn Field(
    id: &'static str,
    label: &'static str,
    #[prop(optional)] hint: &'static str,
    error: FieldError,
    children: Children,
) -> impl IntoView {
    let note = format!("{id}-note");
    view! {
        <div class="field">
            <label for=id>{label}</label>
            {children()}
            {dynamic(move || {
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
    /// The argument of the form's server function that the field is part of.
    #[prop(optional)]
    part_of: &'static str,
    /// Whether the keyboard begins here: where a refused post has to be mended.
    #[prop(optional)]
    autofocus: bool,
    error: FieldError,
) -> impl IntoView {
    let note = format!("{id}-note");
    let wrong = Arc::clone(&error);
    let field = NodeRef::<Input>::new();
    bind_field(field, move || value.get(), move |text| value.set(text));
    view! {
        <Field id label hint error>
            <input
                id=id
                name=name_of(part_of, id)
                node_ref=field
                type=kind
                inputmode=inputmode
                autocomplete=autocomplete
                required=required
                maxlength=(max > 0).then_some(max)
                aria-describedby=note
                autofocus=autofocus
                aria-invalid=move || wrong().is_some().then_some("true")
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
    /// The argument of the form's server function that the field is part of.
    #[prop(optional)]
    part_of: &'static str,
    /// Whether the keyboard begins here: where a refused post has to be mended.
    #[prop(optional)]
    autofocus: bool,
    error: FieldError,
) -> impl IntoView {
    let note = format!("{id}-note");
    let field = NodeRef::<Textarea>::new();
    bind_field(field, move || value.get(), move |text| value.set(text));
    let first = text_of_textarea(&value.get_untracked());
    let wrong = Arc::clone(&error);
    view! {
        <Field id label hint error>
            <textarea
                id=id
                name=name_of(part_of, id)
                node_ref=field
                rows=rows
                maxlength=(max > 0).then_some(max)
                aria-describedby=note
                autofocus=autofocus
                aria-invalid=move || wrong().is_some().then_some("true")
                on:input=move |ev| value.set(event_target_value(&ev))
            >
                {first}
            </textarea>
        </Field>
    }
    .into_any()
}

/// As the server function's arguments are written in a form.
fn name_of(part_of: &str, id: &str) -> String {
    if part_of.is_empty() { id.to_owned() } else { format!("{part_of}[{id}]") }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_into_a_text_area_is_never_markup() {
        Owner::new().with(|| {
            let value = RwSignal::new("\n</textarea><form action=//evil.example>Tom & Jerry &lt;3".to_owned());
            let html = view! { <TextArea id="notes" label="Notes" value error=Arc::new(|| None) /> }.to_html();
            assert!(
                html.contains(">&lt;/textarea>&lt;form action=//evil.example>Tom &amp; Jerry &amp;lt;3</textarea>"),
                "{html}"
            );
        });
    }
}
