//! What a guest sees behind a share link. It can hold neither addresses nor delivery states: the types have no room.

mod api;
#[cfg(feature = "ssr")]
mod item_list;
mod model;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod port;
#[cfg(feature = "ssr")]
mod press_form;
#[cfg(feature = "ssr")]
mod script;

#[cfg(not(feature = "ssr"))]
pub use crate::unscripted::Unscripted as SharePage;
pub use api::*;
#[cfg(feature = "ssr")]
pub use item_list::item_list;
pub use model::{GuestItem, Press, RunOfShow};
#[cfg(feature = "ssr")]
pub use page::SharePage;
#[cfg(feature = "ssr")]
pub use port::SharePagePort;
#[cfg(feature = "ssr")]
pub use script::{GUEST_SCRIPT, GUEST_WORKER, SCRIPT, WORKER};
