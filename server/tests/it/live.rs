//! `/live` over a real socket: snapshots, deltas, foreign topics, catching up, and the end of a session.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use std::time::Duration;

use app::auth::Role;
use app::backend::Caller;
use app::contacts::ContactHeader;
use app::domain::delivery::{DeliveryEvent, DeliveryStatus, Report};
use app::domain::ids::{EventId, ItemId};
use app::emails::EmailRow;
use app::live::{ClientMessage, Gone, Row, RowId, ServerMessage, Topic};
use app::planner::{CrewRow, EventHeader, TimelineItem};
use app::wire::{LIVE, decode, encode};
use axum::routing::get;
use axum::{Extension, Router};
use futures_util::{SinkExt, StreamExt};
use server::db::{Change, Db};
use server::provider::ProviderEvent;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::sent_mail::SentMail;
use crate::support::{NOON, TestApp};

pub const SESSION: &str = "session-hash";

/// Signs the member in.
pub async fn sign_in(sent: &SentMail) {
    sent.execute(&format!(
        "INSERT INTO session (token_hash, member_id, account_id, created_at, expires_at) \
             VALUES ('{SESSION}', {}, {}, {at}, {at} + 1000)",
        sent.member,
        sent.account,
        at = NOON.0
    ))
    .await;
}

/// The app on loopback, as somebody signed in sees it.
async fn listen(app: &TestApp, sent: &SentMail) -> String {
    sign_in(sent).await;
    serve(app, member(sent)).await
}

/// The member as a caller, with the session of `sign_in`.
pub fn member(sent: &SentMail) -> Caller {
    Caller {
        member: sent.member,
        account: sent.account,
        role: Role::Owner,
        name: "M".into(),
        session: SESSION.to_owned(),
    }
}

/// The live channel as this caller sees it, and as nobody does.
pub fn routes(app: &TestApp, caller: Caller) -> Router {
    Router::new()
        .route("/live", get(server::realtime::upgrade).layer(Extension(caller)))
        .route("/nobody", get(server::realtime::upgrade))
        .with_state(app.state.clone())
}

/// The app on loopback, as this caller sees it.
pub async fn serve(app: &TestApp, caller: Caller) -> String {
    let router = routes(app, caller);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    format!("ws://{address}")
}

