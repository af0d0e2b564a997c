//! The mail as it leaves, read as a mail client would.

use mail_parser::{MessageParser, MimeHeaders};
use proptest::prelude::*;

use super::*;
use crate::mailer::AccountMailKind;
use crate::provider::{RESEND, SMTP};

fn to(address: &str) -> RecipientAddress {
    RecipientAddress::parse(address).expect("a good address")
}

fn header() -> MailHeader {
    MailHeader {
        provider: &RESEND,
        from: Sender::parse("Callboard <callboard@callboard.test>").expect("a sender"),
        to: to("ann@example.com"),
        subject: subject(EmailKind::ShareLink, "Oliveira & Reis wedding", "").expect("a subject"),
        message_id: "m1@callboard.example".into(),
        reference: "ref1".into(),
        written_at: Timestamp(1_795_435_200_000),
    }
}

fn share_link() -> Invite {
    Invite {
        first_name: "Ann".into(),
        sender: "Marta Silva".into(),
        venue: "Quinta das Flores".into(),
        event: "Oliveira & Reis wedding".into(),
        date: "Sat 12 Dec 2026".into(),
        place: Some("Orangery, 1 Garden Road".into()),
        link: "https://callboard.example/v/zwzBW8pDk5X0_L2S-9sQ7vJxq3mGZ0d1n4uR6tYeHcA".into(),
        asks: false,
    }
}

/// The mail that only asks.
fn rsvp_invite() -> Invite {
    Invite { link: "https://callboard.example/rsvp/zwzBW8pDk5X0_L2S-9sQ7vJxq3mGZ0d1n4uR6tYeHcA".into(), ..asking() }
}

/// The mail with a share link while the event collects answers.
fn asking() -> Invite {
    Invite { asks: true, ..share_link() }
}

fn build(header: &MailHeader, mail: Invite) -> Message {
    Message::build(header, &Outgoing::ShareLink(mail)).expect("a message")
}

fn source(header: &MailHeader, mail: Invite) -> String {
    String::from_utf8(build(header, mail).bytes).expect("ASCII")
}

/// The header block, the text and the HTML, decoded as a mail client would.
fn read(source: &str) -> (String, String, String) {
    let mail = MessageParser::default().parse(source).expect("a mail");
    assert_eq!(mail.attachment_count(), 0);
    assert!(mail.parts.iter().all(|part| part.content_id().is_none()));
    let headers = source.split("\r\n\r\n").next().unwrap_or_default().to_owned();
    (headers, mail.body_text(0).expect("text").into_owned(), mail.body_html(0).expect("HTML").into_owned())
}

#[test]
fn the_mail_as_it_leaves() {
    insta::assert_snapshot!(source(&header(), share_link()).replace("\r\n", "\n"));
}

/// Text and HTML of a mail as a mail client reads them.
fn bodies(outgoing: &Outgoing, kind: EmailKind) -> String {
    let subject = subject(kind, "Oliveira & Reis wedding", "Stage plot").expect("a subject");
    let built = Message::build(&MailHeader { subject: subject.clone(), ..header() }, outgoing).expect("a message");
    let (_, text, html) = read(&String::from_utf8(built.bytes).expect("ASCII"));
    format!("{subject}\n\n{text}\n{html}").replace("\r\n", "\n")
}

#[test]
fn a_share_link_asks_too_while_the_event_collects_answers() {
    let asking = bodies(&Outgoing::ShareLink(asking()), EmailKind::ShareLink);
    insta::assert_snapshot!(asking);
    assert_eq!(asking.matches("Can you make it?").count(), 2);
    let silent = bodies(&Outgoing::ShareLink(share_link()), EmailKind::ShareLink);
    assert!(!silent.contains("make it") && !silent.contains("ccept"), "{silent}");
}

#[test]
fn the_mail_that_only_asks() {
    let mail = bodies(&Outgoing::RsvpInvite(rsvp_invite()), EmailKind::RsvpInvite);
    insta::assert_snapshot!(mail);
    assert!(!mail.contains("run of show"), "{mail}");
    assert_eq!(mail.matches("http").count(), 4, "only the link: in the text, as two targets and as text: {mail}");
}

