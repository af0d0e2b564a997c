//! What a guest is asked for, above their run of show: plain HTML. A file goes one way only: nothing here leads to it again.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::{AnswerRequest, GuestRequest, GuestUpload, ReferenceFile, WithdrawUpload};
use crate::domain::requests::{ACCEPTED_FILES, MAX_ANSWER, MAX_FILE_BYTES, RequestKind, UploadState};
use crate::error::AppError;
use crate::paths;
use crate::plain_form::{PAGE, RefusedForm};
use crate::ui::raw_text;

/// The card with all that is asked for; nothing when nothing is. `page` is the page it stands on. Once it `is_closed`, what was sent stands
/// there, and nothing is taken any more.
pub fn requests_card(token: &str, page: &str, is_closed: bool, requests: Vec<GuestRequest>) -> AnyView {
    if requests.is_empty() {
        return ().into_any();
    }
    let open = requests.iter().filter(|request| request.required && !request.is_answered()).count();
    let waiting = match open {
        _ if is_closed => "nothing is collected any more".to_owned(),
        0 => String::new(),
        1 => "1 is waited for".to_owned(),
        open => format!("{open} are waited for"),
    };
    let rows = requests.into_iter().map(|request| row(token, page, is_closed, request)).collect_view();
    view! {
        <section class="card requests" id="requests" aria-labelledby="requests-title">
            <header>
                <h2 id="requests-title">"Requests"</h2>
                <span class="fine">{waiting}</span>
            </header>
            <ul>{rows}</ul>
        </section>
    }
    .into_any()
}

/// Why a form came back whose request is not asked for any more, so that no row of it tells.
pub fn refusal_of_no_row(token: &str, requests: &[GuestRequest]) -> Option<String> {
    let refused = RefusedForm::any()?;
    let id = if refused.function == AnswerRequest::PATH {
        refused.field("request")?
    } else {
        refused.function.strip_prefix(&format!("{}/files/", paths::share_page(token)))?
    };
    requests.iter().all(|request| request.id.to_string() != id).then(|| refused.error.to_string())
}

impl GuestRequest {
    /// Whether something was answered that was not turned down.
    fn is_answered(&self) -> bool {
        self.answer.is_some() || self.uploads.iter().any(|upload| upload.state != UploadState::Rejected)
    }

    /// What the badge says, and its colour.
    fn badge(&self, is_closed: bool) -> (&'static str, Option<&'static str>) {
        let rejected = self.uploads.iter().any(|upload| upload.state == UploadState::Rejected);
        let approved = self.uploads.iter().all(|upload| upload.state == UploadState::Approved);
        match self.kind {
            _ if is_closed && !self.is_answered() => ("closed", None),
            RequestKind::File if !self.is_answered() && rejected => ("send again", Some("rejected")),
            RequestKind::File if self.is_answered() && approved => ("accepted", Some("approved")),
            RequestKind::File if self.is_answered() => ("sent", Some("approved")),
            RequestKind::Text | RequestKind::Choice if self.is_answered() => ("answered", Some("approved")),
            _ if self.required => ("required", None),
            _ => ("optional", None),
        }
    }
}

fn row(token: &str, page: &str, is_closed: bool, request: GuestRequest) -> AnyView {
    let (badge, status) = request.badge(is_closed);
    let id = request.id;
    let answer = match request.kind {
        RequestKind::File => files(token, page, is_closed, &request),
        RequestKind::Text | RequestKind::Choice if is_closed => given(&request),
        RequestKind::Text | RequestKind::Choice => words(token, page, &request),
    };
    // What was stored by another version leads nowhere.
    let reference = request.reference.filter(|link| link.starts_with("https://"));
    let file = request.file.map(|ReferenceFile { name, size }| {
        view! {
            <p>
                <a class="text" href=paths::guest_reference(token, id)>"Look at this first: " {name}</a>
                " " <span class="fine">{size}</span>
            </p>
        }
    });
    view! {
        <li id=format!("request-{id}")>
            <h3>{request.label} " " <span class="chip" data-review=status>{badge}</span></h3>
            {(!request.description.is_empty()).then(|| view! { <p class="description">{request.description}</p> })}
            {reference.map(|link| view! {
                <p><a class="text" href=link rel="noopener noreferrer nofollow" target="_blank">"Look at this first"</a></p>
            })}
            {file}
            {answer}
        </li>
    }
    .into_any()
}

/// Why a form of this request came back.
fn problem(refused: Option<&RefusedForm>) -> Option<AnyView> {
    let refused = refused?;
    let sentence = match &refused.error {
        AppError::NotFound => "This is not asked for any more.".to_owned(),
        error => error.to_string(),
    };
    Some(view! { <p class="error" role="alert">{sentence}</p> }.into_any())
}

