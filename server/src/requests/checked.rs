//! What a member typed about a request, as it is kept.

use app::domain::requests::{MAX_CHOICE, MAX_CHOICES, MAX_DESCRIPTION, MAX_LABEL, MAX_REFERENCE, RequestKind};
use app::error::AppError;
use app::requests::RequestForm;
use url::Url;

use crate::text::typed;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedRequest {
    pub kind: RequestKind,
    pub label: String,
    pub description: String,
    pub required: bool,
    /// One a line; only of a choice.
    pub choices: String,
    /// Empty, or leads to a page on the web.
    pub reference: String,
}

impl CheckedRequest {
    pub fn parse(form: &RequestForm) -> Result<Self, AppError> {
        let label = typed(&form.label, "label", "What you ask for", MAX_LABEL as usize)?;
        if label.is_empty() {
            return Err(AppError::invalid("label", "Say in a few words what you ask for."));
        }
        Ok(Self {
            kind: form.kind,
            label,
            description: typed(&form.description, "description", "The description", MAX_DESCRIPTION as usize)?,
            required: form.required,
            choices: if form.kind == RequestKind::Choice { choices(&form.choices)? } else { String::new() },
            reference: reference(&form.reference)?,
        })
    }
}

fn choices(text: &str) -> Result<String, AppError> {
    let text = typed(text, "choices", "The choices", MAX_CHOICES * (MAX_CHOICE + 1))?;
    let mut choices: Vec<&str> = Vec::new();
    for choice in text.lines().map(str::trim).filter(|choice| !choice.is_empty()) {
        let chars = choice.chars().count();
        if chars > MAX_CHOICE {
            let message = format!("A choice may have {MAX_CHOICE} characters; “{choice}” has {chars}.");
            return Err(AppError::invalid("choices", message));
        }
        if !choices.contains(&choice) {
            choices.push(choice);
        }
    }
    match choices.len() {
        2..=MAX_CHOICES => Ok(choices.join("\n")),
        0 | 1 => Err(AppError::invalid("choices", "Write at least two choices, one on each line.")),
        many => {
            let message = format!("A request can have {MAX_CHOICES} choices; this has {many}.");
            Err(AppError::invalid("choices", message))
        }
    }
}

fn reference(text: &str) -> Result<String, AppError> {
    let text = typed(text, "reference", "The link", MAX_REFERENCE as usize)?;
    if text.is_empty() {
        return Ok(text);
    }
    // Guests see it: with a name or a password in front of the host it would tell a secret, or lead elsewhere than it seems to.
    let is_web = |url: &Url| {
        url.scheme() == "https" && url.host_str().is_some() && url.username().is_empty() && url.password().is_none()
    };
    match Url::parse(&text) {
        Ok(url) if is_web(&url) && !text.contains(char::is_whitespace) => Ok(text),
        _ => Err(AppError::invalid("reference", "Write the whole address of a page, beginning with https://.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> RequestForm {
        RequestForm { label: " Stage plot ".into(), ..RequestForm::default() }
    }

    #[test]
    fn what_was_typed_is_kept_as_it_is_meant() {
        let choice = RequestForm {
            kind: RequestKind::Choice,
            choices: " Fish \r\n\r\nBeans\nFish".into(),
            reference: "https://venue.example/plan.pdf".into(),
            ..form()
        };
        let checked = CheckedRequest::parse(&choice).expect("a good request");
        assert_eq!((&*checked.label, &*checked.choices), ("Stage plot", "Fish\nBeans"));
        let file = CheckedRequest::parse(&RequestForm { choices: "a\nb".into(), ..form() }).expect("a good request");
        assert_eq!(file.choices, "", "a file has none");
    }

    #[test]
    fn what_cannot_be_kept_is_refused_at_its_field() {
        let choice = |choices: &str| RequestForm { kind: RequestKind::Choice, choices: choices.into(), ..form() };
        let reference = |reference: &str| RequestForm { reference: reference.into(), ..form() };
        for (form, field) in [
            (RequestForm::default(), "label"),
            (RequestForm { label: "x".repeat(121), ..form() }, "label"),
            (RequestForm { description: "x".repeat(1_001), ..form() }, "description"),
            (RequestForm { label: "a\0b".into(), ..form() }, "label"),
            (choice("one"), "choices"),
            (choice("one\none"), "choices"),
            (choice(&('a'..='u').flat_map(|c| [c, '\n']).collect::<String>()), "choices"),
            (choice(&format!("a\n{}", "x".repeat(101))), "choices"),
            (reference("javascript:alert(1)"), "reference"),
            (reference("data:text/html,x"), "reference"),
            (reference("//evil.example"), "reference"),
            (reference("venue.example"), "reference"),
            (reference("http://venue.example/plan.pdf"), "reference"),
            (reference("https://dana@venue.example/"), "reference"),
            (reference("https://venue.example:x@evil.example/"), "reference"),
            (reference("https://a b"), "reference"),
            (reference("https:///"), "reference"),
        ] {
            let refused = CheckedRequest::parse(&form);
            assert!(
                matches!(&refused, Err(AppError::Invalid { field: at, .. }) if at == field),
                "{form:?}: {refused:?}"
            );
        }
    }
}
