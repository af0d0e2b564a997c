//! What people see: pages, components, the server functions they call, the pure domain rules, and the ports they need.
//!
//! Compiled twice: for the server (`ssr`) and for the browser (`hydrate`). **Nothing here knows a database or a mail
//! library**; those stand behind the ports, which `server` implements. Of axum the server's build knows what
//! `leptos_axum` needs to set a status, a cookie or a redirect; the browser's knows nothing.
#![recursion_limit = "256"]

#[cfg(all(feature = "ssr", feature = "hydrate"))]
compile_error!("`app` is for the server or for the browser: build `frontend` alone, never with `server`");

pub mod accounts;
pub mod auth;
#[cfg(feature = "ssr")]
pub mod backend;
pub mod batches;
#[cfg(feature = "ssr")]
pub mod client_files;
pub mod contacts;
#[cfg(feature = "ssr")]
pub mod csp;
pub mod domain;
pub mod emails;
pub mod error;
pub mod events;
mod frame;
mod lazy_screens;
pub mod live;
pub mod notes;
#[cfg(feature = "ssr")]
pub mod page_script;
pub mod paths;
pub mod people;
pub mod plain_form;
pub mod planner;
pub mod portal;
pub mod print;
pub mod public_page;
pub mod requests;
mod routes;
pub mod rsvp;
pub mod run_of_show;
pub mod share_page;
#[cfg(feature = "ssr")]
mod shell;
pub mod spaces;
#[cfg(feature = "ssr")]
mod stopped;
mod ui;
#[cfg(not(feature = "ssr"))]
mod unscripted;
pub mod wire;

pub use plain_form::RefusedForm;
pub use routes::App;
#[cfg(feature = "ssr")]
pub use shell::shell;
pub use ui::mark_hydrated;
