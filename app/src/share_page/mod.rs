//! What a guest sees behind a share link. It can hold neither addresses nor delivery states: the types have no room.

mod api;
mod model;
mod page;
#[cfg(feature = "ssr")]
mod port;

pub use api::load_run_of_show;
pub use model::{GuestItem, RunOfShow};
pub use page::SharePage;
#[cfg(feature = "ssr")]
pub use port::SharePagePort;
