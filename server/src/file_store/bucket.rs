//! A bucket of S3, or of what speaks as S3 does. The requests go out by the client of HTTP that is here anyway, so that no second one
//! comes along.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http_body_util::BodyExt;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector as TcpConnector;
use hyper_util::rt::TokioExecutor;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody, HttpResponse, HttpResponseBody,
    HttpService,
};
use object_store::path::Path as Location;
use object_store::{BackoffConfig, ClientConfigKey, ClientOptions, ObjectStore, RetryConfig};

/// How long a bucket may take to answer, five megabytes included.
const PATIENCE: Duration = Duration::from_mins(1);
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// A guest waits for it: after that they are told to try again.
const TRIES: RetryConfig = RetryConfig {
    backoff: BackoffConfig { init_backoff: Duration::from_millis(100), max_backoff: Duration::from_secs(1), base: 2.0 },
    max_retries: 2,
    retry_timeout: Duration::from_secs(10),
};

/// Where files are kept: a bucket, and what stands before their names there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    name: String,
    prefix: String,
}

/// The settings of AWS cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the bucket for files cannot be used: {0}")]
pub struct BucketError(#[from] object_store::Error);

impl Bucket {
    /// Reads `s3://bucket/prefix`. Fails with what was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("expected a folder or s3://bucket/prefix, got “{text}”");
        let rest = text.strip_prefix("s3://").ok_or_else(wrong)?;
        let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let good_name = (3..=63).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte));
        if !good_name {
            return Err(format!(
                "expected s3://bucket/prefix, where the bucket has 3 to 63 small letters, digits, dots and hyphens; got “{text}”"
            ));
        }
        let prefix = prefix.trim_end_matches('/');
        if prefix.starts_with('/') || Location::parse(prefix).is_err() {
            return Err(wrong());
        }
        Ok(Self { name: name.to_owned(), prefix: prefix.to_owned() })
    }

    pub(super) fn prefix(&self) -> Location {
        Location::from(self.prefix.as_str())
    }

    pub(super) fn connect(
        &self,
        settings: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Arc<dyn ObjectStore>, BucketError> {
        let mut builder = AmazonS3Builder::new();
        for (name, value) in settings {
            // What others than S3 are told by this name does not concern it.
            if name.starts_with("AWS_")
                && let Ok(key) = AmazonS3ConfigKey::from_str(&name.to_ascii_lowercase())
            {
                builder = builder.with_config(key, value);
            }
        }
        // Whoever names an endpoint without TLS means it.
        let endpoints = [AmazonS3ConfigKey::Endpoint, AmazonS3ConfigKey::S3Endpoint];
        let is_plain = |key| builder.get_config_value(&key).is_some_and(|url| url.starts_with("http://"));
        if endpoints.into_iter().any(is_plain) {
            builder = builder.with_allow_http(true);
        }
        let store = builder.with_bucket_name(&self.name).with_http_connector(Hyper).with_retry(TRIES).build()?;
        Ok(Arc::new(store))
    }
}

#[derive(Debug)]
struct Hyper;

impl HttpConnector for Hyper {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let allows_plain = options.get_config_value(&ClientConfigKey::AllowHttp).is_some_and(|allows| allows == "true");
        let mut tcp = TcpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT_WITHIN));
        let tls = HttpsConnectorBuilder::new().with_webpki_roots();
        let tls = if allows_plain { tls.https_or_http() } else { tls.https_only() };
        let client = Client::builder(TokioExecutor::new()).build(tls.enable_http1().wrap_connector(tcp));
        Ok(HttpClient::new(Requests(client)))
    }
}

#[derive(Debug)]
struct Requests(Client<HttpsConnector<TcpConnector>, HttpRequestBody>);

#[async_trait]
impl HttpService for Requests {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let answer = tokio::time::timeout(PATIENCE, self.0.request(request)).await;
        let answer = answer.map_err(|late| HttpError::new(HttpErrorKind::Timeout, late))?.map_err(|error| {
            let kind = if error.is_connect() { HttpErrorKind::Connect } else { HttpErrorKind::Request };
            HttpError::new(kind, error)
        })?;
        let broken = |error| HttpError::new(HttpErrorKind::Interrupted, error);
        Ok(answer.map(|body| HttpResponseBody::new(body.map_err(broken))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_read_from_its_address() {
        for (text, name, prefix) in [
            ("s3://venue-files", "venue-files", ""),
            ("s3://venue-files/", "venue-files", ""),
            ("s3://venue.files/callboard/uploads/", "venue.files", "callboard/uploads"),
        ] {
            assert_eq!(Bucket::parse(text), Ok(Bucket { name: name.into(), prefix: prefix.into() }), "{text}");
        }
        for text in ["s3://", "s3://ab", "s3://Venue", "s3://a b c/x", "gs://venue", "s3://venue//x", "s3://venue/../x"]
        {
            assert!(Bucket::parse(text).is_err(), "{text}");
        }
    }
}
