//! Server functions of signing in and out.

use leptos::prelude::*;

use super::Session;
use crate::error::AppError;
use crate::wire::Wire;

/// A plain form post, so that signing in works without WASM.
#[server(endpoint = "sign_in")]
pub async fn sign_in(email: String, password: String, #[server(default)] next: String) -> Result<(), AppError> {
    use super::Credentials;
    use crate::backend;
    let (peer, devices) = (backend::peer(), backend::devices());
    let replaces = backend::caller().map(|caller| caller.session);
    let credentials = Credentials { email, password, peer, devices, replaces };
    let cookies = backend::enter_as_guest().auth.sign_in(credentials).await.map_err(backend::report)?;
    for cookie in &cookies {
        backend::set_cookie(cookie);
    }
    leptos_axum::redirect(crate::paths::local_or_home(&next));
    Ok(())
}

#[server(endpoint = "sign_out")]
pub async fn sign_out() -> Result<(), AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    let cookie = backend.auth.sign_out(&caller).await.map_err(backend::report)?;
    backend::set_cookie(&cookie);
    leptos_axum::redirect(crate::paths::SIGN_IN);
    Ok(())
}

/// Who is looking, for the chrome.
#[server(protocol = Wire, endpoint = "load_session")]
pub async fn load_session() -> Result<Session, AppError> {
    let (caller, backend) = crate::backend::enter().await?;
    Ok(Session { member_name: caller.name, sandbox: backend.sandbox, unverified: crate::backend::is_unverified() })
}
