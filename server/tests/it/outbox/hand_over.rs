//! Every end of a hand-over: what the mail server says, and what becomes of the email.

use std::sync::Arc;

use app::domain::ids::ContactId;
use app::domain::time::MINUTE_MS;
use app::live::{Row, Topic};
use server::clock::Clock;
use server::config::Config;
use server::db::Db;
use server::mailer::{Mailer, SmtpStage};
use server::outbox::{GIVE_UP_MS, Worker, back_off_ms};
use server::workers::Workers;
use tokio::sync::watch;

use super::{Fixture, State, core, refused};
use crate::mailer::{Conversation, FRIENDLY, Server};
use crate::smtp::ByteServer;
use crate::support::{NOON, hear_rows, open_page};

on_both_engines! {
    async fn an_accepted_mail_is_sent_and_its_job_is_gone(db: Db) {
        let app = Fixture::new(db).await;
        assert_eq!(app.drain().await, 1);
        let expected = State { status: Some("sent".into()), reason: None, handed_over_at: Some(NOON.0), revision: 2 };
        assert_eq!(app.state().await, expected);
        assert!(!app.has_job().await);
        let handed = app.memory.handed();
        assert_eq!(handed.len(), 1);
        assert_eq!(handed[0].envelope.to.to_string(), "ann@example.com");
        let link = format!("http://callboard.test/v/{}", app.core.key.link_token("seed"));
        let mail = mail_parser::MessageParser::default().parse(handed[0].source.as_bytes()).expect("a mail");
        let text = mail.body_text(0).expect("text");
        for part in [link.as_str(), "Marta Silva at Quinta das Flores", "Sat 12 Dec 2026", "Orangery, 1 Garden Road"] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}

on_both_engines! {
    async fn a_temporary_refusal_waits_says_so_and_goes_out_later(db: Db) {
        let server = Server::start([Conversation { rcpt: Some("450 4.2.0 Try later"), ..FRIENDLY }, FRIENDLY]).await;
        let app = Fixture::over(db, &server.url()).await;
        let mut browser = open_page(&app.core, Topic::Contact(ContactId(1))).await;

        assert_eq!(app.drain().await, 1);
        let waiting = app.state().await;
        assert_eq!((waiting.status, waiting.revision), (None, 2));
        let reason = waiting.reason.expect("a reason");
        assert!(reason.starts_with("waiting for the mail server: 450 4.2.0 Try later; next try in "), "{reason}");
        let rows = hear_rows(&mut browser).await;
        let [Row::Email(email)] = rows.as_slice() else { panic!("an email, not {rows:?}") };
        assert!(email.reason.as_deref().expect("a reason").contains("450 4.2.0 Try later"));

        let wait = back_off_ms(app.email.0, 1);
        app.core.clock.advance_ms(wait - 1);
        assert_eq!(app.drain().await, 0, "not before its time");
        app.core.clock.advance_ms(1);
        // The refused envelope left its connection open; the server forgets its script with it.
        let mailer = Mailer::smtp(&server.url(), "http://callboard.test").expect("a good URL");
        let app = Fixture { worker: Worker::new(app.core.clone(), mailer), ..app };
        assert_eq!(app.drain().await, 1);
        let sent = app.state().await;
        assert_eq!((sent.status.as_deref(), sent.reason), (Some("sent"), None));
        assert_eq!(server.mails().len(), 1);
        assert!(!app.is_blocked().await);
    }
}

on_both_engines! {
    async fn an_unknown_recipient_bounces_and_is_blocked(db: Db) {
        let words = "550 5.1.1 <ann@example.com>: no such user";
        let (app, server) = Fixture::handed_to(db, Conversation { rcpt: Some(words), ..FRIENDLY }).await;
        let state = app.state().await;
        assert_eq!((state.status.as_deref(), state.reason.as_deref()), (Some("bounced"), Some(words)));
        assert_eq!(state.handed_over_at, None);
        assert!(app.is_blocked().await && !app.has_job().await);
        assert_eq!(server.mails().len(), 0);
    }
}

on_both_engines! {
    async fn a_refusal_by_policy_fails_and_blocks_nobody(db: Db) {
        let (app, _server) = Fixture::handed_to(db, Conversation { end: Some("554 5.7.1 Not from you"), ..FRIENDLY }).await;
        let state = app.state().await;
        let shown = (state.status.as_deref(), state.reason.as_deref());
        assert_eq!(shown, (Some("failed"), Some("554 5.7.1 Not from you")));
        assert!(!app.is_blocked().await && !app.has_job().await);
    }
}

on_both_engines! {
    async fn mail_waits_while_the_server_is_down(db: Db) {
        let server = Server::start([FRIENDLY]).await;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let nobody = format!("smtp://{}", listener.local_addr().expect("an address"));
        drop(listener);
        let app = Fixture::over(db, &nobody).await;
        app.drain().await;
        let state = app.state().await;
        assert_eq!(state.status, None);
        assert!(state.reason.expect("a reason").contains("no connection to the mail server"));

        app.core.clock.advance_ms(MINUTE_MS);
        let mailer = Mailer::smtp(&server.url(), "http://callboard.test").expect("a good URL");
        let app = Fixture { worker: Worker::new(app.core.clone(), mailer), ..app };
        app.drain().await;
        assert_eq!(app.state().await.status.as_deref(), Some("sent"));
        assert_eq!(server.mails().len(), 1);
    }
}

on_both_engines! {
    async fn an_error_at_data_takes_the_mark_away(db: Db) {
        let (app, _server) = Fixture::handed_to(db, Conversation { data: Some("451 4.3.0 Not now"), ..FRIENDLY }).await;
        assert_eq!(app.state().await.status, None);
        let marked = app.row("SELECT 1 FROM outbox_job WHERE email_id = $1 AND handing_over_at IS NOT NULL").await;
        assert!(marked.is_none() && app.has_job().await);
    }
}

on_both_engines! {
    async fn after_72_hours_it_is_given_up_with_the_last_words(db: Db) {
        let app = Fixture::new(db).await;
        app.memory.answer_next(refused(SmtpStage::Recipient, "452 4.2.2 Mailbox full"));
        app.core.clock.advance_ms(GIVE_UP_MS);
        app.drain().await;
        let state = app.state().await;
        assert_eq!(state.status.as_deref(), Some("failed"));
        assert!(state.reason.expect("a reason").ends_with("452 4.2.2 Mailbox full"));
        assert!(!app.is_blocked().await && !app.has_job().await);
    }
}

on_both_engines! {
    async fn the_sandbox_takes_what_the_outbox_hands_over(db: Db) {
        let mut core = core(db, Clock::frozen(NOON));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let nobody = listener.local_addr().expect("an address");
        drop(listener);
        core.config = Arc::new(Config { addr: nobody, ..Config::clone(&core.config) });
        let (_stop, stopped) = watch::channel(false);
        let mut workers = Workers::new(stopped);
        let sandbox = server::sandbox::start(&core, &mut workers).await.expect("a free port");
        let app = Fixture::over(core.db, &sandbox.smtp_url()).await;
        app.drain().await;
        assert_eq!(app.state().await.status.as_deref(), Some("sent"));

        let owed = "SELECT COUNT(*) FROM sandbox_callback b JOIN sandbox_mail m ON m.id = b.mail_id \
             JOIN email e ON e.message_id = m.message_id AND e.recipient = m.recipient \
             WHERE e.id = $1 AND b.body LIKE '%X-Callboard-Ref%' AND b.body LIKE '%' || e.reference || '%' \
             AND b.body LIKE '%\"email_id\":\"' || e.provider_message_id || '\"%'";
        assert_eq!(app.row(owed).await, Some((2,)), "sent and delivered, each with our reference and the id it replied");
    }
}

on_both_engines! {
    async fn c09_a_bounce_in_latin_1_is_a_bounce(db: Db) {
        let server = ByteServer::default().says("RCPT", b"550 5.1.1 endere\xe7o inv\xe1lido\r\n");
        let app = Fixture::over(db, &format!("smtp://{}", server.start().await)).await;
        app.drain().await;
        let state = app.state().await;
        let shown = (state.status.as_deref(), state.reason.as_deref());
        assert_eq!(shown, (Some("bounced"), Some("550 5.1.1 endereço inválido")));
        assert!(app.is_blocked().await && !app.has_job().await);
    }
}

on_both_engines! {
    async fn c09_two_answers_to_a_message_leave_it_unconfirmed(db: Db) {
        let server = ByteServer::default().says(".", "250 Ok\r\n550 5.1.1 No\r\n");
        let app = Fixture::over(db, &format!("smtp://{}", server.start().await)).await;
        app.drain().await;
        let state = app.state().await;
        assert_eq!((state.status.as_deref(), state.handed_over_at), (Some("sent"), Some(NOON.0)));
        assert_eq!(state.reason.as_deref(), Some(app::domain::delivery::UNCONFIRMED));
        assert!(!app.has_job().await && !app.is_blocked().await);
    }
}
