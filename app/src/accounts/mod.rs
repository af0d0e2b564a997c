//! Signing up, proving an address, forgotten passwords, and what members change about their own login.
//!
//! All of it works by plain posts. Only the profile is a screen of the client; the other pages are finished as the server
//! sends them.

#[cfg(feature = "ssr")]
mod address_page;
mod api;
#[cfg(feature = "ssr")]
mod forgot_page;
mod model;
#[cfg(feature = "ssr")]
mod plain;
#[cfg(feature = "ssr")]
mod port;
mod profile;
#[cfg(feature = "ssr")]
mod reset_page;
mod screens;
#[cfg(feature = "ssr")]
mod sign_up_page;
#[cfg(feature = "ssr")]
mod verify_page;

#[cfg(not(feature = "ssr"))]
pub use crate::unscripted::{
    Unscripted as ChangeEmailPage, Unscripted as ForgotPage, Unscripted as ResetPage, Unscripted as SignUpPage,
    Unscripted as VerifyPage,
};
#[cfg(feature = "ssr")]
pub use address_page::ChangeEmailPage;
pub use api::*;
#[cfg(feature = "ssr")]
pub use forgot_page::ForgotPage;
pub use model::Profile;
#[cfg(feature = "ssr")]
pub(crate) use plain::{asked, sign_up_access};
#[cfg(feature = "ssr")]
pub use port::{AccountLink, AccountsPort, NewAccount, SignUpAccess, SignedUp, Visitor};
#[cfg(feature = "ssr")]
pub use reset_page::ResetPage;
pub use screens::ACCOUNT_SCREEN;
#[cfg(feature = "ssr")]
pub use sign_up_page::SignUpPage;
#[cfg(feature = "ssr")]
pub use verify_page::VerifyPage;
