//! `/v/{token}/live` over a real socket: what an open page of a guest hears, and when it is cut off.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use std::time::Duration;

use app::domain::ids::{CrewId, EmailId, ItemId, UploadId};
use app::domain::progress::Progress::{Planned, Started};
use app::domain::requests::RequestKind;
use app::domain::rsvp::Rsvp;
use app::events::EventsPort;
use app::live::{Row, Topic};
use app::planner::{LinkKind, PlannerPort};
use app::requests::{RequestForm, RequestsPort};
use app::rsvp::RsvpPort;
use app::share_page::{GUEST_SCRIPT, Press, SharePagePort};
use axum::http::StatusCode;
use futures_util::{SinkExt, StreamExt};
use server::core::Core;
use server::db::{Change, Db};
use server::realtime::Hub;
use server::state::AppState;
use server::webhooks::Ingest;
use server::workers::Workers;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::database::with_postgres_at;
use crate::support::{NOON, TestApp, hear_rows, open_page, published};
use crate::uploads::{hang, pdf, request, send};
use crate::venue::Venue;

/// What the issue allows until a guest is cut off, and what a busy machine adds.
const SOON: Duration = Duration::from_secs(3);

/// The socket of an open page.
pub struct Page(WebSocketStream<MaybeTlsStream<TcpStream>>);

#[derive(Debug, PartialEq, Eq)]
pub enum Heard {
    Changed,
    Closed(u16),
}

impl Page {
    /// A guest's.
    async fn open(address: &str, token: &str) -> Result<Self, StatusCode> {
        Self::at(address, &format!("/v/{token}"), "").await
    }

