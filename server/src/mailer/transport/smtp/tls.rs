//! Encryption of the way to the mail server: TLS 1.2 or later, and a certificate that names the server.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

pub(super) struct Tls {
    connector: TlsConnector,
    server: ServerName<'static>,
}

impl Tls {
    /// To a server of this name, with a certificate by one of these authorities.
    pub fn new(host: &str, authorities: RootCertStore) -> Result<Self, String> {
        let server = ServerName::try_from(host.to_owned())
            .map_err(|_| format!("expected the mail server's name as it stands in its certificate, got {host}"))?;
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(authorities)
            .with_no_client_auth();
        Ok(Self { connector: TlsConnector::from(Arc::new(config)), server })
    }

    pub async fn connect<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: S) -> io::Result<TlsStream<S>> {
        self.connector.connect(self.server.clone(), stream).await
    }
}

/// The authorities that browsers trust, too.
pub(super) fn public_authorities() -> RootCertStore {
    RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }
}