fn rejection() -> Rejection {
    Rejection {
        first_name: "Ann".into(),
        sender: "Marta Silva".into(),
        venue: "Quinta das Flores".into(),
        event: "Oliveira & Reis wedding".into(),
        request: "Stage plot".into(),
        file: "plot-final.pdf".into(),
        note: "The drums are missing.\n\nPlease mark the power too, <16 A>.".into(),
        link: share_link().link,
    }
}

#[test]
fn the_mail_that_a_file_was_not_taken() {
    let mail = bodies(&Outgoing::UploadRejection(rejection()), EmailKind::UploadRejection);
    insta::assert_snapshot!(mail);
    assert!(mail.starts_with("Oliveira & Reis wedding: please re-send Stage plot\n"), "{mail}");
    assert_eq!(mail.matches("http").count(), 4, "only the link: in the text, as two targets and as text: {mail}");
}

#[test]
fn a_long_note_keeps_its_lines_and_all_its_words() {
    let note = format!("{}\n{}", "a ".repeat(250), "é".repeat(500));
    let mail = bodies(&Outgoing::UploadRejection(Rejection { note, ..rejection() }), EmailKind::UploadRejection);
    assert_eq!(mail.matches(&"é".repeat(500)).count(), 2, "{mail}");
    assert_eq!(mail.matches(" a a a a").count(), 2 * 62, "{mail}");
}

#[test]
fn our_reference_travels_in_the_providers_header() {
    assert!(source(&header(), share_link()).contains("\r\nResend-Idempotency-Key: ref1\r\n"));
    let plain = source(&MailHeader { provider: &SMTP, ..header() }, share_link());
    assert!(plain.contains("\r\nX-Callboard-Ref: ref1\r\n") && !plain.contains("Resend"));
}

#[test]
fn the_same_email_is_always_the_same_bytes() {
    assert_eq!(source(&header(), share_link()), source(&header(), share_link()));
}

#[test]
fn the_link_is_the_real_one_and_nothing_is_fetched() {
    let (_, text, html) = read(&source(&header(), share_link()));
    let link = share_link().link;
    assert!(text.contains(&format!("\n{link}\n")) || text.contains(&format!("\r\n{link}\r\n")), "{text}");
    assert_eq!(html.matches(&format!("href=\"{link}\"")).count(), 2);
    assert_eq!(html.matches("http").count(), 3, "only the link, as two targets and as text: {html}");
    for fetching in ["<img", "src=", "url(", "<link", "@import", "<script", "background="] {
        assert!(!html.contains(fetching), "{fetching}");
    }
}

#[test]
fn hostile_names_stay_words() {
    let hostile = Invite {
        first_name: "Ann\r\nBcc: eve@example.com\r\n\r\n<script>alert(1)</script>".into(),
        sender: "\"><img src=https://evil.example/p.gif>".into(),
        venue: "{{ link }} & \u{202e}moc.live".into(),
        event: "Gala\r\n.\r\nMAIL FROM:<eve@example.com>".into(),
        place: Some("</p><a href='https://evil.example'>here</a>".into()),
        ..asking()
    };
    for outgoing in [Outgoing::ShareLink(hostile.clone()), Outgoing::RsvpInvite(hostile)] {
        assert_words_alone(&outgoing);
    }
}

fn assert_words_alone(outgoing: &Outgoing) {
    let header = MailHeader { subject: "Gala\r\nBcc: eve@example.com\u{202e}".into(), ..header() };
    let bytes = String::from_utf8(Message::build(&header, outgoing).expect("a message").bytes).expect("ASCII");
    let (headers, text, html) = read(&bytes);
    assert!(!headers.lines().any(|line| line.to_ascii_lowercase().starts_with("bcc")), "{headers}");
    assert_eq!(
        MessageParser::default().parse(&bytes).and_then(|mail| mail.subject().map(str::to_owned)).as_deref(),
        Some("Gala Bcc: eve@example.com")
    );
    assert!(!bytes.contains("\r\n.\r\n"));
    for tag in ["<script", "<img", "href='https://evil", "\u{202e}"] {
        assert!(!html.contains(tag), "{tag}: {html}");
    }
    assert!(html.contains("&#60;script&#62;") || html.contains("&lt;script&gt;"), "{html}");
    assert!(text.contains("<script>alert(1)</script>"), "plain text is not HTML-escaped: {text}");
    assert!(text.contains("{{ link }} & moc.live"), "{text}");
}