    /// That of the page at a path. Refused with a status where there is nothing to listen to.
    pub async fn at(address: &str, path: &str, cookie: &str) -> Result<Self, StatusCode> {
        let mut request = format!("ws://{address}{path}/live").into_client_request().unwrap();
        request.headers_mut().insert("origin", format!("http://{address}").parse().unwrap());
        request.headers_mut().insert("cookie", cookie.parse().unwrap());
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(answer)) => Err(answer.status()),
            Err(error) => panic!("{error}"),
        }
    }

    pub async fn hear(&mut self) -> Heard {
        loop {
            match timeout(SOON, self.0.next()).await.expect("soon").unwrap().unwrap() {
                Message::Text(text) => {
                    assert_eq!(text.as_str(), "changed", "and nothing else is ever said");
                    return Heard::Changed;
                }
                Message::Close(Some(frame)) => return Heard::Closed(frame.code.into()),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

/// The router of a process, on loopback.
pub async fn serve(core: &Core) -> (String, watch::Sender<bool>) {
    let (stop, stopped) = watch::channel(false);
    let mut workers = Workers::new(stopped);
    let ingest = Ingest::start(core, &mut workers);
    let router = server::router::router(AppState::new(core.clone(), ingest, workers.health()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (address, stop)
}

/// Ann, whose item is the Doors, and her page.
struct Open {
    venue: Venue,
    crew: CrewId,
    token: String,
    address: String,
    _stop: watch::Sender<bool>,
}

impl Open {
    async fn new(db: Db) -> Self {
        let venue = Venue::new(db).await;
        let (ann, crew) = venue.cast("Ann", "ann@example.com").await;
        venue.item(0, "Doors", false, &[ann]).await;
        let token = venue.token(&venue.planner.generate_link(&venue.caller, crew, LinkKind::Share).await.unwrap());
        let (address, stop) = serve(&venue.core).await;
        Self { venue, crew, token, address, _stop: stop }
    }

    async fn page(&self) -> Page {
        let page = Page::open(&self.address, &self.token).await.unwrap();
        published(&self.venue.core).await;
        page
    }

    async fn tell(&self, change: Change) {
        let mut write = self.venue.db().write().await.unwrap();
        write.changed(change);
        write.commit().await.unwrap();
        published(&self.venue.core).await;
    }
}

on_both_engines!(
    async fn an_open_page_hears_that_what_it_shows_has_changed_and_nothing_else(db: Db) {
        let open = Open::new(db).await;
        let venue = &open.venue;
        let mut page = open.page().await;
        let item = ItemId(venue.number("SELECT id FROM item").await);
        let press = Press { item, from: Planned, to: Started, key: None, seconds_ago: 0 };
        venue.share_page.press(open.token.clone(), press).await.unwrap();
        assert_eq!(page.hear().await, Heard::Changed, "their own press");
        venue.planner.set_role(&venue.caller, open.crew, "Host".into()).await.unwrap();
        assert_eq!(page.hear().await, Heard::Changed, "their own row");
        open.tell(Change::Event(venue.event)).await;
        assert_eq!(page.hear().await, Heard::Changed, "the event");
        venue.collect_rsvps(true).await;
        venue.rsvp.answer(open.token.clone(), Rsvp::Accepted, String::new()).await.unwrap();
        assert_eq!(page.hear().await, Heard::Changed, "their answer");
        // Mails, other people's rows and other events are no business of theirs.
        let (contact, other) = venue.cast("Bob", "bob@example.com").await;
        venue.email(other, "bob@example.com").await.unwrap();
        let elsewhere = venue.event("Ball", NOON).await;
        for change in [
            Change::Crew(other, venue.event),
            Change::Asked(other, venue.event),
            Change::Contact(contact),
            Change::Email(EmailId(1), contact, Some((open.crew, venue.event))),
            Change::Event(elsewhere),
            Change::Item(item, elsewhere),
        ] {
            open.tell(change).await;
        }
        assert!(timeout(Duration::from_millis(300), page.0.next()).await.is_err(), "silence");
        // They say nothing themselves.
        page.0.send(Message::text("x")).await.unwrap();
        assert_eq!(page.hear().await, Heard::Closed(1008));
    }
);

on_both_engines!(
    async fn what_one_person_sends_has_their_own_pages_and_the_members_look_again_and_nobody_elses(db: Db) {
        let open = Open::new(db).await;
        let venue = &open.venue;
        let (requests, caller, event) = (&venue.requests, &venue.caller, venue.event);
        let (_, bob) = venue.cast("Bob", "bob@example.com").await;
        let token = venue.token(&venue.planner.generate_link(caller, bob, LinkKind::Share).await.unwrap());
        let plot = requests.create(caller, event, None, request(RequestKind::File, "Plot"), None).await.unwrap();
        let meal = requests.create(caller, event, None, request(RequestKind::Choice, "Meal"), None).await.unwrap();
        let mut anns = open.page().await;
        let mut bobs = Page::open(&open.address, &token).await.unwrap();
        let mut members = open_page(&venue.core, Topic::Event(event)).await;
        let mut told = async |what: &str| {
            assert_eq!(bobs.hear().await, Heard::Changed, "{what}");
            let rows = hear_rows(&mut members).await;
            assert!(rows.iter().any(|row| matches!(row, Row::Event(_))), "{what}: {rows:?}");
        };

        send(venue, &token, plot, "plot.pdf", &pdf()).await.unwrap();
        told("a file").await;
        requests.answer(token.clone(), meal, "Beans".into()).await.unwrap();
        told("an answer").await;
        let upload = UploadId(venue.number("SELECT id FROM upload").await);
        let seen = || async { u32::try_from(venue.number("SELECT revision FROM upload").await).unwrap() };
        requests.approve(caller, upload, seen().await).await.unwrap();
        told("a review").await;
        requests.reject(caller, upload, seen().await, "The drums are missing.".into()).await.unwrap();
        told("a rejection").await;
        send(venue, &token, plot, "plot-2.pdf", &pdf()).await.unwrap();
        told("another file").await;
        let second = UploadId(venue.number("SELECT MAX(id) FROM upload").await);
        requests.withdraw(token.clone(), second).await.unwrap();
        told("which is taken back").await;
        let form = request(RequestKind::File, "Passport");
        let own = requests.create(caller, event, Some(bob), form.clone(), None).await.unwrap();
        told("what they alone are asked for").await;
        hang(venue, own, "sample.pdf", &pdf()).await.unwrap();
        told("a file to look at first").await;
        requests.remove_reference(caller, own).await.unwrap();
        told("without it").await;
        let revision = u32::try_from(venue.number("SELECT MAX(revision) FROM request").await).unwrap();
        let form = RequestForm { required: true, ..form };
        requests.save(caller, own, revision, form).await.unwrap();
        told("changed").await;
        requests.delete(caller, own).await.unwrap();
        told("deleted").await;
        requests.restore(caller, own).await.unwrap();
        told("restored").await;
        assert!(timeout(Duration::from_millis(300), anns.0.next()).await.is_err(), "silence");

        requests.delete(caller, meal).await.unwrap();
        told("what everybody is asked for").await;
        assert_eq!(anns.hear().await, Heard::Changed);
    }
);

on_both_engines!(
    async fn a_link_that_ends_closes_its_pages_and_opens_none(db: Db) {
        let open = Open::new(db).await;
        let venue = &open.venue;
        for bad in ["no-such-token", &open.token[1..]] {
            assert_eq!(Page::open(&open.address, bad).await.err(), Some(StatusCode::NOT_FOUND));
        }
        let mut page = open.page().await;
        venue.planner.revoke_link(&venue.caller, open.crew, LinkKind::Share).await.unwrap();
        assert_eq!(page.hear().await, Heard::Closed(4404), "revoked");
        assert_eq!(Page::open(&open.address, &open.token).await.err(), Some(StatusCode::NOT_FOUND));

        let row = venue.planner.generate_link(&venue.caller, open.crew, LinkKind::Share).await.unwrap();
        let token = venue.token(&row);
        let mut page = Page::open(&open.address, &token).await.unwrap();
        published(&venue.core).await;
        venue.planner.remove(&venue.caller, open.crew).await.unwrap();
        assert_eq!(page.hear().await, Heard::Closed(4404), "taken off");

        let (_, other) = venue.cast("Cem", "cem@example.com").await;
        let row = venue.planner.generate_link(&venue.caller, other, LinkKind::Share).await.unwrap();
        let mut page = Page::open(&open.address, &venue.token(&row)).await.unwrap();
        published(&venue.core).await;
        venue.events.delete(&venue.caller, venue.event).await.unwrap();
        assert_eq!(page.hear().await, Heard::Closed(4404), "the event was deleted");
        while venue.core.hub.pages().open() > 0 {
            tokio::task::yield_now().await;
        }
    }
);

on_both_engines!(
    async fn a_link_opens_in_as_many_places_as_people_have_and_no_more(db: Db) {
        let open = Open::new(db).await;
        let mut pages = Vec::new();
        for _ in 0..32 {
            pages.push(open.page().await);
        }
        assert_eq!(Page::open(&open.address, &open.token).await.err(), Some(StatusCode::TOO_MANY_REQUESTS));
        open.venue.core.hub.close();
        for page in &mut pages {
            assert_eq!(page.hear().await, Heard::Closed(1001));
        }
        let mut late = Page::open(&open.address, &open.token).await;
        while late.is_err() {
            // Those that were closed are on their way out.
            tokio::task::yield_now().await;
            late = Page::open(&open.address, &open.token).await;
        }
        assert_eq!(late.unwrap().hear().await, Heard::Closed(1001), "the server goes down");
    }
);

#[tokio::test]
async fn a_link_that_is_revoked_in_one_process_closes_its_pages_in_the_other() {
    with_postgres_at(|db, url| async move {
        let open = Open::new(db).await;
        let there = Core { db: Db::open(&url).await.unwrap(), hub: Hub::default(), ..open.venue.core.clone() };
        let (_stop, stopped) = watch::channel(false);
        server::realtime::start(&there, &mut Workers::new(stopped.clone()));
        tokio::spawn(server::db::listen(there.db.clone(), stopped));
        let (address, _routes) = serve(&there).await;
        let mut page = Page::open(&address, &open.token).await.unwrap();
        // From when it hears of the other, nothing is missed.
        loop {
            open.tell(Change::Event(open.venue.event)).await;
            if timeout(Duration::from_millis(200), page.0.next()).await.is_ok() {
                break;
            }
        }
        let venue = &open.venue;
        venue.planner.revoke_link(&venue.caller, open.crew, LinkKind::Share).await.unwrap();
        let mut heard = page.hear().await;
        while heard == Heard::Changed {
            heard = page.hear().await;
        }
        assert_eq!(heard, Heard::Closed(4404));
    })
    .await;
}

on_both_engines!(
    async fn the_scripts_of_the_page_are_small_and_kept_under_the_name_of_their_content(db: Db) {
        let open = Open::new(db.clone()).await;
        let app = TestApp::new(db).await;
        let page = app.get(&format!("/v/{}", open.token)).await;
        let text = page.text();
        assert_eq!(text.matches("<script").count(), 1, "{text}");
        let script = app.get(GUEST_SCRIPT.address()).await;
        assert!(text.contains(&format!("src=\"{}\"", GUEST_SCRIPT.address())), "{text}");
        assert!(script.header("cache-control").contains("immutable"));
        assert!(script.text().contains("form[data-upload]"), "a file may come to be asked for while the page is open");
        assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
        let worker = app.get("/guest-worker.js").await;
        for other in [app.get("/guest.js?another").await, app.get("/guest.js").await, worker] {
            assert_eq!((other.status, other.header("cache-control")), (StatusCode::OK, "no-cache"));
        }
        assert!(
            !app.get("/v/no-such-token").await.text().contains("<script"),
            "a link that is not active runs nothing"
        );
    }
);