pub struct Tab(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Tab {
    pub async fn open(url: &str) -> Self {
        Self::try_open(url).await.unwrap()
    }

    /// `None` where the handshake is refused.
    pub async fn try_open(url: &str) -> Option<Self> {
        Some(Self(connect_async(format!("{url}{LIVE}")).await.ok()?.0))
    }

    pub async fn say(&mut self, message: &ClientMessage) {
        self.0.send(Message::binary(encode(message))).await.unwrap();
    }

    pub async fn subscribe(&mut self, topic: Topic) -> ServerMessage {
        self.subscribe_to(topic, 25).await
    }

    pub async fn subscribe_to(&mut self, topic: Topic, rows: u32) -> ServerMessage {
        self.say(&ClientMessage::Subscribe { topic, rows }).await;
        self.hear().await
    }

    pub async fn hear(&mut self) -> ServerMessage {
        loop {
            match self.0.next().await.unwrap().unwrap() {
                Message::Binary(frame) => return decode(&frame).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// The code the server closes with.
    pub async fn closed(&mut self) -> u16 {
        loop {
            match self.0.next().await.unwrap().unwrap() {
                Message::Close(Some(frame)) => return frame.code.into(),
                Message::Close(None) => panic!("closed without a word"),
                _ => {}
            }
        }
    }
}

/// The rows of a topic, by kind.
#[derive(Default)]
pub struct Rows {
    pub events: Vec<EventHeader>,
    pub items: Vec<TimelineItem>,
    pub crew: Vec<CrewRow>,
    pub contacts: Vec<ContactHeader>,
    pub emails: Vec<EmailRow>,
}

impl From<Vec<Row>> for Rows {
    fn from(rows: Vec<Row>) -> Self {
        let mut all = Self::default();
        for row in rows {
            match row {
                Row::Event(row) => all.events.push(row),
                Row::Item(row) => all.items.push(row),
                Row::Crew(row) => all.crew.push(row),
                Row::Contact(row) => all.contacts.push(row),
                Row::Email(row) => all.emails.push(row),
                Row::Batch(_) => {}
            }
        }
        all
    }
}

/// The rows of the snapshot that a subscription is answered with.
pub fn snapshot(message: ServerMessage) -> Rows {
    match message {
        ServerMessage::Snapshot { rows, .. } => rows.into(),
        other => panic!("a snapshot, not {other:?}"),
    }
}

/// The rows that changed.
pub fn changed(message: ServerMessage) -> Rows {
    match message {
        ServerMessage::Changed { rows, gone, .. } if gone.is_empty() => rows.into(),
        other => panic!("changed rows, not {other:?}"),
    }
}

pub fn delivered(reference: &str) -> Vec<ProviderEvent> {
    vec![ProviderEvent {
        key: reference.to_owned(),
        reference: Some(reference.to_owned()),
        provider_message_id: None,
        message_id: None,
        event: DeliveryEvent { report: Report::Delivered, reason: None, occurred_at: NOON },
        suppress: None,
    }]
}

on_both_engines!(
    async fn two_tabs_see_the_badge_change(db: Db) {
        let (app, sent) = (TestApp::new(db.clone()).await, SentMail::set(&db).await);
        let email = sent.email("r").await;
        sent.execute(&format!("UPDATE crew SET invite_email_id = {email}")).await;
        sent.execute(&format!("INSERT INTO item (event_id, starts_at, title) VALUES ({}, 0, 'Doors')", sent.event))
            .await;
        let url = listen(&app, &sent).await;
        let (mut planner, mut contact) = (Tab::open(&url).await, Tab::open(&url).await);
        let shown = snapshot(planner.subscribe(Topic::Event(sent.event)).await);
        assert_eq!((shown.events.len(), shown.items.len(), shown.crew.len()), (1, 1, 1));
        assert!(shown.contacts.is_empty() && shown.emails.is_empty());
        let shown = snapshot(contact.subscribe(Topic::Contact(sent.contact)).await);
        assert_eq!(shown.emails.iter().map(|row| row.id).collect::<Vec<_>>(), [email]);
        assert_eq!(shown.contacts.len(), 1);

        app.state.ingest.submit("resend", delivered("r")).await.unwrap();
        let crew = changed(planner.hear().await).crew;
        let invite = crew[0].invite.as_ref().unwrap();
        assert_eq!((crew.len(), invite.status, invite.revision), (1, Some(DeliveryStatus::Delivered), 2));
        let emails = changed(contact.hear().await).emails;
        assert_eq!((emails.len(), emails[0].status), (1, Some(DeliveryStatus::Delivered)));
        app.state.ingest.submit("resend", delivered("r")).await.unwrap();
        planner.say(&ClientMessage::Ping).await;
        assert_eq!(planner.hear().await, ServerMessage::Pong, "a repetition tells nobody anything");
    }
);

on_both_engines!(
    async fn what_is_deleted_is_told_as_gone(db: Db) {
        let (app, sent) = (TestApp::new(db.clone()).await, SentMail::set(&db).await);
        sent.execute(&format!("INSERT INTO item (event_id, starts_at, title) VALUES ({}, 0, 'Doors')", sent.event))
            .await;
        let url = listen(&app, &sent).await;
        let mut tab = Tab::open(&url).await;
        let topic = Topic::Event(sent.event);
        let item: ItemId = snapshot(tab.subscribe(topic).await).items[0].id;
        let mut write = db.write().await.unwrap();
        sqlx::query("DELETE FROM item").execute(&mut *write).await.unwrap();
        write.changed(Change::Item(item, sent.event));
        write.commit().await.unwrap();
        let gone = vec![Gone { id: RowId::Item(item), revision: u32::MAX }];
        assert_eq!(tab.hear().await, ServerMessage::Changed { topic, rows: Vec::new(), gone });
    }
);

on_both_engines!(
    async fn what_was_rolled_back_is_told_to_nobody(db: Db) {
        let (app, sent) = (TestApp::new(db.clone()).await, SentMail::set(&db).await);
        let url = listen(&app, &sent).await;
        let mut tab = Tab::open(&url).await;
        tab.subscribe(Topic::Event(sent.event)).await;
        let mut write = db.write().await.unwrap();
        write.changed(Change::Event(sent.event));
        write.rollback().await.unwrap();
        crate::support::published(&app.core).await;
        tab.say(&ClientMessage::Ping).await;
        assert_eq!(tab.hear().await, ServerMessage::Pong);
    }
);

on_both_engines!(
    async fn what_is_not_yours_is_refused_and_never_heard(db: Db) {
        let (app, sent) = (TestApp::new(db.clone()).await, SentMail::set(&db).await);
        let foreign = SentMail::set(&db).await;
        let url = listen(&app, &sent).await;
        let mut tab = Tab::open(&url).await;
        for topic in [Topic::Event(foreign.event), Topic::Contact(foreign.contact), Topic::Event(EventId(987_654))] {
            assert_eq!(tab.subscribe(topic).await, ServerMessage::Refused { topic });
        }
        foreign.email("theirs").await;
        app.state.ingest.submit("resend", delivered("theirs")).await.unwrap();
        tab.say(&ClientMessage::Ping).await;
        assert_eq!(tab.hear().await, ServerMessage::Pong);
        assert!(connect_async(format!("{url}/nobody")).await.is_err(), "401 without a session");
    }
);

on_both_engines!(
    async fn a_seventeenth_topic_is_refused_and_an_unsubscribed_one_is_silent(db: Db) {
        let (app, sent) = (TestApp::new(db.clone()).await, SentMail::set(&db).await);
        sent.email("r").await;
        let url = listen(&app, &sent).await;
        let mut tab = Tab::open(&url).await;
        for n in 0..16 {
            sent.execute(&format!(
                "INSERT INTO event (account_id, name, status, starts_at, ends_at, time_zone, created_at) \
                     VALUES ({}, 'E{n}', 'confirmed', 0, 0, 'UTC', 0)",
                sent.account
            ))
            .await;
        }
        let ids: Vec<i64> = sqlx::query_scalar("SELECT id FROM event ORDER BY id")
            .fetch_all(&mut *db.reader().await.unwrap())
            .await
            .unwrap();
        for id in &ids[..16] {
            assert_eq!(snapshot(tab.subscribe(Topic::Event(EventId(*id))).await).events.len(), 1);
        }
        let topic = Topic::Event(EventId(ids[16]));
        assert_eq!(tab.subscribe(topic).await, ServerMessage::Refused { topic });

        tab.say(&ClientMessage::Unsubscribe { topic: Topic::Event(sent.event) }).await;
        assert_eq!(snapshot(tab.subscribe(topic).await).events.len(), 1, "there is room again");
        app.state.ingest.submit("resend", delivered("r")).await.unwrap();
        tab.say(&ClientMessage::Ping).await;
        assert_eq!(tab.hear().await, ServerMessage::Pong);
    }
);

on_both_engines!(
    async fn a_tab_that_fell_behind_gets_the_present_state(db: Db) {
        let (app, sent) = (TestApp::new(db.clone()).await, SentMail::set(&db).await);
        sent.email("r").await;
        let url = listen(&app, &sent).await;
        let mut tab = Tab::open(&url).await;
        tab.subscribe(Topic::Event(sent.event)).await;
        // Sent without a pause for the socket's task, so that its queue overflows.
        for _ in 0..1_000 {
            app.core.hub.send(Topic::Event(sent.event), &ServerMessage::Pong);
        }
        while !matches!(tab.hear().await, ServerMessage::Snapshot { .. }) {}
    }
);

on_both_engines!(
    async fn a_repeated_subscription_never_shortens_the_snapshot(db: Db) {
        let (app, sent) = (TestApp::new(db.clone()).await, SentMail::set(&db).await);
        for number in 0..60 {
            sent.email(&number.to_string()).await;
        }
        sent.execute("UPDATE contact SET email_count = 60").await;
        let url = listen(&app, &sent).await;
        let mut tab = Tab::open(&url).await;
        // Rows come in whole pages of 25: all that the tab shows, and seldom much more.
        for (rows, covered) in [(1, 25), (50, 50), (25, 50), (51, 60), (0, 60)] {
            let answer = tab.subscribe_to(Topic::Contact(sent.contact), rows).await;
            let shown = snapshot(answer);
            assert_eq!((shown.emails.len(), shown.contacts[0].emails), (covered, 60), "asked for {rows}");
        }
    }
);

on_both_engines!(
    async fn e19_the_end_of_a_session_closes_its_tabs(db: Db) {
        let (app, sent) = (TestApp::new(db.clone()).await, SentMail::set(&db).await);
        let url = listen(&app, &sent).await;
        let (mut one, mut other) = (Tab::open(&url).await, Tab::open(&url).await);
        one.subscribe(Topic::Event(sent.event)).await;
        other.subscribe(Topic::Event(sent.event)).await;
        server::auth::store::end_session(&db, SESSION).await.unwrap();
        assert_eq!((one.closed().await, other.closed().await), (4401, 4401));
        assert_eq!(Tab::open(&url).await.closed().await, 4401, "a session that is over opens nothing");
    }
);

on_both_engines!(
    async fn a_shutdown_says_so_and_nonsense_ends_the_talk(db: Db) {
        let (app, sent) = (TestApp::new(db.clone()).await, SentMail::set(&db).await);
        let url = listen(&app, &sent).await;
        let mut odd = Tab::open(&url).await;
        odd.0.send(Message::text("{\"launch\":1}")).await.unwrap();
        assert_eq!(odd.closed().await, 1008);
        let mut tab = Tab::open(&url).await;
        tab.subscribe(Topic::Event(sent.event)).await;
        app.core.hub.close();
        assert_eq!(tab.closed().await, 1001);
    }
);

on_both_engines!(
    async fn e19_a_session_that_runs_out_closes_its_tabs_within_a_second(db: Db) {
        let (app, sent) = (TestApp::new(db.clone()).await, SentMail::set(&db).await);
        let mut tab = Tab::open(&listen(&app, &sent).await).await;
        tab.subscribe(Topic::Event(sent.event)).await;
        app.advance_ms(server::auth::store::SESSION_MS);
        let closed = tokio::time::timeout(Duration::from_millis(1_500), tab.closed()).await;
        assert_eq!(closed.expect("within a second, and what a busy machine adds"), 4401);
    }
);

on_both_engines!(
    async fn e19_a_session_or_membership_that_is_deleted_by_hand_closes_its_tabs(db: Db) {
        let (app, sent) = (TestApp::new(db.clone()).await, SentMail::set(&db).await);
        let url = listen(&app, &sent).await;
        let mut tab = Tab::open(&url).await;
        tab.subscribe(Topic::Event(sent.event)).await;
        // As `psql` or `sqlite3` does it: no commit of ours tells of it.
        sent.execute(&format!("DELETE FROM membership WHERE member_id = {}", sent.member)).await;
        let mut other = Tab::open(&url).await;
        assert_eq!(other.closed().await, 4401, "nothing new is opened");
        let closed = tokio::time::timeout(Duration::from_secs(10), tab.closed()).await;
        assert_eq!(closed.expect("within ten seconds"), 4401);
    }
);

on_both_engines!(
    async fn e19_access_is_checked_at_every_subscribe(db: Db) {
        let (app, sent) = (TestApp::new(db.clone()).await, SentMail::set(&db).await);
        let mut tab = Tab::open(&listen(&app, &sent).await).await;
        tab.subscribe(Topic::Event(sent.event)).await;
        sent.execute("DELETE FROM session").await;
        tab.say(&ClientMessage::Subscribe { topic: Topic::Contact(sent.contact), rows: 0 }).await;
        assert_eq!(tab.closed().await, 4401, "at once, and without a row");
    }
);
