//! The hand-over against a mail server that says what the test tells it to.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use lettre::Address;
use server::mailer::{Envelope, HandOver, Mailer, SmtpStage};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What one connection is answered. `None` closes it without a word.
#[derive(Clone)]
pub struct Conversation {
    pub greeting: Option<&'static str>,
    pub ehlo: &'static str,
    pub mail: Option<&'static str>,
    pub rcpt: Option<&'static str>,
    pub data: Option<&'static str>,
    /// After the message.
    pub end: Option<&'static str>,
    /// Closed in silence after this many mails, as a server does with a connection it finds idle.
    pub mails: usize,
}

pub const FRIENDLY: Conversation = Conversation {
    greeting: Some("220 mx.example ESMTP"),
    ehlo: "250-mx.example\r\n250 8BITMIME",
    mail: Some("250 2.1.0 Ok"),
    rcpt: Some("250 2.1.5 Ok"),
    data: Some("354 Go ahead"),
    end: Some("250 2.0.0 Ok: queued as 4F1"),
    mails: usize::MAX,
};

/// A mail server on loopback, and all it was told.
#[derive(Clone)]
pub struct Server {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    script: VecDeque<Conversation>,
    connections: usize,
    commands: Vec<String>,
    mails: Vec<String>,
}

impl Server {
    /// Each connection is answered by the next conversation; the last one repeats.
    pub async fn start(script: impl IntoIterator<Item = Conversation>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let state = State { script: script.into_iter().collect(), ..State::default() };
        let server = Self { address, state: Arc::new(Mutex::new(state)) };
        let accepting = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let conversation = accepting.next_conversation();
                tokio::spawn(accepting.clone().converse(stream, conversation));
            }
        });
        server
    }

    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    pub fn connections(&self) -> usize {
        self.state.lock().expect("no panic").connections
    }

    pub fn commands(&self) -> Vec<String> {
        self.state.lock().expect("no panic").commands.clone()
    }

    /// Every message whose last dot arrived.
    pub fn mails(&self) -> Vec<String> {
        self.state.lock().expect("no panic").mails.clone()
    }

    fn next_conversation(&self) -> Conversation {
        let mut state = self.state.lock().expect("no panic");
        state.connections += 1;
        if state.script.len() > 1 { state.script.pop_front() } else { state.script.front().cloned() }.expect("a script")
    }

    async fn converse(self, stream: TcpStream, conversation: Conversation) -> Option<()> {
        let (reader, mut writer) = stream.into_split();
        let mut lines = BufReader::new(reader).lines();
        let mut taken = 0;
        say(&mut writer, conversation.greeting).await?;
        while let Some(line) = lines.next_line().await.ok()? {
            self.state.lock().expect("no panic").commands.push(line.clone());
            match line.split([' ', ':']).next().unwrap_or_default() {
                "EHLO" => say(&mut writer, Some(conversation.ehlo)).await?,
                "MAIL" => say(&mut writer, conversation.mail).await?,
                "RCPT" => say(&mut writer, conversation.rcpt).await?,
                "DATA" => {
                    say(&mut writer, conversation.data).await?;
                    if conversation.data.is_none_or(|answer| !answer.starts_with("354")) {
                        continue;
                    }
                    let mut mail = String::new();
                    loop {
                        match lines.next_line().await.ok()?? {
                            line if line == "." => break,
                            line => mail.extend([line.as_str(), "\n"]),
                        }
                    }
                    self.state.lock().expect("no panic").mails.push(mail);
                    say(&mut writer, conversation.end).await?;
                    taken += 1;
                    if taken == conversation.mails {
                        return None;
                    }
                }
                _ => say(&mut writer, Some("250 2.0.0 Ok")).await?,
            }
        }
        None
    }
}

async fn say(writer: &mut (impl AsyncWriteExt + Unpin), answer: Option<&str>) -> Option<()> {
    writer.write_all(format!("{}\r\n", answer?).as_bytes()).await.ok()
}

