//! Who is signed in, and the door itself.

mod api;
mod model;
#[cfg(feature = "ssr")]
mod port;
mod sign_in;

pub use api::{SignIn, SignOut, load_session};
pub use model::Session;
#[cfg(feature = "ssr")]
pub use port::{AuthPort, Credentials};
pub use sign_in::SignInRoute;
