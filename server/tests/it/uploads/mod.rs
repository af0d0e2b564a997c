//! Files that people send for what they are asked: how they come, what members make of them, and when they go.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod coming;
mod keeping;
mod places;
mod reviews;
mod streams;

use std::convert::Infallible;

use app::domain::ids::{CrewId, IdempotencyKey, RequestId};
use app::domain::requests::RequestKind;
use app::error::AppError;
use app::planner::{LinkKind, PlannerPort};
use app::requests::{RequestForm, RequestsPort, UploadRow};
use axum::body::{Body, Bytes};
use axum::http::{Method, header};
use futures_util::stream;
use server::db::Db;
use server::requests::{receive, receive_reference};

use crate::html::{Element, elements};
use crate::support::{Answer, TestApp};
use crate::venue::Venue;

pub fn pdf() -> Vec<u8> {
    b"%PDF-1.7\n1 0 obj << >> endobj\ntrailer << >>\nstartxref\n9\n%%EOF\n".to_vec()
}

pub fn png() -> Vec<u8> {
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x02\0\0\0crc!\0\0\0\0IEND\xae\x42\x60\x82".to_vec()
}

pub fn request(kind: RequestKind, label: &str) -> RequestForm {
    let choices = if kind == RequestKind::Choice { "Fish\nBeans".to_owned() } else { String::new() };
    RequestForm { kind, label: label.into(), choices, ..RequestForm::default() }
}

pub fn key(key: &str) -> IdempotencyKey {
    IdempotencyKey(key.into())
}

/// Sends a file as a guest does, in pieces of 16 bytes.
pub async fn send(venue: &Venue, token: &str, request: RequestId, name: &str, file: &[u8]) -> Result<(), AppError> {
    let pieces: Vec<_> = file.chunks(16).map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece))).collect();
    receive(&venue.core, token, request, name, stream::iter(pieces)).await
}

/// Hangs a file on a request, in pieces of 16 bytes.
pub async fn hang(venue: &Venue, request: RequestId, name: &str, file: &[u8]) -> Result<(), AppError> {
    let pieces: Vec<_> = file.chunks(16).map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece))).collect();
    receive_reference(&venue.core, &venue.caller, request, name, stream::iter(pieces)).await
}

/// Ann on the Gala, the token of her link, and a file that everybody is asked for.
pub async fn asked(db: Db) -> (Venue, CrewId, String, RequestId) {
    let venue = Venue::new(db).await;
    let (_, crew) = venue.cast("Ann", "ann@example.com").await;
    let token = venue.token(&venue.planner.generate_link(&venue.caller, crew, LinkKind::Share).await.unwrap());
    let form = request(RequestKind::File, "Stage plot");
    let asked = venue.requests.create(&venue.caller, venue.event, None, form, Some(key("plot"))).await.unwrap();
    (venue, crew, token, asked)
}

pub async fn files(venue: &Venue) -> Vec<UploadRow> {
    let page = venue.requests.page(&venue.caller, venue.event, None).await.unwrap();
    page.requests.into_iter().flat_map(|request| request.uploads).collect()
}

/// How many files the store holds, whole or not.
pub fn kept(venue: &Venue) -> usize {
    fn count(folder: &std::path::Path) -> usize {
        let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
        entries.flatten().map(|entry| if entry.path().is_dir() { count(&entry.path()) } else { 1 }).sum()
    }
    count(venue.core.files.folder())
}

pub fn refused_at(answer: Result<(), AppError>) -> String {
    let Err(AppError::Invalid { message, .. }) = answer else { panic!("{answer:?}") };
    message
}

/// A guest's browser and a member's, over the same rows.
pub async fn browsers(db: Db) -> (Venue, TestApp, TestApp, String, RequestId) {
    let (venue, _, token, plot) = asked(db.clone()).await;
    venue.stop_publishing();
    let guest = TestApp::new(db).await.with_files(venue.core.files.clone());
    let member = guest.signed_in_as(venue.caller.account, venue.caller.member).await;
    (venue, guest, member, token, plot)
}

pub const BOUNDARY: &str = "----a-line-between-files";

fn form_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    form_with("files", files)
}

/// A form that has these files in the field of this name.
pub fn form_with(field: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file) in files {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend(head.as_bytes());
        body.extend(*file);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

pub async fn post_body(app: &TestApp, path: &str, body: impl Into<Body>) -> Answer {
    let request = app
        .request(Method::POST, path)
        .header("sec-fetch-site", "same-origin")
        .header(header::ACCEPT, "text/html")
        .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"));
    app.send(request.body(body.into()).unwrap()).await
}

pub async fn post(app: &TestApp, path: &str, files: &[(&str, &[u8])]) -> Answer {
    post_body(app, path, form_of(files)).await
}

/// What the page shows as wrong.
pub fn alert(answer: &Answer) -> String {
    let page = elements(&answer.text());
    let wrong: Vec<&Element> = page.iter().filter(|one| one.attribute("role") == "alert").collect();
    assert_eq!(wrong.len(), 1, "{}", answer.text());
    wrong[0].text.clone()
}
