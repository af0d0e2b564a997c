//! Server functions of signing up and of the profile. Those of forms are plain posts.

use leptos::prelude::*;

use super::Profile;
use crate::domain::ids::IdempotencyKey;
use crate::error::AppError;
use crate::wire::Wire;

#[server(endpoint = "sign_up")]
pub async fn sign_up(
    name: String,
    venue: String,
    email: String,
    password: String,
    #[server(default)] key: Option<IdempotencyKey>,
) -> Result<(), AppError> {
    use super::{NewAccount, SignedUp, Visitor};
    use crate::{backend, paths};
    let accounts = backend::enter_as_guest().accounts;
    let account = NewAccount { key, name, venue, email, password };
    match accounts.sign_up(Visitor::of_request(), account).await.map_err(backend::report)? {
        SignedUp::Entered(cookies) => {
            for cookie in &cookies {
                backend::set_cookie(cookie);
            }
            backend::lead_to(paths::VERIFY);
        }
        SignedUp::Told => backend::lead_to(paths::SIGNED_UP),
    }
    Ok(())
}

#[server(endpoint = "verify_email")]
pub async fn verify_email(code: String) -> Result<(), AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.accounts.verify(&caller, code).await.map_err(backend::report)
}

#[server(endpoint = "send_code")]
pub async fn send_code() -> Result<(), AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    backend.accounts.send_code(&caller).await.map_err(backend::report)?;
    backend::lead_to(paths::CODE_SENT);
    Ok(())
}

#[server(endpoint = "forgot_password")]
pub async fn forgot_password(email: String) -> Result<(), AppError> {
    use super::Visitor;
    use crate::{backend, paths};
    let accounts = backend::enter_as_guest().accounts;
    accounts.forgot(Visitor::of_request(), email).await.map_err(backend::report)?;
    backend::lead_to(paths::RESET_SENT);
    Ok(())
}

#[server(endpoint = "reset_password")]
pub async fn reset_password(token: String, new_password: String) -> Result<(), AppError> {
    use super::Visitor;
    use crate::{backend, paths};
    let accounts = backend::enter_as_guest().accounts;
    accounts.reset(Visitor::of_request(), token, new_password).await.map_err(backend::report)?;
    backend::lead_to(paths::RESET_DONE);
    Ok(())
}

#[server(endpoint = "confirm_email")]
pub async fn confirm_email(token: String) -> Result<(), AppError> {
    use crate::backend;
    backend::enter_as_guest().accounts.confirm_email(token).await.map_err(backend::report)?;
    backend::lead_to(&crate::paths::account_saved("email"));
    Ok(())
}

#[server(protocol = Wire, endpoint = "load_profile")]
pub async fn load_profile() -> Result<Profile, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.accounts.profile(&caller).await.map_err(backend::report)
}

#[server(endpoint = "rename_member")]
pub async fn rename_member(name: String) -> Result<(), AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.accounts.rename(&caller, name).await.map_err(backend::report)?;
    backend::lead_to(&crate::paths::account_saved("name"));
    Ok(())
}

#[server(endpoint = "change_password")]
pub async fn change_password(present_password: String, new_password: String) -> Result<(), AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.accounts.change_password(&caller, present_password, new_password).await.map_err(backend::report)?;
    backend::lead_to(&crate::paths::account_saved("password"));
    Ok(())
}

#[server(endpoint = "change_email")]
pub async fn change_email(email: String, present_password: String) -> Result<(), AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.accounts.change_email(&caller, present_password, email).await.map_err(backend::report)?;
    backend::lead_to(&crate::paths::account_saved("link"));
    Ok(())
}
