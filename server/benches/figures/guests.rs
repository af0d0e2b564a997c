//! The page that a guest's link opens: what it weighs, and how many of them a second.

use crate::http::{Connection, request};
use crate::subject::{Scene, Subject};
use crate::{Figure, Outcome, pages, spread, uploads};

pub async fn measure(subject: &Subject, scene: &Scene, cookie: &str) -> Outcome<Vec<Figure>> {
    let token = uploads::token(subject, cookie, scene.event).await?;
    let path = format!("/v/{token}");
    let mut connection = Connection::open(subject.address).await?;
    let mut sizes = [0, 0];
    for (size, encoding) in sizes.iter_mut().zip(["identity", "br"]) {
        let headers = [("accept", "text/html"), ("accept-encoding", encoding)];
        let answer = connection.exchange(&request("GET", subject.address, &path, &headers, b"")).await?;
        if answer.status != 200 {
            return Err(format!("a guest's page was answered {}", answer.status).into());
        }
        *size = answer.body.len();
    }
    let page = request("GET", subject.address, &path, &[("accept", "text/html")], b"");
    let (rates, _) = pages::rounds(subject.address, vec![page]).await?;
    let [plain, brotli] = sizes;
    Ok(vec![
        Figure {
            what: "a guest's page of the demo: its size",
            measured: format!("{plain} bytes, {brotli} as brotli"),
            target: "≤ 30 KiB",
            peer: "",
        },
        Figure {
            what: "… as many as there are (32 connections)",
            measured: spread(&rates, "req/s"),
            target: "",
            peer: "",
        },
    ])
}
