//! The sandbox's mailbox: plain pages that show what arrived. For signed-in members, and only with the sandbox provider:
//! to everybody else it does not exist, since it shows every account's mail.

use std::sync::Arc;

use app::backend::Caller;
use app::client_files::ClientFiles;
use app::domain::time::Timestamp;
use askama::Template;
use axum::Router;
use axum::extract::{FromRef, FromRequestParts, Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{self, HeaderName};
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use mail_parser::MessageParser;
use serde::Deserialize;

use super::store::{self, Listed};
use crate::core::Core;
use crate::error::{self, StoreError};
use crate::zone::Zone;

/// Mails of one page.
const PAGE_MAILS: usize = 50;
/// The mail itself may style its text and open its links in a tab of their own, and nothing else.
const MAIL_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; \
     sandbox allow-popups allow-popups-to-escape-sandbox";

/// Routes over any state that gives the core and the names of the client's files.
pub fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Core: FromRef<S>,
    Arc<ClientFiles>: FromRef<S>,
{
    Router::new()
        .route("/sandbox", get(list))
        .route("/sandbox/{id}", get(mail))
        .route("/sandbox/{id}/html", get(html))
        .route("/sandbox/{id}/source", get(source))
}

/// Somebody who may look: signed in, while the sandbox is the provider.
struct Viewer;

impl<S> FromRequestParts<S> for Viewer
where
    S: Send + Sync,
    Core: FromRef<S>,
{
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, StatusCode> {
        let may_look = Core::from_ref(state).config.sandbox && parts.extensions.get::<Caller>().is_some();
        may_look.then_some(Self).ok_or(StatusCode::NOT_FOUND)
    }
}

/// Why a page cannot be shown.
enum Refusal {
    NotFound,
    Store(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND.into_response(),
            Self::Store(error) => {
                (StatusCode::INTERNAL_SERVER_ERROR, error::internal(&error).to_string()).into_response()
            }
        }
    }
}

/// One mail's line.
struct Line {
    id: i64,
    subject: String,
    recipient: String,
    instant: String,
    day: String,
    clock: String,
}

impl Line {
    fn of(mail: &Listed, now: Timestamp) -> Self {
        let at = Timestamp(mail.received_at);
        let subject =
            MessageParser::default().parse_headers(&*mail.source).and_then(|head| head.subject().map(str::to_owned));
        let shown = Zone::utc().moment(at, now);
        Self {
            id: mail.id,
            subject: subject.filter(|subject| !subject.is_empty()).unwrap_or_else(|| "(no subject)".into()),
            recipient: mail.recipient.clone(),
            instant: jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_string(),
            day: shown.day,
            clock: shown.clock,
        }
    }
}

/// One report's line.
struct ReportLine {
    kind: String,
    is_taken: bool,
    clock: String,
}

impl ReportLine {
    fn of((body, due_at, done_at): (String, i64, Option<i64>)) -> Self {
        let event: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
        let at = jiff::Timestamp::from_millisecond(done_at.unwrap_or(due_at)).unwrap_or_default();
        Self {
            kind: event["type"].as_str().unwrap_or("an event").to_owned(),
            is_taken: done_at.is_some(),
            clock: at.strftime("%H:%M:%S").to_string(),
        }
    }
}

#[derive(Template)]
#[template(path = "sandbox/list.html")]
struct ListPage<'a> {
    stylesheet: &'a str,
    mails: Vec<Line>,
    is_first_page: bool,
    older: Option<i64>,
}

#[derive(Template)]
#[template(path = "sandbox/mail.html")]
struct MailPage<'a> {
    stylesheet: &'a str,
    mail: Line,
    link: Option<&'a str>,
    reports: Vec<ReportLine>,
    tab: &'static str,
    shown: &'a str,
}

#[derive(Deserialize)]
struct ListQuery {
    before: Option<i64>,
}

#[derive(Deserialize)]
struct MailQuery {
    tab: Option<String>,
}

async fn list(
    _: Viewer,
    State(core): State<Core>,
    State(client): State<Arc<ClientFiles>>,
    Query(query): Query<ListQuery>,
) -> Result<Response, Refusal> {
    let before = query.before.unwrap_or(i64::MAX);
    let limit = i64::try_from(PAGE_MAILS + 1).unwrap_or(i64::MAX);
    let mut found = store::page(&core.db, before, limit).await?;
    let has_more = found.len() > PAGE_MAILS;
    found.truncate(PAGE_MAILS);
    let now = core.clock.now();
    Ok(page(&ListPage {
        stylesheet: &client.stylesheet,
        older: found.last().filter(|_| has_more).map(|mail| mail.id),
        mails: found.iter().map(|mail| Line::of(mail, now)).collect(),
        is_first_page: query.before.is_none(),
    }))
}

async fn mail(
    _: Viewer,
    State(core): State<Core>,
    State(client): State<Arc<ClientFiles>>,
    Path(id): Path<i64>,
    Query(query): Query<MailQuery>,
) -> Result<Response, Refusal> {
    let found = store::find(&core.db, id).await?.ok_or(Refusal::NotFound)?;
    let parsed = MessageParser::default().parse(&*found.source);
    let text = parsed.as_ref().and_then(|mail| mail.body_text(0)).unwrap_or_default();
    let source = String::from_utf8_lossy(&found.source);
    let reports = store::reports(&core.db, id).await?;
    let (tab, shown) = match query.tab.as_deref() {
        Some("text") => ("text", &*text),
        Some("source") => ("source", &*source),
        _ => ("html", ""),
    };
    Ok(page(&MailPage {
        stylesheet: &client.stylesheet,
        mail: Line::of(&found, core.clock.now()),
        link: first_link(&text),
        reports: reports.into_iter().map(ReportLine::of).collect(),
        tab,
        shown,
    }))
}

async fn html(_: Viewer, State(core): State<Core>, Path(id): Path<i64>) -> Result<Response, Refusal> {
    let found = store::find(&core.db, id).await?.ok_or(Refusal::NotFound)?;
    let parsed = MessageParser::default().parse(&*found.source);
    let body = parsed.as_ref().and_then(|mail| mail.body_html(0)).ok_or(Refusal::NotFound)?;
    // A link followed inside the frame would end in a page that refuses to be framed.
    let body = body.replacen("<head>", "<head><base target=\"_blank\">", 1);
    Ok(([(header::CONTENT_SECURITY_POLICY, MAIL_POLICY), sniff()], Html(body)).into_response())
}

async fn source(_: Viewer, State(core): State<Core>, Path(id): Path<i64>) -> Result<Response, Refusal> {
    let found = store::find(&core.db, id).await?.ok_or(Refusal::NotFound)?;
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), sniff()];
    Ok((headers, found.source).into_response())
}

const fn sniff() -> (HeaderName, &'static str) {
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff")
}

fn page(template: &impl Template) -> Response {
    Html(template.render().expect("these templates cannot fail")).into_response()
}

/// The first web address in a text.
fn first_link(text: &str) -> Option<&str> {
    text.split_whitespace().find(|word| word.starts_with("http://") || word.starts_with("https://"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_link_of_a_text_is_found() {
        assert_eq!(first_link("Hello\n\nhttps://a.example/v/x\nhttp://b.example"), Some("https://a.example/v/x"));
        assert_eq!(first_link("ftp://a.example"), None);
    }
}