/// One of an account's own mails, to somebody of this name.
fn account(kind: AccountMailKind, name: &str) -> Message {
    let secret = match kind {
        AccountMailKind::Welcome | AccountMailKind::Code => "012345",
        _ => "https://callboard.example/reset/zwzBW8pDk5X0_L2S-9sQ7vJxq3mGZ0d1n4uR6tYeHcA",
    };
    let mail = AccountMail {
        kind,
        name: name.into(),
        secret: secret.into(),
        sign_in: "https://callboard.example/sign-in".into(),
        forgot: "https://callboard.example/forgot".into(),
    };
    let header = MailHeader { subject: kind.subject().into(), ..header() };
    Message::build(&header, &Outgoing::Account(mail)).expect("a message")
}

#[test]
fn an_accounts_own_mails_as_they_leave() {
    for kind in AccountMailKind::ALL {
        let source = String::from_utf8(account(kind, "Mira Okafor").bytes).expect("ASCII");
        insta::assert_snapshot!(format!("account_{}", kind.code()), source.replace("\r\n", "\n"));
    }
}

#[test]
fn an_accounts_own_mails_say_nothing_that_a_stranger_wrote() {
    for name in [
        "Mira\r\nBcc: eve@example.com\r\n\r\n<script>alert(1)</script>",
        "\"><img src=https://evil.example/p.gif>",
        "win at evil.example",
        "</p><a href='https://evil.example'>here</a>",
        "{{ letter.why }} \u{202e}moc.live",
    ] {
        for kind in AccountMailKind::ALL {
            let source = String::from_utf8(account(kind, name).bytes).expect("ASCII");
            let (headers, text, html) = read(&source);
            assert!(!headers.lines().any(|line| line.to_ascii_lowercase().starts_with("bcc")), "{headers}");
            for body in [&text, &html] {
                assert!(
                    !body.contains("evil.example") && !body.contains("<script") && !body.contains('\u{202e}'),
                    "{body}"
                );
            }
            for fetching in ["<img", "src=", "url(", "<link", "@import", "<script", "background="] {
                assert!(!html.contains(fetching), "{fetching}: {html}");
            }
            for (place, _) in html.match_indices("http") {
                assert!(html[place..].starts_with("https://callboard.example/"), "{html}");
            }
            let code = matches!(kind, AccountMailKind::Welcome | AccountMailKind::Code);
            assert_eq!(text.contains("012345") && html.contains("012345"), code);
            assert!(!headers.contains("012345"), "subjects stand on locked screens");
        }
    }
}

#[test]
fn international_domains_travel_in_ascii() {
    let mail = build(&MailHeader { to: to("Ann@bücher.example"), ..header() }, share_link());
    assert_eq!(mail.envelope.to.to_string(), "Ann@xn--bcher-kva.example");
    assert!(mail.bytes.is_ascii());
}

#[test]
fn letters_before_the_at_stay_as_they_are_written() {
    let mail = build(&MailHeader { to: to("zo\u{eb}@example.com"), ..header() }, share_link());
    assert_eq!(mail.envelope.to.to_string(), "zo\u{eb}@example.com");
    assert!(
        String::from_utf8_lossy(&mail.bytes).contains("\r\nTo: zo\u{eb}@example.com\r\n"),
        "{}",
        String::from_utf8_lossy(&mail.bytes)
    );
}

/// What a mail client shows: the subject, the sender's name, and the address it went to.
fn shown(bytes: &[u8]) -> (String, Option<String>, String) {
    let mail = MessageParser::default().parse(bytes).expect("a mail");
    let from = mail.from().and_then(|from| from.first()).expect("a sender");
    let to = mail.to().and_then(|to| to.first()?.address()).expect("a recipient");
    (mail.subject().unwrap_or_default().to_owned(), from.name().map(str::to_owned), to.to_owned())
}

/// Text with what could be taken for an encoded word.
fn tricky() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<String>(),
        "[ -~]{0,80}",
        Just("=?utf-8?q?x?=".to_owned()),
        Just("=?utf-8?b?4pyT?= =?".to_owned()),
        Just("?=".to_owned()),
        Just(" ".to_owned()),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

