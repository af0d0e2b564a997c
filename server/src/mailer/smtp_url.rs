//! The mail server's address as one URL: how to reach it, whom to be, and how much of it must be encrypted.

use std::borrow::Cow;
use std::net::IpAddr;

use percent_encoding::percent_decode_str;
use url::Url;

/// Where the outbox hands over.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct SmtpUrl {
    pub security: Security,
    pub host: String,
    pub port: u16,
    /// User and password.
    pub credentials: Option<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Security {
    /// `smtp://`: nothing is encrypted, so no password may travel beyond this machine.
    Clear,
    /// `smtps://`: TLS from the first byte.
    Implicit,
    /// `smtp+starttls://`: a server that does not offer TLS gets nothing.
    StartTls,
}

/// Whether a mail server can be reached by this URL; if not, a sentence on what was expected, without the password.
pub fn check_smtp_url(url: &str) -> Result<(), String> {
    SmtpUrl::parse(url).map(drop)
}

impl SmtpUrl {
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| {
            format!("expected a URL such as smtps://user:password@smtp.example.com, but it cannot be read: {error}")
        })?;
        let (security, default_port) = match url.scheme() {
            "smtp" => (Security::Clear, 25),
            "smtps" => (Security::Implicit, 465),
            "smtp+starttls" => (Security::StartTls, 587),
            other => return Err(format!("expected smtp://, smtps:// or smtp+starttls://, got {other}://")),
        };
        let Some(host) = url.host_str().filter(|host| !host.is_empty()) else {
            return Err("expected the mail server's name, as in smtps://user:password@smtp.example.com".into());
        };
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err("expected nothing after the mail server's name and port; encode #, ? and / in a password as \
                        %23, %3F and %2F"
                .into());
        }
        let decoded = |part: &str| {
            percent_decode_str(part)
                .decode_utf8()
                .map(Cow::into_owned)
                .map_err(|_| "expected user and password in UTF-8, percent-encoded".to_owned())
        };
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            (user, Some(password)) if !user.is_empty() && !password.is_empty() => {
                Some((decoded(user)?, decoded(password)?))
            }
            _ => return Err("expected both a user and a password, or neither".into()),
        };
        let host = in_ascii(host).ok_or_else(|| format!("expected the mail server's name, got {host}"))?;
        if security == Security::Clear && credentials.is_some() && !is_loopback(&host) {
            return Err(
                "expected smtps:// or smtp+starttls://, since smtp:// would send the password unencrypted".into()
            );
        }
        Ok(Self { security, host, port: url.port().unwrap_or(default_port), credentials })
    }
}

/// The name as the DNS knows it. Only for the web's own schemes does the URL's reader do this.
fn in_ascii(host: &str) -> Option<String> {
    let host = percent_decode_str(host).decode_utf8().ok()?;
    let host = url::Host::parse(&host).ok()?.to_string();
    Some(host.trim_start_matches('[').trim_end_matches(']').to_owned())
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> SmtpUrl {
        SmtpUrl::parse(text).expect("a good URL")
    }

    #[test]
    fn each_scheme_has_its_port_and_security() {
        for (text, security, port) in [
            ("smtp://mail.example", Security::Clear, 25),
            ("smtps://mail.example", Security::Implicit, 465),
            ("smtp+starttls://mail.example/", Security::StartTls, 587),
            ("smtps://mail.example:2465", Security::Implicit, 2465),
        ] {
            let url = parsed(text);
            assert_eq!((url.security, url.port, url.host.as_str()), (security, port, "mail.example"));
            assert!(url.credentials.is_none());
        }
        assert_eq!(parsed("smtp://[::1]:2525").host, "::1");
        assert_eq!(parsed("smtps://mail_1:25").host, "mail_1");
        assert_eq!(parsed("smtps://post.bücher.example").host, "post.xn--bcher-kva.example");
    }

    #[test]
    fn user_and_password_are_percent_decoded() {
        let url = parsed("smtps://ann%40venue.example:p%3Ass%2Fw+rd@mail.example");
        assert_eq!(url.credentials, Some(("ann@venue.example".into(), "p:ss/w+rd".into())));
    }

    #[test]
    fn a_password_is_never_sent_in_clear_beyond_this_machine() {
        assert!(check_smtp_url("smtp://user:secret@mail.example").is_err());
        assert!(check_smtp_url("smtp://user:secret@127.0.0.1:2525").is_ok());
        assert!(check_smtp_url("smtp://user:secret@localhost").is_ok());
    }

    #[test]
    fn wrong_urls_are_explained_without_the_password() {
        for wrong in [
            "",
            "mail.example",
            "http://user:secret@mail.example",
            "smtps://",
            "smtps://user@mail.example",
            "smtps://:secret@mail.example",
            "smtps://user:secret@mail.example/inbox",
            "smtps://user:secret@mail.example?tls=no",
            "smtps://user:secret@mail.example:99999",
            "smtps://user:se%FFcret@mail.example",
            "smtps://user:secret@mail%FF.example",
        ] {
            let sentence = check_smtp_url(wrong).expect_err(wrong);
            assert!(sentence.starts_with("expected ") && !sentence.contains("secret"), "{sentence}");
        }
    }
}
