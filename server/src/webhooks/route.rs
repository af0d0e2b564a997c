//! `POST /webhooks/{provider}`.
//!
//! 404 for a provider that is not configured, 413 above a mebibyte, 401 for a bad signature (with no hint), 400 for
//! broken JSON, and 2xx only after the commit. Our own fault is 500 or 503, so that the provider tries again. Logged
//! are provider, request id, type and outcome, never a word of the payload.

use std::sync::Arc;
use std::time::Duration;

use app::domain::time::Timestamp;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, FromRequest, Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};
use axum::{Extension, Router};

use tokio::time::timeout;

use super::ingest::Acknowledged;
use super::listeners::Listener;
use super::log::Log;
use crate::error::StoreError;
use crate::provider::{Malformed, Refused, Webhook};
use crate::state::AppState;

const MAX_BODY: usize = 1024 * 1024;
/// A provider sends all of a webhook at once.
const PATIENCE: Duration = Duration::from_secs(10);

/// Routes of the providers that report. A slash at the end of the address, as people copy it, makes no difference.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/webhooks/{provider}", post(receive))
        .route("/webhooks/{provider}/", post(receive))
        .route("/webhooks", any(elsewhere))
        .route("/webhooks/", any(elsewhere))
        .route("/webhooks/{provider}/{*rest}", any(elsewhere))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(Extension(Arc::new(Log::new())))
}

async fn elsewhere(State(state): State<AppState>, log: Extension<Arc<Log>>, request: Request) -> RouteError {
    log.elsewhere(request.uri().path(), &state.ingest.paths());
    RouteError::UnknownProvider
}

/// Why a webhook is not acknowledged.
#[derive(Debug, thiserror::Error)]
enum RouteError {
    #[error("no such provider is configured")]
    UnknownProvider,
    #[error("the body did not arrive in time")]
    Slow,
    #[error("{0}")]
    Body(#[from] BytesRejection),
    #[error("{0}")]
    Signature(#[from] Refused),
    #[error("{0}")]
    Malformed(#[from] Malformed),
    #[error("{0}")]
    Store(#[from] StoreError),
}

impl IntoResponse for RouteError {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::UnknownProvider => StatusCode::NOT_FOUND,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::Body(rejection) => rejection.status(),
            Self::Signature(_) => StatusCode::UNAUTHORIZED,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::Store(error) if error.is_outage() => StatusCode::SERVICE_UNAVAILABLE,
            Self::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        if status == StatusCode::SERVICE_UNAVAILABLE {
            return (status, [(header::RETRY_AFTER, "5")]).into_response();
        }
        status.into_response()
    }
}

async fn receive(
    State(state): State<AppState>,
    Path(provider): Path<String>,
    log: Extension<Arc<Log>>,
    request: Request,
) -> Result<StatusCode, RouteError> {
    let Some(listener) = state.ingest.listener(&provider) else {
        log.elsewhere(request.uri().path(), &state.ingest.paths());
        return Err(RouteError::UnknownProvider);
    };
    let provider = listener.provider;
    let headers = request.headers().clone();
    let body = timeout(PATIENCE, Bytes::from_request(request, &state)).await.map_err(|_| RouteError::Slow)??;
    let now = state.core.clock.now();
    let (id, webhook) = read(listener, &headers, &body, now).inspect_err(|error| {
        if let RouteError::Signature(why) = error {
            log.refused(provider, *why);
        } else {
            tracing::info!(provider, outcome = %error, "A webhook was refused.");
        }
    })?;
    let kind = webhook.kind;
    let Acknowledged { fresh, repeated, waiting } =
        state.ingest.submit(provider, webhook.events).await.inspect_err(|error| {
            tracing::error!(provider, request = id, kind, %error, "A webhook could not be stored.");
        })?;
    tracing::debug!(provider, request = id, kind, fresh, repeated, waiting, "A webhook was taken.");
    Ok(StatusCode::OK)
}

/// Checks, then understands; nothing is parsed before the signature is known to be good.
fn read<'h>(
    listener: &Listener,
    headers: &'h HeaderMap,
    body: &[u8],
    now: Timestamp,
) -> Result<(&'h str, Webhook), RouteError> {
    let id = listener.verifier.verify(headers, body, now)?;
    Ok((id, (listener.webhooks.normalise)(id, body, now)?))
}