fn envelope() -> Envelope {
    let address = |text: &str| text.parse::<Address>().expect("an address");
    Envelope { from: address("callboard@callboard.test"), to: address("ann@example.com") }
}

async fn hand_over(mailer: &Mailer) -> HandOver {
    let bytes = b"Subject: Hello\r\n\r\n.a line with a dot\r\n";
    match mailer.offer(&envelope(), bytes).await {
        Ok(offer) => offer.deliver(bytes).await,
        Err(outcome) => outcome,
    }
}

async fn outcome_of(conversation: Conversation) -> (HandOver, Server) {
    let server = Server::start([conversation]).await;
    let mailer = Mailer::smtp(&server.url(), "https://callboard.example").expect("a good URL");
    (hand_over(&mailer).await, server)
}

fn refusal(outcome: HandOver) -> (SmtpStage, bool, String) {
    match outcome {
        HandOver::Refused(refusal) => (refusal.stage, refusal.is_permanent(), refusal.words),
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn mails_share_a_connection_and_arrive_whole() {
    let server = Server::start([FRIENDLY]).await;
    let mailer = Mailer::smtp(&server.url(), "https://callboard.example").expect("a good URL");
    for _ in 0..3 {
        assert_eq!(hand_over(&mailer).await, HandOver::Accepted("250 2.0.0 Ok: queued as 4F1".into()));
    }
    assert_eq!((server.connections(), server.mails().len()), (1, 3));
    assert!(server.mails()[0].contains("\n..a line with a dot\n"), "dots are doubled on the wire");
    assert_eq!(server.commands()[0], "EHLO callboard.example");
}

#[tokio::test]
async fn a_refusal_keeps_the_servers_words_and_the_connection() {
    let (outcome, _) = outcome_of(Conversation { rcpt: Some("450 4.2.0 Greylisted"), ..FRIENDLY }).await;
    assert_eq!(refusal(outcome), (SmtpStage::Recipient, false, "450 4.2.0 Greylisted".into()));

    let words = "550-5.1.1 The address you wrote to\r\n550 5.1.1 does not exist";
    let server = Server::start([Conversation { rcpt: Some(words), ..FRIENDLY }]).await;
    let mailer = Mailer::smtp(&server.url(), "https://callboard.example").expect("a good URL");
    for _ in 0..2 {
        let joined = "550 5.1.1 The address you wrote to does not exist";
        assert_eq!(refusal(hand_over(&mailer).await), (SmtpStage::Recipient, true, joined.into()));
    }
    assert_eq!(server.connections(), 1);

    let (outcome, _) = outcome_of(Conversation { mail: Some("553 5.1.8 Who?"), ..FRIENDLY }).await;
    assert_eq!(refusal(outcome), (SmtpStage::Sender, true, "553 5.1.8 Who?".into()));
    let (outcome, _) = outcome_of(Conversation { end: Some("554 5.7.1 Spam"), ..FRIENDLY }).await;
    assert_eq!(refusal(outcome), (SmtpStage::Content, true, "554 5.7.1 Spam".into()));
    let (outcome, _) = outcome_of(Conversation { greeting: Some("554 No service"), ..FRIENDLY }).await;
    assert_eq!(refusal(outcome), (SmtpStage::Greeting, true, "554 No service".into()));
}

#[tokio::test]
async fn what_breaks_before_the_message_did_not_go_out() {
    for broken in [
        Conversation { greeting: None, ..FRIENDLY },
        Conversation { mail: None, ..FRIENDLY },
        Conversation { rcpt: None, ..FRIENDLY },
        Conversation { data: None, ..FRIENDLY },
        Conversation { data: Some("250 what?"), ..FRIENDLY },
    ] {
        let (outcome, server) = outcome_of(broken).await;
        assert!(matches!(outcome, HandOver::Unsent(_)), "{outcome:?}");
        assert_eq!(server.mails().len(), 0);
    }
}

#[tokio::test]
async fn what_breaks_after_the_message_is_unknown() {
    for broken in [Conversation { end: None, ..FRIENDLY }, Conversation { end: Some("354 what?"), ..FRIENDLY }] {
        let (outcome, server) = outcome_of(broken).await;
        assert!(matches!(outcome, HandOver::Unknown(_)), "{outcome:?}");
        assert_eq!(server.mails().len(), 1, "and never a second time here");
    }
}

#[tokio::test]
async fn nobody_listening_is_unsent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let mailer = Mailer::smtp(&format!("smtp://{address}"), "https://callboard.example").expect("a good URL");
    let outcome = hand_over(&mailer).await;
    assert!(matches!(&outcome, HandOver::Unsent(reason) if reason.starts_with("no connection")), "{outcome:?}");
}

#[tokio::test]
async fn a_kept_connection_that_died_is_replaced_once() {
    let server = Server::start([Conversation { mails: 1, ..FRIENDLY }]).await;
    let mailer = Mailer::smtp(&server.url(), "https://callboard.example").expect("a good URL");
    for _ in 0..3 {
        assert!(matches!(hand_over(&mailer).await, HandOver::Accepted(_)));
    }
    assert_eq!((server.connections(), server.mails().len()), (3, 3));
}

#[tokio::test]
async fn a_server_that_lets_no_second_connection_in_is_used_by_the_first() {
    let full = Conversation { greeting: Some("421 4.7.0 Too many connections"), ..FRIENDLY };
    let server = Server::start([FRIENDLY, full]).await;
    let mailer = Mailer::smtp(&server.url(), "https://callboard.example").expect("a good URL");
    let bytes = b"Subject: Hello\r\n\r\nHello\r\n";
    let first = mailer.offer(&envelope(), bytes).await.unwrap_or_else(|outcome| panic!("{outcome:?}"));
    let second = tokio::spawn({
        let mailer = mailer.clone();
        async move { hand_over(&mailer).await }
    });
    while server.connections() < 2 {
        tokio::task::yield_now().await;
    }
    assert!(matches!(first.deliver(bytes).await, HandOver::Accepted(_)));
    assert!(matches!(second.await.expect("no panic"), HandOver::Accepted(_)));
    assert_eq!(server.mails().len(), 2);

    let server = Server::start([Conversation { greeting: Some("421 4.7.0 Too many connections"), ..FRIENDLY }]).await;
    let mailer = Mailer::smtp(&server.url(), "https://callboard.example").expect("a good URL");
    let (_, is_permanent, words) = refusal(hand_over(&mailer).await);
    assert_eq!((is_permanent, words.as_str()), (false, "421 4.7.0 Too many connections"), "there is none to wait for");
}

#[tokio::test]
async fn without_the_encryption_that_was_asked_for_nothing_is_sent() {
    let server = Server::start([FRIENDLY]).await;
    let url = format!("smtp+starttls://user:secret@{}", server.address);
    let outcome = hand_over(&Mailer::smtp(&url, "https://callboard.example").expect("a good URL")).await;
    assert!(matches!(&outcome, HandOver::Unsent(reason) if reason.contains("STARTTLS")), "{outcome:?}");
    assert!(
        server.commands().iter().all(|command| command.starts_with("EHLO") || command == "QUIT"),
        "{:?}",
        server.commands()
    );
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_gets_nothing_over_it() {
    let server = Server::start([FRIENDLY]).await;
    let url = format!("smtps://user:secret@{}", server.address);
    let outcome = hand_over(&Mailer::smtp(&url, "https://callboard.example").expect("a good URL")).await;
    assert!(matches!(outcome, HandOver::Unsent(_)), "{outcome:?}");
    assert!(!server.commands().iter().any(|command| command.contains("AUTH")));
}
