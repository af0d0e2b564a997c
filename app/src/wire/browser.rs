//! The one place where the browser asks the server something.

use std::pin::Pin;

use leptos::prelude::window;
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, RequestInit, Response};

use super::MEDIA_TYPE;
use crate::error::AppError;

type Answer = Result<Vec<u8>, AppError>;

/// Posts to a server function; returns the body of the answer, which is a `Result` in postcard. Boxed, so that it is
/// compiled once and not into each caller.
pub fn post(path: &str, body: Vec<u8>) -> Pin<Box<dyn Future<Output = Answer> + Send>> {
    let path = path.to_owned();
    // The browser has one thread.
    Box::pin(SendWrapper::new(async move { send(&path, &body).await.unwrap_or(Err(AppError::Unreachable)) }))
}

/// # Errors
/// No answer came.
async fn send(path: &str, body: &[u8]) -> Result<Answer, JsValue> {
    let headers = Headers::new()?;
    headers.set("content-type", MEDIA_TYPE)?;
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_headers(&headers);
    request.set_body(&js_sys::Uint8Array::from(body));
    let response = JsFuture::from(window().fetch_with_str_and_init(path, &request)).await?;
    let response: Response = response.unchecked_into();
    if response.headers().get("content-type")?.as_deref() != Some(MEDIA_TYPE) {
        // Not from the function itself: something before it refused, or a server of another version answered.
        return Ok(Err(match response.status() {
            401 => AppError::Unauthenticated,
            404 => AppError::NotFound,
            500.. => AppError::Unreachable,
            _ => AppError::VersionMismatch,
        }));
    }
    let body = JsFuture::from(response.array_buffer()?).await?;
    Ok(Ok(js_sys::Uint8Array::new(&body).to_vec()))
}
