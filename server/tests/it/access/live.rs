//! The live channel, by every topic and every message that there is.

use std::collections::BTreeMap;
use std::mem::discriminant;

use super::*;

/// What the account's own people may listen to, and nobody else.
fn topics(Ids { contact, event, .. }: Ids) -> [Topic; 2] {
    [Topic::Event(event), Topic::Contact(contact)]
}

/// Every value of a type that begins with its kind, whatever its kinds are called: a kind is a number on the wire.
fn kinds<T: serde::de::DeserializeOwned>() -> Vec<T> {
    (0..0x80_u8).filter_map(|kind| decode(&[kind, 0, 2, 2, 2, 2, 2, 2]).ok()).collect()
}

#[test]
fn no_topic_and_no_message_is_left_out() {
    let known = topics(UNKNOWN);
    let mut listeners = BTreeMap::new();
    for topic in kinds::<Topic>() {
        // No `_`: a new topic says here who may listen, and belongs into the table above. One that `kinds` does not know how to
        // write would be missed otherwise.
        let who = match topic {
            Topic::Event(_) => "the people of the event's account",
            Topic::Contact(_) => "the people of the contact's account",
        };
        let is_known = known.iter().any(|known| discriminant(known) == discriminant(&topic));
        assert!(is_known, "{topic:?}: a new topic belongs into the table above");
        listeners.insert(who, topic);
    }
    assert_eq!(listeners.len(), known.len(), "{listeners:?}");
    let mut messages = BTreeMap::new();
    for message in kinds::<ClientMessage>() {
        // No `_`: a new message says here what it may do to whom.
        let what = match message {
            ClientMessage::Subscribe { .. } => "asks for a topic, and is checked",
            ClientMessage::Unsubscribe { .. } => "ends what this socket hears",
            ClientMessage::Ping => "is answered",
        };
        messages.insert(what, message);
    }
    assert_eq!(messages.len(), 3, "{messages:?}");
}

/// Where the app listens, and who asks there.
async fn serve(app: &TestApp) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("ws://{}{LIVE}", listener.local_addr().expect("its address"));
    let router = server::router::router(app.state.clone());
    tokio::spawn(async move { axum::serve(listener, router).await.expect("to serve") });
    url
}

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

async fn connect(who: &TestApp, url: &str) -> Option<Socket> {
    let request = who
        .request(Method::GET, url)
        .header("origin", "http://callboard.test")
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    connect_async(request.body(()).expect("a request")).await.ok().map(|(socket, _)| socket)
}

async fn ask(socket: &mut Socket, message: &ClientMessage) -> ServerMessage {
    socket.send(Message::binary(encode(message))).await.expect("an open socket");
    let answer = socket.next().await.expect("an answer").expect("a frame");
    decode(&answer.into_data()).expect("a message")
}

on_both_engines!(
    async fn the_live_channel_tells_each_account_its_own(db: Db) {
        let app = TestApp::new(db).await;
        let (owner, stranger) = (app.sign_in().await, app.as_stranger().await);
        let ids = set(&owner).await;
        let guest = as_guest(&app, &link(&owner, ids).await);
        let url = serve(&app).await;
        for who in [&app, &guest] {
            assert!(connect(who, &url).await.is_none(), "401 without a session");
        }
        for (who, ids, is_theirs) in [(&owner, ids, true), (&stranger, ids, false), (&owner, UNKNOWN, false)] {
            let mut socket = connect(who, &url).await.expect("a session opens it");
            for topic in topics(ids) {
                let answer = ask(&mut socket, &ClientMessage::Subscribe { topic, rows: 25 }).await;
                assert_eq!(answer != ServerMessage::Refused { topic }, is_theirs, "{topic:?}: {answer:?}");
            }
            if is_theirs {
                continue;
            }
            // What is committed afterwards reaches nobody who was refused: the next that they hear is the answer to this.
            let saved = owner.post_json(server_fn("set_role"), &json!({ "crew": ids.crew, "role": "Host" })).await;
            assert!(saved.status == StatusCode::OK || ids.crew == UNKNOWN.crew, "{}", saved.text());
            crate::support::published(&app.core).await;
            assert_eq!(ask(&mut socket, &ClientMessage::Ping).await, ServerMessage::Pong);
        }
    }
);

on_both_engines!(
    async fn whoever_left_the_account_hears_nothing_of_it(db: Db) {
        let app = TestApp::new(db).await;
        let (owner, handler) = (app.sign_in().await, app.as_handler().await);
        let ids = set(&owner).await;
        let url = serve(&app).await;
        let mut socket = connect(&handler, &url).await.expect("a session opens it");
        for topic in topics(ids) {
            let answer = ask(&mut socket, &ClientMessage::Subscribe { topic, rows: 25 }).await;
            assert!(matches!(answer, ServerMessage::Snapshot { .. }), "{answer:?}");
        }
        let removed = server::auth::store::remove_member(app.db(), app.account, app.handler).await;
        assert!(removed.expect("the database"));
        let closed = socket.next().await.expect("a frame").expect("a frame");
        assert!(matches!(closed, Message::Close(_)), "{closed:?}");
        assert!(connect(&handler, &url).await.is_none(), "and does not come back");
    }
);
