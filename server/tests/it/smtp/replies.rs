//! C 9: replies are bytes, and one belongs to each question.

use server::mailer::{HandOver, SmtpStage};

use super::{ByteServer, STAGES, hand_over, mailer, outcome};

/// What must not have gone out if it failed here, and what nobody can know.
fn assert_unsettled(stage: &str, outcome: &HandOver) {
    match outcome {
        HandOver::Unsent(_) => assert_ne!(stage, ".", "{outcome:?}"),
        HandOver::Unknown(_) => assert_eq!(stage, ".", "{outcome:?}"),
        HandOver::Accepted(_) | HandOver::Refused(_) => panic!("{stage}: {outcome:?}"),
    }
}

fn code_of(stage: &str) -> &'static str {
    match stage {
        "" => "220",
        "DATA" => "354",
        _ => "250",
    }
}

#[tokio::test]
async fn c09_a_refusal_in_latin_1_is_a_refusal() {
    for (asked, stage) in [
        ("", SmtpStage::Greeting),
        ("EHLO", SmtpStage::Greeting),
        ("MAIL", SmtpStage::Sender),
        ("RCPT", SmtpStage::Recipient),
        ("DATA", SmtpStage::Content),
        (".", SmtpStage::Content),
    ] {
        let (outcome, _) = outcome(asked, b"550 5.1.1 <ann@example.com>: endere\xe7o inv\xe1lido\r\n").await;
        let HandOver::Refused(refusal) = outcome else { panic!("{asked}: {outcome:?}") };
        assert_eq!((refusal.stage, refusal.is_permanent()), (stage, true), "{asked}");
        assert_eq!(refusal.words, "550 5.1.1 <ann@example.com>: endereço inválido");
    }
    let (outcome, _) = outcome("RCPT", "550 5.1.1 endereço inválido — não\r\n").await;
    assert!(matches!(&outcome, HandOver::Refused(refusal) if refusal.words.ends_with("inválido — não")), "{outcome:?}");
}

#[tokio::test]
async fn c09_odd_text_in_a_good_answer_does_no_harm() {
    for stage in STAGES {
        let code = code_of(stage);
        for text in [
            &b"\r\n"[..],
            b" \r\n",
            b"\n",
            b" bare LF\n",
            b" two CR\r\r\n",
            b" a NUL \0 and an escape \x1b[31m\r\n",
            b" Bem-vindo, aqui \xe9 o servidor\r\n",
            b" \xff\xfe\x80\x81\r\n",
        ] {
            let (outcome, _) = outcome(stage, [code.as_bytes(), text].concat()).await;
            assert!(matches!(outcome, HandOver::Accepted(_)), "{stage} {text:?}: {outcome:?}");
        }
        let lines = format!("{code}-\r\n{code}-one {}\n{code}\r\n", "x".repeat(5_000));
        let (outcome, _) = outcome(stage, lines).await;
        assert!(matches!(outcome, HandOver::Accepted(_)), "{stage}: {outcome:?}");
    }
}

#[tokio::test]
async fn c09_a_refusal_needs_no_text() {
    for answer in ["550\r\n", "550 \r\n", "550-\r\n550\n"] {
        let (outcome, _) = outcome(".", answer).await;
        let HandOver::Refused(refusal) = outcome else { panic!("{answer:?}: {outcome:?}") };
        assert_eq!((refusal.stage, refusal.code, refusal.words.as_str()), (SmtpStage::Content, 550, "550"));
    }
    // Codes of a second digit that no RFC has do occur.
    let (outcome, _) = outcome("RCPT", "571 Delivery not authorized\r\n").await;
    assert!(matches!(&outcome, HandOver::Refused(refusal) if refusal.code == 571), "{outcome:?}");
}

#[tokio::test]
async fn c09_two_answers_where_one_belongs_end_the_conversation() {
    for stage in STAGES {
        for second in ["250 2.0.0 Ok\r\n", "550 5.1.1 No\r\n", "what?\r\n", "2"] {
            let (outcome, server) = outcome(stage, format!("{} One\r\n{second}", code_of(stage))).await;
            assert_unsettled(stage, &outcome);
            let mails = usize::from(stage == ".");
            assert_eq!(server.heard(|heard| (heard.connections, heard.mails)), (1, mails), "{stage} {second:?}");
            let asked = server.commands();
            assert!(asked.last().is_none_or(|last| stage == "." || last.starts_with(stage)), "{stage}: {asked:?}");
        }
    }
}

