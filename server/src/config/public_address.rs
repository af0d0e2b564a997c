//! How the installation is called from outside: the public address, and the names that it answers to.

use std::net::{IpAddr, SocketAddr};

use axum::http::uri::Authority;

use super::list;

/// Checks `CALLBOARD_BASE_URL`; without it, links begin with the address listened on. No slash at the end.
pub(super) fn base_url(given: Option<&str>, addr: Option<SocketAddr>) -> Result<String, String> {
    let Some(text) = given.filter(|text| !text.is_empty()) else {
        return Ok(addr.map_or_else(String::new, |addr| format!("http://{addr}")));
    };
    match url::Url::parse(text) {
        Ok(url)
            if matches!(url.scheme(), "http" | "https")
                && url.host().is_some()
                && url.path() == "/"
                && url.query().is_none() =>
        {
            Ok(text.trim_end_matches('/').to_owned())
        }
        _ => Err(format!(
            "expected http(s):// and a host without a path, such as https://callboard.example, got “{text}”"
        )),
    }
}

/// Whether a base URL leads to this machine and nowhere else.
pub(super) fn is_local(base_url: &str) -> bool {
    let url = url::Url::parse(base_url).ok();
    url.as_ref()
        .and_then(url::Url::host_str)
        .is_some_and(|host| Name::parse(host).is_some_and(|name| name.is_loopback()))
}

/// Checks `CALLBOARD_ALLOWED_HOSTS`.
pub(super) fn allowed_hosts(text: &str) -> Result<Vec<Name>, String> {
    let name = |part: &String| {
        Name::parse(part).ok_or_else(|| {
            format!(
                "expected names of hosts, comma-separated, such as callboard.lan or callboard.lan:3000, got “{part}”"
            )
        })
    };
    list(Some(text)).iter().map(name).collect()
}

/// A host as a request calls it: lower case, and its port if it named one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// Without brackets and without a dot at the end.
    host: String,
    port: Option<u16>,
}

impl Name {
    /// Returns the name in a `Host` header (RFC 9110, section 7.2); `None` for what is none.
    pub fn parse(text: &str) -> Option<Self> {
        let authority: Authority = text.parse().ok().filter(|_| !text.contains('@'))?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
        let port = authority.port();
        // A port that is none, such as the 99999 of an odd client.
        if host.is_empty() || (port.is_none() && authority.as_str().len() > authority.host().len() + 1) {
            return None;
        }
        Some(Self { host: host.to_ascii_lowercase(), port: port.map(|port| port.as_u16()) })
    }

    /// The host of a URL; its port does not matter, since a proxy in front may have another.
    fn of_url(url: &str) -> Option<Self> {
        Self::parse(url::Url::parse(url).ok()?.host_str()?)
    }

    fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
    }

    /// Whether the other one is meant by this one, which may leave the port open.
    fn covers(&self, other: &Self) -> bool {
        self.host == other.host && (self.port.is_none() || self.port == other.port)
    }
}

/// Whether an installation answers to this name: that of its public address, this machine's own with the port listened on,
/// or one that the settings allow. Any other may be a stranger's name that leads here, by which pages of theirs would read
/// ours.
pub(super) fn answers_to(name: &Name, base_url: &str, addr: SocketAddr, allowed: &[Name]) -> bool {
    let listening = Name { host: addr.ip().to_string(), port: Some(addr.port()) };
    Name::of_url(base_url).is_some_and(|public| public.covers(name))
        || listening == *name
        || (name.is_loopback() && name.port.unwrap_or(80) == addr.port())
        || allowed.iter().any(|allowed| allowed.covers(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d15_only_known_names_are_answered_to() {
        let allowed = allowed_hosts("proxy.lan, other.lan:8080").expect("names");
        let answers = |host: &str| {
            let addr = SocketAddr::from(([10, 0, 0, 5], 3000));
            Name::parse(host).is_some_and(|name| answers_to(&name, "https://callboard.example:8443", addr, &allowed))
        };
        for known in [
            "callboard.example:8443",
            "callboard.example",
            "CALLBOARD.Example.",
            "10.0.0.5:3000",
            "localhost:3000",
            "127.0.0.1:3000",
            "[::1]:3000",
            "proxy.lan",
            "proxy.lan:99",
            "other.lan:8080",
        ] {
            assert!(answers(known), "{known}");
        }
        for unknown in [
            "",
            "evil.example",
            "callboard.example.evil.example",
            "evilcallboard.example",
            "localhost",
            "localhost:80",
            "localhost:3001",
            "localhost.evil.example:3000",
            "10.0.0.6:3000",
            "other.lan",
            "a@callboard.example",
            "callboard.example:x",
            "callboard.example:99999",
            "callboard.example/x",
            "callboard example",
        ] {
            assert!(!answers(unknown), "{unknown}");
        }
    }

    #[test]
    fn d15_a_local_address_leads_nowhere_else() {
        for local in ["http://127.0.0.1:3000", "http://localhost", "http://[::1]:3000", "https://127.9.9.9"] {
            assert!(is_local(local), "{local}");
        }
        for public in
            ["http://0.0.0.0:3000", "https://callboard.example", "http://192.168.1.5", "http://localhost.example"]
        {
            assert!(!is_local(public), "{public}");
        }
    }
}