#[test]
fn c12_an_event_that_looks_like_an_encoded_word_arrives_as_it_is_called() {
    for event in ["=?utf-8?q?x?=", "Zoë & =?utf-8?q?x?= ", "=?=", "a=?utf-8?q?x?=b"] {
        let subject = subject(EmailKind::ShareLink, event, "").expect("a subject");
        let mail = build(&MailHeader { subject: subject.clone(), ..header() }, share_link());
        assert_eq!(shown(&mail.bytes).0, subject);
        assert!(subject.starts_with(event.trim()), "{subject}");
    }
    let from = Sender::parse("=?utf-8?q?x?= <mail@venue.example>").expect("a sender");
    let mail = build(&MailHeader { from, ..header() }, share_link());
    assert_eq!(shown(&mail.bytes).1.as_deref(), Some("=?utf-8?q?x?="));
}

proptest! {
    #[test]
    fn c12_subjects_and_names_arrive_letter_by_letter(event in tricky(), name in tricky(), venue in tricky()) {
        let subject = subject(EmailKind::ShareLink, &event, "").expect("a subject");
        let mail = Invite { event: event.clone(), venue: venue.clone(), ..share_link() };
        // A sender has no control characters, and no brackets but those around the address.
        let name: String = name.chars().filter(|c| !c.is_control() && !"<>".contains(*c)).collect();
        let from = Sender::parse(&format!("{name} <mail@venue.example>")).expect("a sender");
        let expected = from.mailbox().name.clone();
        let mail = build(&MailHeader { subject: subject.clone(), from, ..header() }, mail);
        prop_assert_eq!(shown(&mail.bytes), (subject, expected, "ann@example.com".to_owned()));
        let parsed = MessageParser::default().parse(&mail.bytes).expect("a mail");
        let text = parsed.body_text(0).expect("text").into_owned();
        for typed in [&event, &venue] {
            prop_assert!(text.contains(&line(typed)), "{:?} in {}", typed, text);
        }
        let header = mail.bytes.split(|byte| *byte == b'\n').take_while(|line| *line != b"\r");
        prop_assert!(header.into_iter().all(|line| line.is_ascii() && line.len() < 1_000));
    }

    /// The generator of addresses is the one that the rule itself is tested with.
    #[test]
    fn b07_what_the_rule_accepts_can_be_mailed(typed in "\\PC{1,20}@(\\w{1,9}\\.){1,3}\\w{2,5}|[\\p{L}\\p{M}\\p{N}.+_-]{1,30}@[\\p{L}\\p{M}]{1,9}[.。]com") {
        let Ok(address) = RecipientAddress::parse(&typed) else { return Ok(()) };
        let mail = build(&MailHeader { to: address.clone(), ..header() }, share_link());
        let wanted = format!("{}@{}", address.local(), address.ascii_domain());
        prop_assert_eq!(mail.envelope.to.to_string(), wanted.clone());
        prop_assert!(!wanted.contains(|c: char| c.is_whitespace() || c.is_control() || "<>".contains(c)));
        prop_assert!(wanted.len() <= 254 && address.local().len() <= 64);
        let source = String::from_utf8(mail.bytes).expect("UTF-8");
        prop_assert!(source.contains(&format!("\r\nTo: {wanted}\r\n")), "{}", source);
        prop_assert_eq!(source.is_ascii(), address.local().is_ascii(), "else it needs SMTPUTF8");
        if address.local().is_ascii() {
            prop_assert!(Address::new(address.local(), address.ascii_domain()).is_ok(), "{}", wanted);
        }
    }
}

#[test]
fn b07_letters_of_any_script_can_be_mailed() {
    for address in
        ["हिन्दी@example.com", "ไทยดีมาก@example.com", "نورة@example.com", "用户@例子.example", "o'neil+x@example.com"]
    {
        let mail = build(&MailHeader { to: to(address), ..header() }, share_link());
        assert!(mail.envelope.to.to_string().starts_with(address.split('@').next().unwrap_or_default()));
    }
}

#[test]
fn b08_a_sender_of_an_international_domain_is_written_in_ascii() {
    let from = Sender::parse("Bücher & Co <kasse@bücher.example>").expect("a sender");
    assert_eq!(from.domain(), "xn--bcher-kva.example");
    let mail = build(&MailHeader { from, ..header() }, share_link());
    assert!(mail.bytes.is_ascii(), "so that no server needs SMTPUTF8 for it");
    assert_eq!(mail.envelope.from.to_string(), "kasse@xn--bcher-kva.example");
    let source = String::from_utf8(mail.bytes).expect("ASCII");
    assert!(source.contains("<kasse@xn--bcher-kva.example>\r\n"), "{source}");
}