fn files(token: &str, page: &str, is_closed: bool, request: &GuestRequest) -> AnyView {
    let id = request.id;
    let refused = RefusedForm::posted_to(&paths::send_files(token, id));
    let away = refused.as_ref().is_some_and(|refused| refused.error == AppError::Unavailable);
    let problem = if away {
        Some(view! {
            <p class="error" role="alert">"The file could not be stored just now, and nothing of it was kept. Send it again in a moment."</p>
        }
        .into_any())
    } else {
        problem(refused.as_ref())
    };
    let sent = request.uploads.iter().map(|upload| sent(token, page, is_closed, id.0, upload)).collect_view();
    let field = format!("files-{id}");
    let label = if request.uploads.is_empty() { "Choose files" } else { "Send more" };
    let form = (!is_closed).then(|| {
        view! {
            // By its number a page that is read anew knows it for the same, with what was chosen.
            <form id=format!("send-{id}") method="post" enctype="multipart/form-data" action=paths::send_files(token, id) class="field send" data-upload=MAX_FILE_BYTES.to_string()>
                <label for=field.clone()>{label} <span class="visually-hidden">{format!(" for {}", request.label)}</span></label>
                <input id=field.clone() type="file" name="files" accept=ACCEPTED_FILES multiple required aria-describedby=format!("{field}-note") />
                <p id=format!("{field}-note") class="hint">"PDF, PNG, JPEG or WebP, up to 10 MB each. On a phone you can take a photo."</p>
                <button class="button" data-kind="primary">"Send"</button>
            </form>
        }
    });
    view! {
        {(!request.uploads.is_empty()).then(|| view! { <ul class="sent">{sent}</ul> })}
        {problem}
        {form}
    }
    .into_any()
}

/// A file that was sent: its name and its size, and no way to it.
fn sent(token: &str, page: &str, is_closed: bool, request: i64, upload: &GuestUpload) -> AnyView {
    let GuestUpload { id, name, size, state, note } = upload.clone();
    let (word, status) = match state {
        UploadState::Unreviewed => ("sent", None),
        UploadState::Approved => ("accepted", Some("approved")),
        UploadState::Rejected if is_closed => ("not accepted", Some("rejected")),
        UploadState::Rejected => ("please send again", Some("rejected")),
    };
    let refused = RefusedForm::of::<WithdrawUpload>();
    let refused = refused.filter(|refused| refused.field("upload") == Some(id.to_string().as_str()));
    let delete = (state == UploadState::Unreviewed).then(|| {
        let hidden = format!(" {name}");
        view! {
            <form method="post" action=WithdrawUpload::PATH>
                <input type="hidden" name=PAGE value=format!("{page}#request-{request}") />
                <input type="hidden" name="token" value=token.to_owned() />
                <input type="hidden" name="upload" value=id.to_string() />
                <button class="button" data-kind="plain">"Delete" <span class="visually-hidden">{hidden}</span></button>
            </form>
        }
    });
    view! {
        <li>
            <span class="name">{name}</span>
            " " <span class="fine">{size}</span>
            " " <span class="chip" data-review=status>{word}</span>
            {delete}
            {(state == UploadState::Rejected).then(|| view! { <p class="note">{note}</p> })}
            {problem(refused.as_ref())}
        </li>
    }
    .into_any()
}

/// What was answered to what is not asked any more.
fn given(request: &GuestRequest) -> AnyView {
    request.answer.clone().map(|answer| view! { <p class="description">{answer}</p> }).into_any()
}

fn words(token: &str, page: &str, request: &GuestRequest) -> AnyView {
    let id = request.id;
    let refused = RefusedForm::of::<AnswerRequest>();
    let refused = refused.filter(|refused| refused.field("request") == Some(id.to_string().as_str()));
    let typed = refused.as_ref().and_then(|refused| refused.field("text")).map(ToOwned::to_owned);
    let value = typed.or_else(|| request.answer.clone()).unwrap_or_default();
    let field = format!("answer-{id}");
    let control = if request.kind == RequestKind::Choice {
        let choices = request.choices.iter().enumerate().map(|(place, choice)| {
            let (id, is_it) = (format!("{field}-{place}"), *choice == value);
            view! {
                <label class="check" for=id.clone()>
                    <input id=id.clone() type="radio" name="text" value=choice.clone() checked=is_it />
                    <span>{choice.clone()}</span>
                </label>
            }
        });
        view! {
            <fieldset>
                <legend class="visually-hidden">{request.label.clone()}</legend>
                {choices.collect_view()}
            </fieldset>
        }
        .into_any()
    } else {
        let text = raw_text(value.trim_start_matches(['\r', '\n']));
        view! {
            <label for=field.clone()>"Your answer" <span class="visually-hidden">{format!(" to {}", request.label)}</span></label>
            <textarea id=field.clone() name="text" rows="2" maxlength=MAX_ANSWER.to_string()>{text}</textarea>
        }
        .into_any()
    };
    view! {
        {problem(refused.as_ref())}
        <form id=format!("send-{id}") method="post" action=AnswerRequest::PATH class="field send">
            <input type="hidden" name=PAGE value=format!("{page}#request-{id}") />
            <input type="hidden" name="token" value=token.to_owned() />
            <input type="hidden" name="request" value=id.to_string() />
            {control}
            <button class="button" data-kind="primary">{if request.answer.is_some() { "Change answer" } else { "Answer" }}</button>
        </form>
    }
    .into_any()
}
