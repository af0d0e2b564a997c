//! A contact's portal: one page, the same for as long as the contact is there, that leads to every event they hold a live link to.
//! It is plain HTML, is never sent by mail, and can hold nothing of anybody else.

#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod port;

#[cfg(not(feature = "ssr"))]
pub use crate::unscripted::Unscripted as PortalPage;
#[cfg(feature = "ssr")]
pub use page::PortalPage;
#[cfg(feature = "ssr")]
pub use port::{Portal, PortalEvent, PortalPort};
