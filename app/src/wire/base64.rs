//! How bytes stand in a page. Leptos writes and reads them so by itself, but with a reader in WebAssembly, of 1 KiB in the first
//! download, while every browser has one of its own.

use leptos::server::IntoEncodedString;

use super::DecodeError;

pub fn to_base64(bytes: Vec<u8>) -> String {
    bytes.into_encoded_string()
}

/// # Errors
/// It is not base64.
#[cfg(feature = "hydrate")]
pub fn from_base64(text: &str) -> Result<Vec<u8>, DecodeError> {
    let bytes = leptos::prelude::window().atob(text).map_err(|_| DecodeError)?;
    bytes.chars().map(|byte| u8::try_from(byte).map_err(|_| DecodeError)).collect()
}

/// # Errors
/// It is not base64.
#[cfg(not(feature = "hydrate"))]
pub fn from_base64(text: &str) -> Result<Vec<u8>, DecodeError> {
    <[u8] as leptos::server::FromEncodedStr>::from_encoded_str(text).map_err(|_| DecodeError)
}
