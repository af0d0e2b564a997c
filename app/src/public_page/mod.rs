//! The public page of an event: its run of show for anybody who has the link, to read and nothing else. It has a link of its own, which
//! members make, copy, revoke and make anew, and its types have no room for a person.

mod api;
#[cfg(feature = "ssr")]
mod link_page;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod port;

#[cfg(not(feature = "ssr"))]
pub use crate::unscripted::{Unscripted as PublicLinkPage, Unscripted as PublicPage};
pub use api::*;
#[cfg(feature = "ssr")]
pub use link_page::PublicLinkPage;
#[cfg(feature = "ssr")]
pub use page::PublicPage;
#[cfg(feature = "ssr")]
pub use port::{LiveLink, PublicItem, PublicLink, PublicPagePort, PublicShow};
