//! Server functions over [`super::MEDIA_TYPE`], over forms that the browser posts by itself, and over JSON for everybody else.

use leptos::server_fn::Protocol;
use leptos::server_fn::client::Client;
use leptos::server_fn::server::Server;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::AppError;

/// The protocol of our server functions, and the codec of what a page brings along.
#[derive(Debug)]
pub struct Wire;

impl<I, O, C, S> Protocol<I, O, C, S, AppError> for Wire
where
    I: Serialize + DeserializeOwned + Send + 'static,
    O: Serialize + DeserializeOwned + Send + 'static,
    C: Client<AppError>,
    S: Server<AppError>,
{
    const METHOD: http::Method = http::Method::POST;

    #[cfg(feature = "ssr")]
    async fn run_server<F, Fut>(request: S::Request, server_fn: F) -> Result<S::Response, AppError>
    where
        F: Fn(I) -> Fut + Send,
        Fut: Future<Output = Result<O, AppError>> + Send,
    {
        use leptos::server_fn::codec::{Json, PostUrl};
        use leptos::server_fn::request::Req;
        use leptos::server_fn::response::TryRes;
        use leptos::server_fn::{ContentType, Http};

        use super::{ANY_VERSION, MEDIA_TYPE, decode, encode};
        use crate::backend::report;

        let kind = request.to_content_type().unwrap_or_default().into_owned();
        if kind.starts_with(<PostUrl as ContentType>::CONTENT_TYPE) {
            return <Http<PostUrl, Json> as Protocol<I, O, C, S, AppError>>::run_server(request, server_fn).await;
        }
        if !kind.starts_with(ANY_VERSION) {
            return <Http<Json, Json> as Protocol<I, O, C, S, AppError>>::run_server(request, server_fn).await;
        }
        let answer = if kind == MEDIA_TYPE {
            match request.try_into_bytes().await.map(|body| decode(&body)) {
                Ok(Ok(input)) => server_fn(input).await,
                Ok(Err(_)) => Err(report(AppError::VersionMismatch)),
                Err(error) => Err(error),
            }
        } else {
            Err(report(AppError::VersionMismatch))
        };
        TryRes::try_from_bytes(MEDIA_TYPE, encode(&answer).into())
    }

    #[cfg(not(feature = "ssr"))]
    async fn run_server<F, Fut>(_: S::Request, _: F) -> Result<S::Response, AppError>
    where
        F: Fn(I) -> Fut + Send,
        Fut: Future<Output = Result<O, AppError>> + Send,
    {
        unreachable!("there is no server in the browser")
    }

    #[cfg(feature = "hydrate")]
    async fn run_client(path: &str, input: I) -> Result<O, AppError> {
        let answer = super::browser::post(path, super::encode(&input)).await?;
        super::decode(&answer).unwrap_or(Err(AppError::VersionMismatch))
    }

    #[cfg(not(feature = "hydrate"))]
    async fn run_client(_: &str, _: I) -> Result<O, AppError> {
        unreachable!("the server calls its functions itself")
    }
}
