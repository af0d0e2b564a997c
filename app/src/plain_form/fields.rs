//! The fields of a form that the browser posts in any case. What stands in them is the browser's own, so they cost the client
//! little; a table of them is what the form shows and what the server checks.

use leptos::prelude::*;

use super::RefusedForm;
use crate::error::AppError;
use crate::ui::{InlineError, Notice, NoticeKind, raw_text};

/// One field of a form, which is the argument `form` of its server function.
#[derive(Clone, Copy, Debug)]
pub struct FormField {
    /// As the form, the field's id and the server's answers spell it.
    pub name: &'static str,
    pub label: &'static str,
    pub kind: FieldKind,
    /// How many characters fit. None where the kind says how it is written.
    pub max: u32,
    pub hint: &'static str,
}

#[derive(Clone, Copy, Debug)]
pub enum FieldKind {
    Line,
    /// A line, written with the digits of a phone's keyboard.
    Number,
    /// A day and a time, as a clock on the wall shows it.
    Moment,
    Day,
    /// A line with suggestions: those of the list with this id.
    Suggested(&'static str),
    Lines,
    /// One of these codes, each with what it is called.
    Choice(&'static [(&'static str, &'static str)]),
    Tick,
}

impl FormField {
    pub const fn new(name: &'static str, label: &'static str, kind: FieldKind, max: u32, hint: &'static str) -> Self {
        Self { name, label, kind, max, hint }
    }

    /// As the browser posts it.
    fn posted_name(&self) -> String {
        format!("form[{}]", self.name)
    }

    /// What stands in it: what a refused post had typed, else what is stored.
    fn value(&self, refused: Option<&RefusedForm>, stored: &str) -> String {
        let typed = refused.map(|refused| refused.field(&self.posted_name()).unwrap_or_default());
        typed.unwrap_or(stored).to_owned()
    }

    /// A value as people read it.
    fn in_words(&self, value: &str) -> String {
        match self.kind {
            FieldKind::Tick => if value.is_empty() { "off" } else { "on" }.to_owned(),
            FieldKind::Moment => value.replace('T', " "),
            FieldKind::Choice(choices) => {
                choices.iter().find(|(code, _)| *code == value).map_or(value, |(_, label)| label).to_owned()
            }
            _ if value.is_empty() => "nothing".to_owned(),
            _ => value.to_owned(),
        }
    }
}

/// A tick, as a form carries it.
pub fn tick(on: bool) -> String {
    if on { TICKED.to_owned() } else { String::new() }
}

const TICKED: &str = "true";

/// Draws a field with what belongs into it. After a conflict it says what somebody else has left there. `prefix` begins its id,
/// where a page has several forms.
pub(crate) fn form_field(field: &FormField, prefix: &str, refused: Option<&RefusedForm>, stored: &str) -> AnyView {
    let value = field.value(refused, stored);
    let error = refused.map(|refused| &refused.error);
    let fault = error.and_then(|error| match error {
        AppError::Invalid { field: wrong, message } if wrong == field.name => Some(message.clone()),
        _ => None,
    });
    // The browser's own post ends lines in both characters.
    let theirs = (error == Some(&AppError::Conflict) && value.replace("\r\n", "\n") != stored)
        .then(|| view! { <span class="theirs">{format!("Theirs: {}", field.in_words(stored))}</span> }.into_any());
    let (id, name, label) = (format!("{prefix}{}", field.name), field.posted_name(), field.label);
    if matches!(field.kind, FieldKind::Tick) {
        return view! {
            <label class="check">
                <input id=id type="checkbox" name=name value=TICKED checked=value == TICKED />
                <span>{label} <span class="hint">{field.hint}</span> {theirs}</span>
            </label>
        }
        .into_any();
    }
    let is_wrong = fault.is_some();
    let note = format!("{id}-note");
    let (class, said) = fault.map_or(("hint", field.hint.to_owned()), |fault| ("error", fault));
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            {control(field, id, name, note.clone(), value, is_wrong)}
            <p id=note class=class>{said}</p>
            {theirs}
        </div>
    }
    .into_any()
}

fn control(field: &FormField, id: String, name: String, note: String, value: String, is_wrong: bool) -> AnyView {
    let max = (field.max > 0).then_some(field.max);
    let invalid = is_wrong.then_some("true");
    let (kind, inputmode, list) = match field.kind {
        FieldKind::Choice(choices) => {
            let options = choices.iter().map(|(code, label)| {
                view! { <option value=*code selected=*code == value>{*label}</option> }.into_any()
            });
            let options = options.collect_view();
            return view! {
                <select id=id name=name aria-describedby=note aria-invalid=invalid autofocus=is_wrong>{options}</select>
            }
            .into_any();
        }
        FieldKind::Lines => {
            // HTML drops a line break at the start of a text area.
            let text = raw_text(value.trim_start_matches(['\r', '\n']));
            return view! {
                <textarea
                    id=id
                    name=name
                    rows="4"
                    maxlength=max
                    aria-describedby=note
                    aria-invalid=invalid
                    autofocus=is_wrong
                >
                    {text}
                </textarea>
            }
            .into_any();
        }
        FieldKind::Number => ("text", Some("numeric"), None),
        FieldKind::Moment => ("datetime-local", None, None),
        FieldKind::Day => ("date", None, None),
        FieldKind::Suggested(list) => ("text", None, Some(list)),
        FieldKind::Line | FieldKind::Tick => ("text", None, None),
    };
    view! {
        <input
            id=id
            name=name
            type=kind
            inputmode=inputmode
            list=list
            maxlength=max
            autocomplete="off"
            aria-describedby=note
            aria-invalid=invalid
            autofocus=is_wrong
            value=value
        />
    }
    .into_any()
}

/// What a field suggests.
pub(crate) fn suggestions(id: &'static str, texts: Vec<String>) -> AnyView {
    let options = texts.into_iter().map(|text| view! { <option value=text></option> }.into_any()).collect_view();
    view! { <datalist id=id>{options}</datalist> }.into_any()
}

/// Why nothing was saved: in words of its own, or at the field.
pub(crate) fn not_saved(fields: &[FormField], refused: Option<&RefusedForm>) -> Option<AnyView> {
    let error = refused.map(|refused| refused.error.clone())?;
    let at_a_field = matches!(&error, AppError::Invalid { field, .. } if fields.iter().any(|one| one.name == field));
    Some(if at_a_field {
        view! {
            <Notice kind=NoticeKind::Error>
                <p><b>"Not saved."</b> " One field needs a look."</p>
            </Notice>
        }
        .into_any()
    } else {
        view! { <InlineError title="Not saved." error /> }.into_any()
    })
}