/// Every kind of mail that there is, from and to people of this name, with whether it asks whether somebody comes.
fn every_kind(name: &str) -> Vec<(String, Message, bool)> {
    let invite = Invite {
        first_name: name.into(),
        sender: name.into(),
        venue: name.into(),
        event: name.into(),
        place: Some(name.into()),
        ..share_link()
    };
    let mut mails = Vec::new();
    for kind in EmailKind::ALL {
        let outgoing = match kind {
            EmailKind::ShareLink => vec![
                (Outgoing::ShareLink(invite.clone()), false),
                (Outgoing::ShareLink(Invite { asks: true, ..invite.clone() }), true),
            ],
            EmailKind::RsvpInvite => vec![(Outgoing::RsvpInvite(Invite { asks: true, ..invite.clone() }), true)],
            EmailKind::UploadRejection => vec![(
                Outgoing::UploadRejection(Rejection {
                    first_name: name.into(),
                    sender: name.into(),
                    venue: name.into(),
                    event: name.into(),
                    request: name.into(),
                    file: name.into(),
                    note: name.into(),
                    ..rejection()
                }),
                false,
            )],
        };
        for (outgoing, asks) in outgoing {
            let header = MailHeader { subject: subject(kind, name, name).expect("it can be built"), ..header() };
            let message = Message::build(&header, &outgoing).expect("a message");
            mails.push((format!("{} {asks}", kind.code()), message, asks));
        }
    }
    mails.extend(AccountMailKind::ALL.map(|kind| (kind.code().to_owned(), account(kind, name), false)));
    mails
}

/// The names of the elements that HTML opens or closes.
fn tags(html: &str) -> std::collections::BTreeSet<&str> {
    html.split('<')
        .skip(1)
        .map(|tag| tag.trim_start_matches('/').split([' ', '>']).next().unwrap_or_default())
        .collect()
}

#[test]
fn every_kind_of_mail_fetches_nothing_leads_nowhere_else_and_asks_exactly_when_it_is_to() {
    let plain = ["!doctype", "html", "head", "meta", "title", "body", "div", "p", "bdi", "strong", "a", "br", "hr"];
    for name in [
        "Ann",
        "Ann\r\nBcc: eve@example.com\r\n\r\n<script>alert(1)</script>",
        "\"><img src=https://evil.example/p.gif>",
        "</p><a href='https://evil.example'>here</a>",
        "{{ mail.link }} {% include \"x\" %} \u{202e}moc.live",
        "",
        "\u{200b}\0",
        "=?utf-8?q?x?= 🎉 نورة",
    ] {
        let mails = every_kind(name);
        assert_eq!(mails.len(), 4 + AccountMailKind::ALL.len());
        for (kind, message, asks) in mails {
            let source = String::from_utf8(message.bytes).expect("ASCII");
            let (headers, text, html) = read(&source);
            assert_eq!(
                headers.lines().filter(|line| line.to_ascii_lowercase().starts_with("bcc")).count(),
                0,
                "{kind}"
            );
            let odd: Vec<_> = tags(&html).into_iter().filter(|tag| !plain.contains(tag)).collect();
            assert!(odd.is_empty(), "{kind}, {name:?}: {odd:?} in {html}");
            let links: Vec<_> = html.split("<a ").skip(1).collect();
            for link in &links {
                assert!(link.starts_with("href=\"https://callboard.example/"), "{kind}, {name:?}: {link}");
            }
            for style in html.split("style=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(!style.contains("url") && !style.contains("image"), "{kind}: {style}");
            }
            assert!(!html.contains('\u{202e}') && !text.contains('\u{202e}'), "{kind}");
            let asked = [&text, &html].map(|body| body.contains("ccept or decline"));
            assert_eq!(asked, [asks; 2], "{kind}, {name:?}: {text}");
            // The link that people see is the one that they follow.
            let shown: Vec<_> = text.split_whitespace().filter(|word| word.starts_with("https://callboard")).collect();
            for link in shown {
                assert!(html.contains(&format!("href=\"{link}\"")), "{kind}: {link}");
            }
        }
    }
}
