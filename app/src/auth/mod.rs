//! Who is signed in, and the page where they sign in.

mod api;
mod model;
#[cfg(feature = "ssr")]
mod port;
#[cfg(feature = "ssr")]
mod role;
#[cfg(feature = "ssr")]
mod sign_in;

#[cfg(not(feature = "ssr"))]
pub use crate::unscripted::Unscripted as SignInPage;
pub use api::*;
pub use model::Session;
#[cfg(feature = "ssr")]
pub use port::{AuthPort, Credentials};
#[cfg(feature = "ssr")]
pub use role::Role;
#[cfg(feature = "ssr")]
pub use sign_in::SignInPage;
