//! Over TLS, with a certificate of its own: what goes out only then, and what must not slip in before.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use server::mailer::{HandOver, Mailer, SmtpStage};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{RootCertStore, ServerConfig, crypto};

use super::{ByteServer, hand_over};

/// A server with a certificate for `localhost`, and who may vouch for it.
fn encrypted() -> (ByteServer, RootCertStore) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .expect("a good certificate");
    let mut authorities = RootCertStore::empty();
    authorities.add(certificate).expect("a good certificate");
    (ByteServer { acceptor: Some(TlsAcceptor::from(Arc::new(config))), ..ByteServer::default() }, authorities)
}

async fn mailer(server: &ByteServer, scheme: &str, authorities: RootCertStore) -> Mailer {
    let port = server.start().await.port();
    let url = format!("{scheme}://ann:p%C3%A4ss@localhost:{port}");
    Mailer::smtp_trusting(&url, "https://callboard.example", authorities).expect("a good URL")
}

#[tokio::test]
async fn c09_starttls_signs_in_and_sends_only_over_the_encrypted_way() {
    let (server, authorities) = encrypted();
    let mailer = mailer(&server, "smtp+starttls", authorities).await;
    for _ in 0..2 {
        assert!(matches!(hand_over(&mailer).await, HandOver::Accepted(_)));
    }
    let secret = STANDARD.encode("\0ann\0päss");
    let begun: Vec<String> = server.commands().into_iter().take(5).collect();
    let hello = "EHLO callboard.example";
    let mail = "MAIL FROM:<callboard@callboard.test>";
    assert_eq!(begun, [hello, "STARTTLS", hello, &format!("AUTH PLAIN {secret}"), mail]);
    assert_eq!(server.heard(|heard| (heard.connections, heard.mails)), (1, 2));
}

#[tokio::test]
async fn c09_tls_from_the_first_byte() {
    let (server, authorities) = encrypted();
    let server = ByteServer { is_implicit: true, ..server }.says("EHLO", "250-mx\r\n250-auth=login\r\n250 x\r\n");
    let server = server.says("AUTH", "334 VXNlcm5hbWU6\r\n").says("else", "235 Welcome\r\n");
    let mailer = mailer(&server, "smtps", authorities).await;
    assert!(matches!(hand_over(&mailer).await, HandOver::Accepted(_)));
    assert_eq!(server.commands()[1..3], ["AUTH LOGIN".to_owned(), STANDARD.encode("ann")]);
}

#[tokio::test]
async fn c09_what_slips_in_before_encryption_ends_the_conversation() {
    for injected in ["250-mx\r\n250 AUTH PLAIN\r\n", "421 Bye\r\n", "\0"] {
        let (server, authorities) = encrypted();
        let server = server.says("STARTTLS", format!("220 Go ahead\r\n{injected}"));
        let outcome = hand_over(&mailer(&server, "smtp+starttls", authorities).await).await;
        assert!(matches!(outcome, HandOver::Unsent(_)), "{injected:?}: {outcome:?}");
        assert_eq!(server.commands(), ["EHLO callboard.example", "STARTTLS"]);
    }
}

#[tokio::test]
async fn c09_a_certificate_that_nobody_vouches_for_gets_nothing() {
    for scheme in ["smtps", "smtp+starttls"] {
        let (server, _) = encrypted();
        let server = ByteServer { is_implicit: scheme == "smtps", ..server };
        let port = server.start().await.port();
        let url = format!("{scheme}://ann:secret@localhost:{port}");
        let outcome = hand_over(&Mailer::smtp(&url, "https://callboard.example").expect("a good URL")).await;
        let HandOver::Unsent(reason) = outcome else { panic!("{outcome:?}") };
        assert!(reason.starts_with("no encrypted connection to the mail server"), "{reason}");
        assert!(!server.commands().iter().any(|command| command.contains("AUTH")));
    }
}

#[tokio::test]
async fn c09_a_wrong_password_is_refused_for_good() {
    let (server, authorities) = encrypted();
    let server = server.says("AUTH", b"535 5.7.8 Usu\xe1rio ou senha inv\xe1lidos\r\n");
    let outcome = hand_over(&mailer(&server, "smtp+starttls", authorities).await).await;
    let HandOver::Refused(refusal) = outcome else { panic!("{outcome:?}") };
    assert_eq!((refusal.stage, refusal.is_permanent()), (SmtpStage::Greeting, true));
    assert_eq!(refusal.words, "535 5.7.8 Usuário ou senha inválidos");
}