#[tokio::test]
async fn c09_what_is_not_one_reply_is_never_guessed_at() {
    for stage in STAGES {
        for answer in [
            "550-5.1.1 No\r\n250 Yes\r\n",
            "250-Yes\r\n550 5.1.1 No\r\n",
            "199 Early\r\n",
            "600 Late\r\n",
            "2500 Long\r\n",
            "25 Short\r\n",
            "25x Odd\r\n",
            "Welcome!\r\n",
            "HTTP/1.1 400 Bad Request\r\n\r\n",
            "\r\n",
            "\0\0\0\r\n",
            "\u{fb}\u{ff}\u{1f}\r\n",
        ] {
            let (outcome, server) = outcome(stage, answer).await;
            assert_unsettled(stage, &outcome);
            assert_eq!(server.heard(|heard| heard.connections), 1, "{stage} {answer:?}");
        }
    }
}

#[tokio::test]
async fn c09_an_answer_without_end_is_cut_short() {
    for stage in STAGES {
        for flood in [vec![b'2'; 64 << 20], format!("{}-x\r\n", code_of(stage)).repeat(1 << 22).into_bytes()] {
            let (outcome, server) = outcome(stage, flood).await;
            assert_unsettled(stage, &outcome);
            // No more than what the system itself takes on the way.
            let written = server.heard(|heard| heard.written);
            assert!(written < 16 << 20, "{stage}: {written}");
        }
    }
}

#[tokio::test]
async fn c09_an_answer_may_come_byte_by_byte() {
    let server = ByteServer { is_slow: true, ..ByteServer::default() };
    let mailer = mailer(server.start().await);
    for _ in 0..2 {
        assert_eq!(hand_over(&mailer).await, HandOver::Accepted("250 2.0.0 Ok".into()));
    }
    assert_eq!(server.heard(|heard| (heard.connections, heard.mails)), (1, 2));
}

#[tokio::test]
async fn c09_a_goodbye_may_come_at_any_time() {
    for stage in STAGES {
        let (outcome, _) = outcome(stage, b"421 4.3.2 Hor\xe1rio de manuten\xe7\xe3o\r\n").await;
        let HandOver::Refused(refusal) = outcome else { panic!("{stage}: {outcome:?}") };
        assert_eq!((refusal.stage, refusal.is_permanent()), (SmtpStage::Greeting, false), "{stage}");
        assert!(refusal.words.starts_with("421 4.3.2 Horário"), "{}", refusal.words);

        // Behind an answer it takes nothing back; before the message it leaves a mail to be tried again.
        let (outcome, server) = self::outcome(stage, format!("{} Ok\r\n421 Bye\r\n", code_of(stage))).await;
        match outcome {
            HandOver::Accepted(_) => assert_eq!(stage, "."),
            HandOver::Refused(refusal) => assert_eq!((refusal.code, server.heard(|heard| heard.mails)), (421, 0)),
            other => panic!("{stage}: {other:?}"),
        }
    }
    // And then the connection is not used again.
    let server = ByteServer::default().says(".", "250 Ok\r\n421 Enough\r\n");
    let mailer = mailer(server.start().await);
    for connections in 1..=3 {
        assert!(matches!(hand_over(&mailer).await, HandOver::Accepted(_)));
        assert_eq!(server.heard(|heard| heard.connections), connections);
    }
}

#[tokio::test]
async fn c09_a_refusal_in_the_middle_of_a_message_is_heard() {
    let (outcome, server) = outcome("first line", "552 5.3.4 Too big\r\n").await;
    let HandOver::Refused(refusal) = outcome else { panic!("{outcome:?}") };
    assert_eq!((refusal.stage, refusal.words.as_str()), (SmtpStage::Content, "552 5.3.4 Too big"));
    assert!(
        !server.commands().iter().any(|command| command == "RSET"),
        "it would have been read as a line of the mail"
    );
}

#[tokio::test]
async fn b08_a_server_is_greeted_with_the_ascii_form_of_our_name() {
    for (base_url, hello) in [
        ("https://bücher.example/plan", "EHLO xn--bcher-kva.example"),
        ("http://127.0.0.1:3000", "EHLO [127.0.0.1]"),
        ("http://[::1]:3000", "EHLO [IPv6:::1]"),
    ] {
        let server = ByteServer::default();
        let url = format!("smtp://{}", server.start().await);
        let mailer = server::mailer::Mailer::smtp(&url, base_url).expect("a good URL");
        assert!(matches!(hand_over(&mailer).await, HandOver::Accepted(_)));
        assert_eq!(server.commands()[0], hello);
    }
}
